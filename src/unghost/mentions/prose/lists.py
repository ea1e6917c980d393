"""Names in the lists and tables of an answer to a question for them.

Strict on purpose: a permissive parser makes ghosts of prose. A line is a list only if every item of
it is a requirement, at most followed by an explanation after a dash or a colon; and a lone word
without a bullet is a name only where the whole text is a list. Of a table the first column is read,
if its heading says that it has packages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from keyword import iskeyword
from typing import NamedTuple

from unghost.ecosystems import ecosystem
from unghost.ecosystems.base import Reference
from unghost.ecosystems.spot import Spot
from unghost.mentions.words import is_heading, is_titled, is_topic

_BULLETS = "-*+\u2022"
_COLONS = (":** ", ": ")
_EXPLANATIONS = (*_COLONS, " - ", " \u2013 ", " \u2014 ", " (", " # ")
_MARKS = "`*_\"'"
_QUOTES = "`\"'"
_LONGEST_NAME = 100
_FILES = (".py", ".txt", ".toml", ".cfg", ".json", ".com", ".org", ".io", ".html", ".md")
"""Endings of items that are not packages; some packages end in ``.yaml``."""
_PACKAGES = re.compile(
    r"\b(?:packages?|librar(?:y|ies)|modules?|frameworks?|toolkits?|wrappers?|bindings?|sdk"
    r"|dependenc(?:y|ies)|plugins?|extensions?|tools?|clients?)\b",
    re.IGNORECASE,
)
"""Words that say that a list is of packages, or that a name is one's."""
_OTHERS = re.compile(
    r"\b(?:this|it|an?|the)\b[^.\n]{0,30}?\b(function|method|class|exception|variable|parameter"
    r"|argument|attribute|constant|decorator|keyword|operator)\b",
    re.IGNORECASE,
)
"""Words that say that a name is one of code's other things."""
_SIZE = re.compile(r"\d+x\d+")
_HEADERS = frozenset({"package", "packages", "library", "libraries", "module", "modules"})
_Row = tuple[int, str]
_Item = tuple[Spot, bool]
"""A name, and whether it is in backticks, which nothing but code is."""


class _Line(NamedTuple):
    """The items of a line; ``sure`` if it is a list whatever surrounds it."""

    indent: int
    bulleted: bool
    spots: list[Spot]
    sure: bool


def find_listed(text: str, name: str, *, bare: bool) -> list[Spot]:
    """Find the names of the lists and tables in a text; all else is skipped.

    Args:
        text: Text outside fences, or that of a fence for text.
        name: The ecosystem that the names are of.
        bare: Names without bullets count, provided that the text is nothing but a list of them,
            headings and an introduction aside.
    """
    commands = ecosystem(name).commands
    if not commands:
        return []
    reader = _Reader(name, commands[0].read)
    return reader.lists(text, bare=bare) + reader.tables(text)


