"""Lines and words of a text, with their places, for formats that are read line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

_MARK = "\ufeff"


class LineWord(NamedTuple):
    """A piece of a text, as it is written from ``start`` on."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """The end of the piece."""
        return self.start + len(self.text)


def lines(text: str) -> Iterator[LineWord]:
    """Return the lines without their ends (LF or CRLF); a byte order mark is not part of them."""
    start = 1 if text.startswith(_MARK) else 0
    while start < len(text):
        end = text.find("\n", start)
        after = end = len(text) if end < 0 else end
        if end > start and text[end - 1] == "\r":
            end -= 1
        yield LineWord(start, text[start:end])
        start = after + 1


def words(line: LineWord) -> list[LineWord]:
    """Return the pieces of a line between blanks."""
    found, place = [], 0
    for word in line.text.split():
        place = line.text.index(word, place)
        found.append(LineWord(line.start + place, word))
        place += len(word)
    return found


def indent(line: LineWord) -> int:
    """Count the spaces that a line begins with."""
    return len(line.text) - len(line.text.lstrip(" "))
