"""A piece of text without its quoting, of which every character knows its place in the source."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

_ANY = 1 << 62


class Word(NamedTuple):
    """A text that is read and the source that it is written in.

    ``text`` is without quotes and backslashes; its content stands at [start, end) of the source.
    ``places`` says where its runs begin, as pairs of an offset in ``text`` and one in the source or
    in the text of ``within``, the word that it was cut out of; without any all is one run.
    """

    text: str
    start: int
    end: int
    places: tuple[tuple[int, int], ...] = ()
    within: Word | None = None

    def at(self, offset: int) -> int:
        """Return where the character at an offset of ``text`` stands in the source."""
        if not self.places:
            return self.start + offset
        begin, place = self.places[max(bisect_right(self.places, (offset, _ANY)) - 1, 0)]
        place += offset - begin
        return place if self.within is None else self.within.at(place)

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Return where [begin, end) of ``text`` begins and ends in the source."""
        start = self.at(begin)
        return start, max(start, self.at(end - 1) + 1) if end > begin else start

    def part(self, begin: int, end: int) -> Word:
        """Cut [begin, end) out of ``text``."""
        text, (start, stop) = self.text[begin:end], self.span(begin, end)
        if not self.places:
            return Word(text, start, stop)
        return Word(text, start, stop, ((0, begin),), self)


class WordBuilder:
    """Puts a word together out of runs of a text.

    Args:
        origin: What the runs are of.

    Attributes:
        size: Characters so far.
    """

    def __init__(self, origin: Word) -> None:
        self._origin = origin
        self._parts: list[str] = []
        self._places: list[tuple[int, int]] = []
        self.size, self._expected, self._end = 0, -1, 0

    @property
    def text(self) -> str:
        """Return the text so far."""
        return "".join(self._parts)

    def add(self, text: str, place: int) -> None:
        """Add a text that begins at a place of the origin's text."""
        if place != self._expected:
            self._places.append((self.size, place))
        self._parts.append(text)
        self.size += len(text)
        self._expected = self._end = place + len(text)

    def word(self, place: int) -> Word:
        """Return the word; ``place`` is where it stands if nothing was added."""
        origin = self._origin
        if not self._places:
            return Word("", origin.at(place), origin.at(place))
        (_, first), last = self._places[0], self._end - 1
        start, end = origin.at(first), origin.at(last) + 1
        whole = len(self._places) == 1
        if not origin.places:
            places = tuple((at, place + origin.start) for at, place in self._places)
            return Word(self.text, start, end, () if whole else places)
        return Word(self.text, start, max(start, end), tuple(self._places), origin)
