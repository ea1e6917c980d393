"""What a run is made of: its folder, what it loads, how it asks, and what it leaves behind."""
