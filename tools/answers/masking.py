"""Put names of random letters in the place of invented ones, so that texts can be committed.

An invented name is one that anybody could register; a list of them is a shopping list.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

from unghost.names.universe import Universe

_PART = re.compile(r"[A-Za-z]+")
_WORD = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?")
_ENDING = re.compile(r"[-_.]+")


def stand_ins_of(names: Iterable[str], noise: random.Random) -> dict[str, str]:
    """Return for each name, in lower case with one kind of mark, one of random letters."""
    parts: dict[str, str] = {}
    for name in names:
        for part in _PART.findall(name.lower()):
            parts.setdefault(part, "".join(noise.choices("bcdfghjklmnpqrtvwxz", k=len(part))))
    return {
        _folded(name): _PART.sub(lambda found: parts[found[0].lower()], name.lower())
        for name in names
    }


def replaced(text: str, stand_ins: dict[str, str]) -> str:
    """Replace names in all their spellings, the longest first; capitals stay."""
    for name, other in sorted(stand_ins.items(), key=lambda pair: -len(pair[0])):
        spelled = r"[-_. ]".join(re.escape(part) for part in name.split("-"))
        runs = [part for part in _PART.findall(other)]
        pattern = re.compile(rf"(?<![A-Za-z0-9]){spelled}(?![A-Za-z0-9])", re.IGNORECASE)
        text = pattern.sub(lambda found, runs=runs: _like(found[0], runs), text)
    return text


def _like(written: str, runs: list[str]) -> str:
    """Write random letters with the marks, digits and capitals of a spelling."""
    left = iter("".join(runs))
    letters = (next(left, "x") if char.isalpha() else char for char in written)
    pairs = zip(letters, written, strict=True)
    return "".join(new.upper() if old.isupper() else new for new, old in pairs)


def _folded(name: str) -> str:
    return _ENDING.sub("-", name.lower())


def real_words(texts: Iterable[str], world: Universe) -> set[str]:
    """Return the canonical names that a universe has of all words of some texts."""
    words = {word for text in texts for word in _WORD.findall(text)}
    words |= {word.partition(".")[0] for word in words}
    words |= {one.distribution for word in words for one in world.imports.distributions(word)}
    forms = {world.ecosystem.canonical(word) for word in words if world.ecosystem.is_valid(word)}
    return {form for form in forms if form in world.snapshot}
