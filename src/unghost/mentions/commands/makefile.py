"""Packages that the recipes of a Makefile install.

Source: the manual of GNU make (rules, recipes, variables); found.
"""

from __future__ import annotations

from collections.abc import Iterator

from unghost.ecosystems.spot import Spot
from unghost.mentions.commands.installs import installs
from unghost.syntax.word import Word, WordBuilder

_PREFIX = "@-+ \t"
_MODIFIERS = frozenset({"export", "override", "private", "define"})
_DEEPEST = 6
_LONGEST = 20_000
"""Characters of a line with its variables written out."""
_MOST_WRITTEN = 2_000_000
"""Characters of all variables written out, each at least one."""
_Value = list[tuple[int, int]]


def find_in_makefile(text: str) -> list[Spot]:
    """Find the packages that the recipes of a Makefile install.

    Variables are replaced by what the file defines them as, so a package that a variable holds is
    found where the variable is defined.
    """
    lines = list(_logical_lines(text))
    values: dict[str, _Value] = {}
    for begin, end in lines:
        if not text.startswith("\t", begin):
            _define(text, begin, end, values)
    expansion = _Expansion(text, values)
    spots: dict[tuple[int, int], Spot] = {}
    for begin, end in lines:
        start = _recipe(text, begin, end)
        if start is None:
            continue
        for spot in installs().find(expansion.of(start, end)):
            spots.setdefault((spot.start, spot.end), spot)
    return sorted(spots.values(), key=lambda spot: spot.start)


def _logical_lines(text: str) -> Iterator[tuple[int, int]]:
    """Return lines, those that end in a backslash with the next one."""
    begin = end = 0
    while end < len(text):
        newline = text.find("\n", end)
        end = len(text) if newline < 0 else newline + 1
        if not text.endswith(("\\\n", "\\\r\n"), begin, end):
            yield begin, end
            begin = end
    if begin < end:
        yield begin, end


def _recipe(text: str, begin: int, end: int) -> int | None:
    """Return where the command of a recipe's line begins, None for any other line."""
    if not text.startswith("\t", begin):
        colon, semicolon = text.find(":", begin, end), text.find(";", begin, end)
        if colon < 0 or semicolon < colon or _assignment(text, begin, end) is not None:
            return None
        if "#" in text[begin:semicolon]:
            return None
        begin = semicolon + 1
    while begin < end and text[begin] in _PREFIX:
        begin += 1
    return begin


def _assignment(text: str, begin: int, end: int) -> tuple[int, str] | None:
    """Return where the equals sign of a definition stands, and what stands right before it."""
    equals = text.find("=", begin, end)
    if equals < 0:
        return None
    mark = text[equals - 1 : equals] if equals > begin else ""
    mark = mark if mark in (":", "?", "+", "!") else ""
    name = text[begin : equals - len(mark)].rstrip(":").split()
    first = next((at for at, word in enumerate(name) if word not in _MODIFIERS), 0)
    if len(name) != first + 1 or any(char in name[first] for char in ":#$"):
        return None
    return equals, mark


def _define(text: str, begin: int, end: int, values: dict[str, _Value]) -> None:
    found = _assignment(text, begin, end)
    if found is None or found[1] == "!":
        return
    equals, mark = found
    name = text[begin : equals - len(mark)].rstrip(":").split()[-1]
    comment = text.find(" #", equals, end)
    first, last = equals + 1, end if comment < 0 else comment
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1].isspace():
        last -= 1
    if mark == "?" and name in values:
        return
    values[name] = values.get(name, []) if mark == "+" else []
    values[name].append((first, last))


class _Expansion:
    """Replaces variables by their values, with the places that the values are written at."""

    def __init__(self, text: str, values: dict[str, _Value]) -> None:
        self._text, self._values = text, values
        self._origin = Word(text, 0, len(text))
        self._left = _MOST_WRITTEN

    def of(self, begin: int, end: int) -> Word:
        """Return a line as the shell gets it."""
        builder = WordBuilder(self._origin)
        self._write(builder, begin, end, 0)
        return builder.word(begin)

    def _write(self, builder: WordBuilder, begin: int, end: int, depth: int) -> None:
        text = self._text
        while begin < end:
            dollar = text.find("$", begin, end)
            stop = end if dollar < 0 else dollar
            self._left -= (1 + stop - begin) if depth else 0
            if depth and self._is_enough(builder):
                return
            if stop > begin:
                self._copy(builder, begin, stop, depth)
            if dollar < 0:
                return
            begin = self._reference(builder, dollar, end, depth)

    def _copy(self, builder: WordBuilder, begin: int, end: int, depth: int) -> None:
        """Copy a run; within a value a continued line is a blank."""
        text = self._text[begin:end]
        if depth and "\n" in text:
            text = text.replace("\\\r\n", "   ").replace("\\\n", "  ").replace("\n", " ")
        builder.add(text, begin)

    def _reference(self, builder: WordBuilder, at: int, end: int, depth: int) -> int:
        """Write what a dollar sign stands for; returns where to go on."""
        text = self._text
        opening = text[at + 1 : at + 2]
        if opening == "$":
            builder.add("$", at + 1)
            return at + 2
        if opening in ("(", "{"):
            close = text.find(")" if opening == "(" else "}", at, min(end, at + 200))
            name = text[at + 2 : close] if close > 0 else ""
            if name and all(char.isalnum() or char in "_-." for char in name):
                self._variable(builder, name, at, depth)
                return close + 1
            builder.add("$", at)
            return at + 1
        # Automatic variables: a target, a prerequisite.
        builder.add("$_", at)
        return at + 2

    def _variable(self, builder: WordBuilder, name: str, at: int, depth: int) -> None:
        value = self._values.get(name)
        self._left -= 1
        if value is None or depth >= _DEEPEST or self._is_enough(builder):
            # A shell reads this as the variable that it is, and not as a command.
            builder.add(f"${{{name}}}", at)
            return
        for number, (begin, end) in enumerate(value):
            if self._is_enough(builder):
                return
            if number:
                builder.add(" ", begin)
            self._write(builder, begin, end, depth + 1)

    def _is_enough(self, builder: WordBuilder) -> bool:
        return self._left < 0 or builder.size > _LONGEST
