"""Judging of candidates: their verdicts, the rules that they break, and what to ignore."""
