"""Access to registries: an HTTP client, and readers of clients' configuration files."""
