"""Scanning: files and texts in, findings out.

``scanner`` is the whole of it. ``reading`` lists files and finds what they name, ``judging`` makes
findings of that, ``output`` writes and fixes them; ``checking`` takes bare names the same way.
"""
