"""Plugins: objectives, generators and domains, found by name, with checked settings."""
