"""Kinds of texts: by the name of a file or a fence, or by the text itself."""
