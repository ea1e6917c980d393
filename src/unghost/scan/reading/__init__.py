"""Reading of paths: list the files, find the names in them, and return the candidates."""
