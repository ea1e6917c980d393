"""Which prompts bring out ghosts: the explorer, its operators and the rules for stopping."""
