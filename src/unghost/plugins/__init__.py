"""How objectives, generators and domains are found by name, and their settings checked."""
