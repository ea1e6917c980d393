"""Where a text names a package: answers, shell commands, imports."""
