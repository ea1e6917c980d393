"""Parsers of texts that report positions, and know no ecosystem."""
