"""Real names that may be meant by one that does not exist.

Comparing with every name takes a second of reading and an eighth of a second a name in PyPI's
list. So only names are compared that people and models mistake for each other: those that one
slip of the keyboard makes, those that begin alike, and those made of the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice, permutations
from typing import Protocol

from unghost.ecosystems import all_ecosystems

_CUTOFF = 0.6
_BEGINNING = 3
"""Characters at least that a name must have in common with another to be compared for that."""
_MOST = 1500
"""Names that are compared for one beginning."""
_MOST_WORDS = 5
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"
_SAME_WORDS, _FEWER_WORDS = 0.85, 0.75
"""What a name made of the same words, or of all but one, is worth at least, however far it is in
characters."""
_POPULAR = 0.1
"""What evidence of popularity is worth, in shares of a name: one slip in ten characters."""


class Names(Protocol):
    """The names of a snapshot, as far as they are needed here."""

    def __contains__(self, name: object) -> bool: ...

    def beginning(self, prefix: str) -> Iterator[str]:
        """Return the names that begin so."""
        ...


def nearest(
    canonical: str, names: Names, is_popular: Callable[[str], bool], limit: int = 3
) -> tuple[str, ...]:
    """Return the nearest names, best first.

    They are ranked by normalised restricted Damerau-Levenshtein distance (optimal string
    alignment), and evidence of popularity counts for a tenth. Names that share less than 60 % are
    no help and are left out; of equals the shorter and then the first in the alphabet comes first.
    """
    # Needed only when a name does not exist, and it takes long to import.
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    same, alike = set(_reordered(canonical, names)), set(_fewer(canonical, names))
    shortlist = same.union(alike, _slips(canonical, names), _beginning_alike(canonical, names))
    shortlist.discard(canonical)
    found = process.extract(
        canonical, shortlist, scorer=OSA.normalized_similarity, limit=None, score_cutoff=0
    )
    scores = {
        name: max(score, _SAME_WORDS if name in same else _FEWER_WORDS if name in alike else 0)
        for name, score, _ in found
    }
    ranked = sorted(
        (-(score + _POPULAR * is_popular(name)), len(name), name)
        for name, score in scores.items()
        if score >= _CUTOFF
    )
    return tuple(name for _, _, name in ranked[:limit])


def _slips(name: str, names: Names) -> Iterator[str]:
    """Return the names that are one character or one swapped pair away."""
    if len(name) > 60:
        return
    for at in range(len(name) + 1):
        head, tail = name[:at], name[at:]
        tries = [head + tail[1:], head + tail[1:2] + tail[:1] + tail[2:]] if tail else []
        tries += [head + letter + tail for letter in _LETTERS]
        tries += [head + letter + tail[1:] for letter in _LETTERS] if tail else []
        yield from (one for one in tries if one in names)


def _beginning_alike(name: str, names: Names) -> Iterator[str]:
    """Return names that begin like it, those with the longest beginning in common first."""
    left = _MOST
    for end in range(len(name), _BEGINNING - 1, -1):
        for one in islice(names.beginning(name[:end]), left):
            left -= 1
            yield one
        if left <= 0:
            return


def _reordered(name: str, names: Names) -> Iterator[str]:
    """Return names made of the same words, in another order or joined in another way."""
    for mark, words in _split(name):
        tries = {mark.join(some) for some in permutations(words)}
        tries |= {joint.join(words) for joint in ("", "-", "_")}
        yield from (one for one in tries if one in names)


def _fewer(name: str, names: Names) -> Iterator[str]:
    """Return names of the same words without one, or with one that many names have."""
    affixes = _affixes()
    for mark, words in _split(name):
        tries = {mark.join(words[:at] + words[at + 1 :]) for at in range(len(words))}
        tries |= {f"{affix}{joint}{name}" for affix in affixes for joint in ("", "-")}
        tries |= {f"{name}{joint}{affix}" for affix in affixes for joint in ("", "-")}
        yield from (one for one in tries if one in names)


@lru_cache(maxsize=1)
def _affixes() -> tuple[str, ...]:
    return tuple(affix for eco in all_ecosystems() for affix in eco.affixes)


def _split(name: str) -> Iterator[tuple[str, list[str]]]:
    for mark in "-_./":
        words = [word for word in name.split(mark) if word]
        if 1 <= len(words) <= _MOST_WORDS:
            yield mark, words
