"""The parts of ``benchmarks/scan.py``: the peers, the truth they ask, and what is measured."""
