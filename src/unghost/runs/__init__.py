"""The parts of a run: loading, rollouts, training sets and results."""
