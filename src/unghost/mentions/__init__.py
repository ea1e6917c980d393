"""Mentions of packages in texts: answers, shell commands, imports."""
