"""The effect of a run on a model, in figures with intervals, from records and plain arrays."""
