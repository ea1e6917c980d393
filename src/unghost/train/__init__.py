"""Training: the head, the engine, adapters, the loop, and how much memory it takes."""