class _Reader(NamedTuple):
    """Reads lists of the names of one ecosystem; ``read`` reads one of them."""

    ecosystem: str
    read: Callable[[str], Reference | None]

    def lists(self, text: str, *, bare: bool) -> list[Spot]:
        """Find the names that lines list."""
        spots: list[Spot] = []
        lone: list[Spot] = []
        parent: int | None = None
        position, first, told = 0, True, False
        for text_line in text.splitlines(keepends=True):
            line = self._line(text_line, told)
            nested = line.bulleted and parent is not None and line.indent >= parent + 2
            if line.bulleted and not nested:
                parent = line.indent if line.spots else None
            # Below a bullet that named a package stands what is said of it.
            if not nested:
                into = spots if line.sure else lone
                into += [spot.moved(position) for spot in line.spots]
            if text_line.strip():
                told = told if line.bulleted else _speaks_of_packages(text_line)
                listed = bool(line.spots) and not line.bulleted
                bare = bare and (listed or _introduces(text_line, first))
                first = False
            position += len(text_line)
        return spots + lone if bare else spots

    def tables(self, text: str) -> list[Spot]:
        """Find the names of first columns; a column with anything else in it has none."""
        spots: list[Spot] = []
        rows: list[_Row] = []
        position = 0
        for line in text.splitlines(keepends=True):
            if line.lstrip().startswith("|"):
                rows.append((position, line))
            else:
                spots += self._table(rows)
                rows = []
            position += len(line)
        return spots + self._table(rows)

    def _line(self, line: str, told: bool) -> _Line:
        """Read a line; ``told`` says that the words before its list speak of packages."""
        begin, end, bulleted = _content(line)
        indent = len(line[: len(line) - len(line.lstrip())].expandtabs(4))
        items, bold = None, False
        cuts = [(at, mark) for mark in _EXPLANATIONS if (at := line.find(mark, begin, end)) > 0]
        if cuts and (bulleted or line.startswith(("`", "**"), begin)):
            items = self._explained(line, begin, end, *min(cuts))
            if items is not None and not _is_of_packages(items, line[min(cuts)[0] :], told):
                items = None
            # A bold word that begins a paragraph is a heading of it more often than a name.
            titled = any(is_titled(spot.name) for spot, _ in items or ())
            bold = line.startswith("**", begin) and not titled
        elif begin < end:
            items = self._several(line, begin, end)
            if items is None and bulleted and told:
                items = self._leading(line, begin, end)
        items = items or []
        sure = bulleted or bold or all(coded for _, coded in items)
        return _Line(indent, bulleted, [spot for spot, _ in items], sure)

    def _explained(self, line: str, begin: int, end: int, at: int, mark: str) -> list[_Item] | None:
        """Read ``name: explanation``, or ``explanation: names`` if the names are in backticks."""
        if mark in (":** ", " (") and line.startswith("**", begin):
            begin += 2  # What closes them stands behind the mark.
        head = self._item(line, begin, at)
        tail = self._several(line, at + len(mark), end) if mark in _COLONS else None
        if tail is None or (head is not None and head[1]):
            return None if head is None else [head]
        # In backticks a name with a dot is a call.
        if all(coded and "." not in spot.name for spot, coded in tail):
            return tail
        # With bare words on both sides either may be the name, so neither is.
        clear = head is not None and len(tail) == 1 and not is_topic(head[0].name)
        return [head] if clear and head is not None else None

    def _leading(self, line: str, begin: int, end: int) -> list[_Item] | None:
        """Read a span of code that begins an item and is told of behind it: "`x` for maps"."""
        close = line.find("`", begin + 1, end)
        if not line.startswith("`", begin) or close < 0 or line[close + 1 : close + 2] != " ":
            return None
        item = self._item(line, begin, close + 1)
        return None if item is None else [item]

    def _several(self, line: str, begin: int, end: int) -> list[_Item] | None:
        """Read names separated by commas, None if any item is none."""
        begin, end, coded = _inside(line, begin, end)
        places = list(self._places(line, begin, end))
        if len(places) > 1 and _is_broken_off(line, *places[-1]):
            places.pop()
        items = [self._item(line, *place) for place in places]
        found = [(item[0], coded or item[1]) for item in items if item is not None]
        if not found or len(found) != len(items) or _is_sentence([spot.name for spot, _ in found]):
            return None
        return found

    def _places(self, line: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
        # `name>=1,<2` and `name[a,b]` are one name each.
        if "," not in line[begin:end] or self._requirement(line, begin, end):
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

    def _item(self, line: str, begin: int, end: int) -> _Item | None:
        """Read an item at [begin, end) of a line; None unless it is one plausible requirement."""
        begin, end = _trimmed(line, begin, end)
        coded, address = False, ""
        while True:
            # Marks come in pairs; a lone quote or a colon after one is code, not a list.
            if end - begin > 2 and line[begin] in _MARKS and line[end - 1] == line[begin]:
                coded = coded or line[begin] == "`"
                begin, end = begin + 1, end - 1
            elif not address and (middle := _link(line, begin, end)) > 0:
                address = line[middle + 2 : end - 1].lower()
                begin, end = begin + 1, middle
            else:
                break
        spot = self._requirement(line, begin, end)
        # The label of a link is a name if the address is about it.
        if spot is None or (address and spot.name.lower() not in address):
            return None
        return spot, coded

    def _requirement(self, line: str, begin: int, end: int) -> Spot | None:
        """Read [begin, end) of a line as one requirement that somebody would call a package."""
        text = line[begin:end]
        if not text or len(text) > _LONGEST_NAME or any(char.isspace() for char in text):
            return None
        found = self.read(text)
        if found is None or not _is_plausible(found.name):
            return None
        start, end = begin + found.start, begin + found.end
        version, origin = found.version, found.origin
        return Spot(start, end, found.name, "list", self.ecosystem, version=version, origin=origin)

    def _table(self, rows: list[_Row]) -> list[Spot]:
        if len(rows) < 3 or not _heads(rows[0][1]) or set(rows[1][1].strip()) - set("|-: \t"):
            return []
        found: list[Spot] = []
        for start, line in rows[2:]:
            item = self._item(line, *_first_cell(line))
            if item is None:
                return []
            found.append(item[0].moved(start))
        return found


def _is_plausible(name: str) -> bool:
    """Return whether a word that the grammar allows is a plausible package name."""
    if is_heading(name) or iskeyword(name) or _is_number(name) or _SIZE.fullmatch(name):
        return False
    return len(name) > 1 and not name.lower().endswith(_FILES)


def _speaks_of_packages(words: str) -> bool:
    return _PACKAGES.search(words) is not None


def _is_of_packages(items: list[_Item], explanation: str, told: bool) -> bool:
    """Return whether what a list explains are packages.

    They are not if it calls them functions and the like; and what looks like a heading, one word
    with a capital letter, is none unless the words before the list or behind the name say so.
    """
    other, package = _OTHERS.search(explanation), _PACKAGES.search(explanation)
    if other is not None and (package is None or other.start(1) < package.start()):
        return False
    return told or package is not None or not any(is_titled(spot.name) for spot, _ in items)


def _trimmed(line: str, begin: int, end: int) -> tuple[int, int]:
    while begin < end and line[begin].isspace():
        begin += 1
    while end > begin and (line[end - 1].isspace() or line[end - 1] in ".;,"):
        end -= 1
    return begin, end


def _inside(line: str, begin: int, end: int) -> tuple[int, int, bool]:
    """Return the place of a list within the one span of code or the brackets that hold it all.

    Both may be cut off, at a text's end. The last value tells whether it was a span of code.
    """
    marks = line.count("`", begin, end)
    coded = line.startswith("`", begin) and (
        (marks == 2 and line[end - 1] == "`") or (marks == 1 and _is_last(line))
    )
    if coded:
        return begin + 1, end - (marks - 1), True
    if line.startswith("[", begin) and "](" not in line[begin:end]:
        closed = line[end - 1] == "]"
        if closed or (_is_last(line) and "," in line[begin:end]):
            return begin + 1, end - closed, False
    return begin, end, False


def _is_last(line: str) -> bool:
    """Return whether a text ends with a line, which then may be broken off."""
    return not line.endswith(("\n", "\r"))


def _is_broken_off(line: str, begin: int, end: int) -> bool:
    """Return whether an item is the last of a text and lacks its end."""
    begin, end = _trimmed(line, begin, end)
    if begin >= end or not _is_last(line):
        return False
    if end - begin > _LONGEST_NAME:  # A name that ran away.
        return True
    return line[begin] in _QUOTES and line.count(line[begin], begin, end) == 1


def _link(line: str, begin: int, end: int) -> int:
    """Return where the label of ``[label](address)`` ends, -1 if that is not what stands there."""
    if end - begin < 5 or line[begin] != "[" or line[end - 1] != ")":
        return -1
    return line.find("](", begin, end)


def _is_number(name: str) -> bool:
    """Return whether a word is a number, also hexadecimal or octal; the grammar allows them."""
    try:
        int(name, 0)
    except ValueError:
        return not any(char.isalpha() for char in name)
    return True


def _introduces(line: str, first: bool) -> bool:
    """Return whether a line is a heading, a comment, or the words before a list."""
    line = line.strip()
    return line[0] == "#" or (first and line[0].isupper() and line[-1] == ":")


def _content(line: str) -> tuple[int, int, bool]:
    """Return the part of a line after its bullet or number, and whether it had one."""
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


def _is_sentence(names: list[str]) -> bool:
    """Return whether it is like ``Simple, fast, and small``: only the first word is capitalised."""
    return len(names) > 1 and is_titled(names[0]) and all(name.islower() for name in names[1:])


def _heads(line: str) -> bool:
    begin, end = _first_cell(line)
    return not _HEADERS.isdisjoint(line[begin:end].lower().strip(" \t*`").split())


def _first_cell(line: str) -> tuple[int, int]:
    begin = line.index("|") + 1
    end = line.find("|", begin)
    return begin, len(line.rstrip()) if end < 0 else end
