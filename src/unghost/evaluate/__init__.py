"""What a run did to a model, in figures with intervals, from records and plain arrays alone."""
