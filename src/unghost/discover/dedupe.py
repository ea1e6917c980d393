"""Near-duplicate tasks: equal after normalisation, or nearly the same words in the same order.

Similarity is the Jaccard index of the sets of content words and pairs of neighbouring content
words. A near-duplicate has nearly all of a task's features, so at least one of any few of them:
every task with one of the rarest is compared.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain, pairwise
from math import ceil

from unghost.discover.seeds import content_words

_SLACK = 1e-9


def features(text: str) -> frozenset[str]:
    """Return the content words of a text and its pairs of neighbouring ones (joined by a space)."""
    words = content_words(text)
    return frozenset(words) | {f"{a} {b}" for a, b in pairwise(words)}


class Deduper:
    """Remembers tasks and refuses near-duplicates of them.

    Args:
        threshold: Jaccard index in (0, 1] from which two tasks count as the same.
    """

    def __init__(self, threshold: float = 0.8) -> None:
        self._threshold = threshold - _SLACK
        self._having: defaultdict[str, list[frozenset[str]]] = defaultdict(list)

    def add(self, text: str) -> bool:
        """Remember a task; False, and nothing remembered, if it is a near-duplicate.

        A text without any content word counts as a duplicate.
        """
        found = features(text)
        rare = sorted(found, key=lambda feature: len(self._having[feature]))
        enough = len(found) - ceil(self._threshold * len(found)) + 1
        near = chain.from_iterable(self._having[feature] for feature in rare[:enough])
        if not found or any(jaccard(found, other) >= self._threshold for other in near):
            return False
        for feature in found:
            self._having[feature].append(found)
        return True


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the size of the intersection over that of the union; 1 for two empty sets."""
    common = len(a & b)
    union = len(a) + len(b) - common
    return common / union if union else 1.0
