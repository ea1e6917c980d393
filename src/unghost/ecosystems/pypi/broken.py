"""Text that is Python in parts: sessions, notebook cells, code that does not parse, prose."""

from __future__ import annotations

from collections.abc import Iterator

_PROMPTS = (">>>", "...")
_MAGICS = ("%", "!")
_LONG_FORMAT = 1_000
_BLANKS = " \t\r\n\f\v\ufeff"


def typed(source: str) -> tuple[str, list[int], list[int]]:
    """Return the code after prompts, where its lines begin in it, and how far each has moved."""
    code: list[str] = []
    starts: list[int] = []
    shifts: list[int] = []
    position, length, inside = 0, 0, False
    for line in source.splitlines(keepends=True) if _PROMPTS[0] in source else ():
        begin = len(line) - len(line.lstrip()) + 3
        prompt, gap = line[max(0, begin - 3) : begin], line[begin : begin + 1]
        # Dots go on with what the lines before began; elsewhere they are prose.
        inside = prompt in _PROMPTS[: 1 + inside] and (not gap or gap.isspace())
        if inside:
            begin += gap == " "
            code.append(line[begin:])
            starts.append(length)
            shifts.append(position + begin - length)
            length += len(line) - begin
        position += len(line)
    return "".join(code), starts, shifts


def without_magics(source: str) -> str:
    """Replace each line of a notebook cell that is not Python by a number."""
    if not any(mark in source for mark in _MAGICS):
        return source
    lines = source.split("\n")
    for number, line in enumerate(lines):
        begin = len(line) - len(line.lstrip())
        if line.startswith(_MAGICS, begin):
            lines[number] = line[:begin] + "0".ljust(len(line) - begin)
    return "\n".join(lines)


def without_formats(source: str) -> str:
    """Blank each long format string."""
    pieces, done = [], 0
    for start, end, quotes in _quoted(source):
        prefix = source[max(done, start - 2) : start].lower()
        if end - start > _LONG_FORMAT and "f" in prefix:
            pieces += [source[done : start + quotes], _blank(source[start + quotes : end - quotes])]
            done = end - quotes
    return "".join(pieces) + source[done:]


def logical_lines(source: str) -> Iterator[tuple[int, str, str]]:
    """Return lines with their starts, without indentation, and each again with blanks for strings.

    A line goes on after a backslash. A line that begins inside of a string is left out.
    """
    pieces, done = [], 0
    inside: list[tuple[int, int]] = []
    for start, end, quotes in _quoted(source):
        pieces += [source[done:start], _blank(source[start:end])]
        done = end
        if quotes == 3:
            inside.append((start, end))
    bare = "".join(pieces) + source[done:]
    start, number = 0, 0
    while start < len(source):
        end = _line_end(bare, start)
        while number < len(inside) and inside[number][1] <= start:
            number += 1
        if number == len(inside) or start <= inside[number][0]:
            line = bare[start:end]
            begin = start + len(line) - len(line.lstrip(_BLANKS))
            yield begin, source[begin:end].rstrip(), bare[begin:end].rstrip()
        start = end


def _line_end(bare: str, start: int) -> int:
    while (start := bare.find("\n", start) + 1) > 0:
        if not bare[max(0, start - 3) : start].rstrip("\r\n").endswith("\\"):
            return start
    return len(bare)


def _blank(text: str) -> str:
    return "\n".join(" " * len(line) for line in text.split("\n"))


class _Marks:
    """Finds marks from places that only grow, in linear time on the whole."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._places: dict[str, int] = {}

    def next(self, mark: str, start: int) -> int:
        """Return where a mark stands next, the text's end if nowhere."""
        if self._places.get(mark, -1) < start:
            found = self._source.find(mark, start)
            self._places[mark] = len(self._source) if found < 0 else found
        return self._places[mark]


def _quoted(source: str) -> Iterator[tuple[int, int, int]]:
    """Return the strings and comments: start, end, and how many quotes begin one (0: a comment).

    A string in single quotes ends with its line at the latest: an apostrophe of prose opens none.
    """
    marks, position = _Marks(source), 0
    while (start := min(marks.next(mark, position) for mark in "'\"#")) < len(source):
        mark = source[start]
        quotes = 0 if mark == "#" else 3 if source.startswith(mark * 3, start) else 1
        if quotes == 0:
            position = marks.next("\n", start)
        elif quotes == 1:
            position = _end_of_short(source, marks, start)
        else:
            position = _end_of_long(source, start)
        yield start, position, quotes


def _end_of_short(source: str, marks: _Marks, start: int) -> int:
    position = start + 1
    while True:
        quote, line_end = marks.next(source[start], position), marks.next("\n", position)
        position = min(quote, line_end)
        if position == len(source) or not _is_escaped(source, position):
            return position + (quote < line_end)
        position += 1


def _end_of_long(source: str, start: int) -> int:
    quotes = source[start : start + 3]
    position = source.find(quotes, start + 3)
    while position >= 0 and _is_escaped(source, position):
        position = source.find(quotes, position + 1)
    return len(source) if position < 0 else position + 3


def _is_escaped(source: str, place: int) -> bool:
    """Return whether an odd number of backslashes stands before a place."""
    begin = place
    while begin > 0 and source[begin - 1] == "\\":
        begin -= 1
    return (place - begin) % 2 == 1
