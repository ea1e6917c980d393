"""Repetition loops: a model that says the same again and again has said it once.

Weak models fall into loops under greedy decoding (Holtzman et al. 2020). Counted as they stand,
one such answer outweighs fifty others. The rules are ours: a loop is

* a name, or a short cycle of names, given at least five times in a row and in eight mentions or
  more, as in ``a, b, a, b, a, b, a, b, a, b``;
* a name without meaning that repeats a part of itself, or a short cycle of parts, at least three
  times in a row, as in ``zq-server-server-server``; digits at the end of a part are ignored. Other
  such names of the same answer that differ only in the number of repeats are the same loop.

What occurs first counts, once; the rest of the loop is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from unghost.records import Verdict

_CYCLE = 8
"""Most names, or parts of a name, of one cycle."""
_TIMES, _MENTIONS = 5, 8
"""How often in a row, and in how many mentions, a cycle of names is given at least."""
_TIMES_IN_NAME = 3
_PARTS = re.compile(r"[-_./:@ ]+")
_DIGITS = re.compile(r"(?<=\D)\d+$")


def collapse(verdicts: Sequence[Verdict]) -> tuple[tuple[Verdict, ...], bool]:
    """Leave out the repeats of loops.

    Args:
        verdicts: Those of one answer, in order of appearance.

    Returns:
        The verdicts that count, and whether there was a loop.
    """
    names = [verdict.canonical for verdict in verdicts]
    repeats = set(_repeats(names))
    kept, loops = [], set()
    looped = bool(repeats)
    for position, verdict in enumerate(verdicts):
        if position in repeats:
            continue
        if verdict.status in ("absent", "unknown"):
            stem, turns = _stem(verdict.canonical)
            looped |= turns >= _TIMES_IN_NAME
            if turns > 1 and stem in loops:
                continue
            loops.add(stem)
        kept.append(verdict)
    return tuple(kept), looped


def _repeats(names: Sequence[str]) -> Iterator[int]:
    """Return the positions of a loop's names after its first cycle."""
    for length in range(1, min(_CYCLE, len(names) // 2) + 1):
        begin = length
        for position in range(length, len(names) + 1):
            if position < len(names) and names[position] == names[position - length]:
                continue
            covered = position - begin + length
            if covered >= max(_TIMES * length, _MENTIONS):
                yield from range(begin, position)
            begin = position + 1


def _stem(name: str) -> tuple[str, int]:
    """Return a name with each cycle of its parts said once, and the most turns of any cycle."""
    parts = [_DIGITS.sub("", part) for part in _PARTS.split(name)]
    if len(parts) < 2:
        return name, 1
    most, at = 1, 0
    while at < len(parts):
        length, turns = _best_cycle(parts, at)
        if turns > 1:
            most = max(most, turns)
            del parts[at + length : at + length * turns]
        at += 1
    return "-".join(parts), most


def _best_cycle(parts: Sequence[str], at: int) -> tuple[int, int]:
    """Return the cycle that begins at a part and covers the most: its length and its turns."""
    best = (1, 1)
    for length in range(1, min(_CYCLE, (len(parts) - at) // 2) + 1):
        cycle = parts[at : at + length]
        if all(part.isdigit() for part in cycle):
            continue
        turns = 1
        while parts[at + turns * length : at + (turns + 1) * length] == cycle:
            turns += 1
        if turns > 1 and length * turns > best[0] * best[1]:
            best = (length, turns)
    return best
