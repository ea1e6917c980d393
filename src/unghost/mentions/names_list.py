"""Lists of names in answers: one a line, bulleted, numbered or separated by commas.

Strict on purpose: a permissive parser makes ghosts of prose. A line is a list only if every item of
it is a requirement, at most followed by an explanation behind a dash or a colon; and a lone word
without a bullet is a name only where the whole text is a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from unghost.mentions.items import find_item, find_requirement, requirement_spot
from unghost.mentions.words import is_titled, is_topic
from unghost.syntax.spot import Spot

_BULLETS = "-*+\u2022"
_COLONS = (":** ", ": ")
_EXPLANATIONS = (*_COLONS, " - ", " \u2013 ", " \u2014 ", " (", " # ")
_Item = tuple[Spot, bool]


class _Line(NamedTuple):
    """What a line lists; ``sure`` if it is a list whatever stands around it."""

    indent: int
    bulleted: bool
    spots: list[Spot]
    sure: bool


def find_listed(text: str, *, bare: bool) -> list[Spot]:
    """Find the names of the lists in a text; lines that are anything else are passed over.

    Args:
        text: Text outside fences, or that of a fence for text.
        bare: Names without bullets count, provided that the text is nothing but a list of them,
            headings and an introduction aside.
    """
    spots: list[Spot] = []
    lone: list[Spot] = []
    parent: int | None = None
    position, first = 0, True
    for text_line in text.splitlines(keepends=True):
        line = _of_line(text_line)
        nested = line.bulleted and parent is not None and line.indent >= parent + 2
        if line.bulleted and not nested:
            parent = line.indent if line.spots else None
        # Below a bullet that named a package stands what is said of it.
        if not nested:
            into = spots if line.sure else lone
            into += [spot.moved(position) for spot in line.spots]
        if text_line.strip():
            listed = bool(line.spots) and not line.bulleted
            bare = bare and (listed or _introduces(text_line, first))
            first = False
        position += len(text_line)
    return spots + lone if bare else spots


def find_required(text: str) -> list[Spot]:
    """Find the names of a requirements file, one requirement a line."""
    spots, position = [], 0
    for line in text.splitlines(keepends=True):
        written = line.partition(" #")[0].strip()
        start = position + len(line) - len(line.lstrip())
        spot = requirement_spot(written, start)
        if spot is not None:
            spots.append(spot)
        position += len(line)
    return spots


def _introduces(line: str, first: bool) -> bool:
    """Return whether a line is a heading, a comment, or the words before a list."""
    line = line.strip()
    return line[0] == "#" or (first and line[0].isupper() and line[-1] == ":")


def _of_line(line: str) -> _Line:
    begin, end, bulleted = _content(line)
    indent = len(line[: len(line) - len(line.lstrip())].expandtabs(4))
    items, bold = None, False
    cuts = [(at, mark) for mark in _EXPLANATIONS if (at := line.find(mark, begin, end)) > 0]
    if cuts and (bulleted or line.startswith(("`", "**"), begin)):
        items = _explained(line, begin, end, *min(cuts))
        # A bold word that begins a paragraph is a heading of it more often than a name.
        bold = line.startswith("**", begin) and not any(is_titled(s.name) for s, _ in items or ())
    elif begin < end:
        items = _listed(line, begin, end)
    items = items or []
    sure = bulleted or bold or all(coded for _, coded in items)
    return _Line(indent, bulleted, [spot for spot, _ in items], sure)


def _content(line: str) -> tuple[int, int, bool]:
    """Return the part of a line behind its bullet or number, and whether it had one."""
    end = len(line.rstrip())
    begin = len(line) - len(line.lstrip())
    if begin >= end:
        return 0, 0, False
    if line[begin] in _BULLETS and line[begin + 1 : begin + 2] in (" ", "\t"):
        begin += 1
        bulleted = True
    else:
        digits = begin
        while digits < end and line[digits].isdigit():
            digits += 1
        bulleted = digits > begin and line[digits : digits + 1] in (".", ")") and digits + 1 < end
        bulleted = bulleted and line[digits + 1] in " \t"
        if bulleted:
            begin = digits + 1
    while begin < end and line[begin] in " \t":
        begin += 1
    return begin, end, bulleted


def _explained(line: str, begin: int, end: int, at: int, mark: str) -> list[_Item] | None:
    """Read ``name: explanation``, or ``explanation: names`` if the names are in backticks."""
    if mark == ":** " and line.startswith("**", begin):
        begin += 2
    head = find_item(line, begin, at)
    tail = _listed(line, at + len(mark), end) if mark in _COLONS else None
    if tail is None or (head is not None and head[1]):
        return None if head is None else [head]
    # In backticks a name with a dot is a call.
    if all(coded and "." not in spot.name for spot, coded in tail):
        return tail
    # With bare words on both sides either may be the name, so neither is.
    clear = head is not None and len(tail) == 1 and not is_topic(head[0].name)
    return [head] if clear and head is not None else None


def _listed(line: str, begin: int, end: int) -> list[_Item] | None:
    """Read names separated by commas, None if any item is none."""
    items = [find_item(line, *place) for place in _places(line, begin, end)]
    found = [item for item in items if item is not None]
    if not found or len(found) != len(items) or _is_sentence([spot.name for spot, _ in found]):
        return None
    return found


def _is_sentence(names: list[str]) -> bool:
    """Tell ``Simple, fast, and small`` from names: the first word alone has a capital letter."""
    return len(names) > 1 and is_titled(names[0]) and all(name.islower() for name in names[1:])


def _places(line: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    # `name>=1,<2` and `name[a,b]` are one name each.
    if "," not in line[begin:end] or find_requirement(line, begin, end):
        yield begin, end
        return
    position = begin
    while position <= end:
        comma = line.find(",", position, end)
        stop = end if comma < 0 else comma
        if comma < 0:
            last = line.find(" and ", position, end)
            if last >= 0:
                if line[position:last].strip():
                    yield position, last
                position = last + len(" and ")
        if line[position:stop].strip():
            yield position, stop
        position = stop + 1
