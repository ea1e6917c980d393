"""What a run is made of: what it loads, how it asks, what a round learns from, what it leaves."""
