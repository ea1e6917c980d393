"""From paths to candidates: which files there are, what they name, and what is not clean."""
