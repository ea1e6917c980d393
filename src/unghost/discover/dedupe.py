"""Near-duplicate tasks: equal after normalisation, or nearly the same words in the same order.

Similarity is the Jaccard index of the sets of content words and pairs of neighbouring content
words. Candidates are found by MinHash signatures cut into bands (Broder 1997; Indyk and Motwani
1998) and then checked exactly, so nothing is dropped wrongly; a pair exactly at the threshold is
overlooked with a chance of 1 in 500 at most, equal ones never.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from unghost.discover.seeds import content_words

_HASHES = 48
_MISS = 2e-3
_SLACK = 1e-9


def features(text: str) -> frozenset[str]:
    """Return the content words of a text and its pairs of neighbouring ones (joined by a space)."""
    words = content_words(text)
    return frozenset(words) | {f"{a} {b}" for a, b in pairwise(words)}


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the size of the intersection over that of the union; 1 for two empty sets."""
    common = len(a & b)
    union = len(a) + len(b) - common
    return common / union if union else 1.0


@lru_cache(maxsize=2**16)
def _hashes(feature: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(hashlib.shake_128(feature.encode()).digest(4 * _HASHES), dtype="<u4")


def _band_rows(threshold: float) -> int:
    """Return the most rows of a band with which pairs at the threshold are hardly ever missed."""
    fitting = (
        rows
        for rows in range(_HASHES, 0, -1)
        if (1 - threshold**rows) ** (_HASHES // rows) <= _MISS
    )
    return next(fitting, 1)


class Deduper:
    """Remembers tasks and refuses near-duplicates of them.

    Args:
        threshold: Jaccard index in (0, 1] from which two tasks count as the same.
    """

    def __init__(self, threshold: float = 0.8) -> None:
        self.threshold = threshold
        self._band_bytes = 4 * _band_rows(threshold)
        self._seen: set[frozenset[str]] = set()
        self._buckets: dict[tuple[int, bytes], list[frozenset[str]]] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def __contains__(self, text: str) -> bool:
        found = features(text)
        return self._has(found, self._bands(found))

    def add(self, text: str) -> bool:
        """Remember a task; False, and nothing remembered, if it is a near-duplicate.

        A text without any content word counts as a duplicate.
        """
        found = features(text)
        bands = self._bands(found)
        if self._has(found, bands):
            return False
        self._seen.add(found)
        for band in bands:
            self._buckets.setdefault(band, []).append(found)
        return True

    def _bands(self, found: frozenset[str]) -> list[tuple[int, bytes]]:
        if not found:
            return []
        signature = np.minimum.reduce([_hashes(feature) for feature in found]).tobytes()
        width = self._band_bytes
        starts = range(0, len(signature) - width + 1, width)
        return [(start, signature[start : start + width]) for start in starts]

    def _has(self, found: frozenset[str], bands: list[tuple[int, bytes]]) -> bool:
        if not found or found in self._seen:
            return True
        near = self.threshold - _SLACK
        return any(
            jaccard(found, other) >= near for band in bands for other in self._buckets.get(band, ())
        )


def unique(texts: Iterable[str], threshold: float = 0.8) -> list[str]:
    """Drop near-duplicates; of each group of equals the first stays, in the order given."""
    deduper = Deduper(threshold)
    return [text for text in texts if deduper.add(text)]
