"""Which real names are nearest to one that does not exist."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

_CUTOFF = 0.6


def nearest(canonical: str, names: Sequence[str], limit: int = 3) -> tuple[str, ...]:
    """Give the nearest names by normalised Damerau-Levenshtein distance, best first.

    Names that share less than 60 % are no help and are left out; of equals the first in the
    alphabet comes first.
    """
    found = process.extract(
        canonical,
        names,
        scorer=DamerauLevenshtein.normalized_similarity,
        limit=limit,
        score_cutoff=_CUTOFF,
    )
    return tuple(name for name, _, _ in found)
