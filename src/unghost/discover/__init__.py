"""The search for prompts that produce ghosts: explorer, operators and stopping rules."""
