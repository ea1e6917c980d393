"""A run shown: one JSON object, one self-contained page, one table for the terminal."""
