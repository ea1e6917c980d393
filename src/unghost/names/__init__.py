"""Existing names: snapshots of a registry's names, the walk through them, and the import map."""
