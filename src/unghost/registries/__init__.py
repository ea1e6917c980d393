"""How registries are asked: an HTTP client, and what clients' configuration files say."""
