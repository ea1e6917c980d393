"""Lists of names in answers: one a line, bulleted, numbered or separated by commas.

Strict on purpose: a permissive parser makes ghosts of prose. A line is a list only if every item of
it is a requirement, at most followed by an explanation behind a dash or a colon.
"""

from __future__ import annotations

from collections.abc import Iterator

from unghost.mentions.shell import requirement_spot
from unghost.mentions.spot import Spot
from unghost.names.normalise import is_valid

_BULLETS = "-*+\u2022"
_WRAPPERS = "`*_\"'"
_EXPLANATIONS = (" - ", " \u2013 ", " \u2014 ", ": ", " (", " # ")
_LONGEST_NAME = 100
_NO_NAMES = frozenset(
    [
        "a",
        "an",
        "and",
        "answer",
        "any",
        "are",
        "as",
        "for",
        "from",
        "here",
        "i",
        "in",
        "is",
        "it",
        "library",
        "libraries",
        "module",
        "modules",
        "name",
        "no",
        "none",
        "not",
        "note",
        "of",
        "ok",
        "or",
        "package",
        "packages",
        "python",
        "sure",
        "that",
        "the",
        "then",
        "this",
        "to",
        "use",
        "using",
        "want",
        "with",
        "yes",
        "you",
        "your",
        "nothing",
        "unknown",
        "install",
        "pip",
        "following",
        "code",
        "example",
        "import",
        "else",
        "return",
    ]
)
"""Words that stand alone on a line of prose; a package of that name is found in commands only."""


def find_listed(text: str) -> list[Spot]:
    """Find the names of a list; lines that are anything else are passed over."""
    spots, position = [], 0
    for line in text.splitlines(keepends=True):
        spots += _of_line(line, position)
        position += len(line)
    return spots


def _of_line(line: str, start: int) -> list[Spot]:
    begin, end, bulleted = _content(line)
    if begin >= end:
        return []
    items = list(_items(line, begin, end, bulleted))
    spots = [_item(line, a, b) for a, b in items]
    kept = [spot for spot in spots if spot is not None]
    if not kept or len(kept) != len(spots):
        return []
    return [spot.moved(start) for spot in kept]


def _content(line: str) -> tuple[int, int, bool]:
    """Give the part of a line behind its bullet or number, and whether it had one."""
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


def _items(line: str, begin: int, end: int, bulleted: bool) -> Iterator[tuple[int, int]]:
    """Give the items of a line; an explanation is cut off, and counts only behind one name."""
    cuts = [at for mark in _EXPLANATIONS if (at := line.find(mark, begin, end)) > 0]
    if cuts and (bulleted or line[begin] in _WRAPPERS):
        yield begin, min(cuts)
        return
    if "," not in line[begin:end] or _is_one_requirement(line[begin:end]):
        yield begin, end
        return
    position = begin
    while position <= end:
        comma = line.find(",", position, end)
        stop = end if comma < 0 else comma
        if line[position:stop].strip():
            yield position, stop
        position = stop + 1


def _is_one_requirement(text: str) -> bool:
    """Tell ``name>=1,<2`` and ``name[a,b]`` from two names."""
    return requirement_spot(text.strip(), 0, "list", None) is not None


def _item(line: str, begin: int, end: int) -> Spot | None:
    while begin < end and line[begin].isspace():
        begin += 1
    while end > begin and (line[end - 1].isspace() or line[end - 1] in ".;,"):
        end -= 1
    # Marks come in pairs; a lone quote or a colon behind one is code, not a list.
    while end - begin > 2 and line[begin] in _WRAPPERS and line[end - 1] == line[begin]:
        begin, end = begin + 1, end - 1
    text = line[begin:end]
    if not text or len(text) > _LONGEST_NAME or any(char.isspace() for char in text):
        return None
    spot = requirement_spot(text, begin, "list", None)
    if spot is None or not is_valid(spot.name) or not _plausible(spot.name):
        return None
    return spot


def _plausible(name: str) -> bool:
    """Turn away what the grammar lets pass and nobody would call a package."""
    if name.lower() in _NO_NAMES or _is_number(name):
        return False
    endings = (".py", ".txt", ".toml", ".cfg", ".json", ".com", ".org", ".io", ".html", ".md")
    return not name.lower().endswith(endings)


def _is_number(name: str) -> bool:
    """Tell numbers, hexadecimal and octal ones too, which the grammar of names lets pass."""
    try:
        int(name, 0)
    except ValueError:
        return not any(char.isalpha() for char in name)
    return True
