"""XML with positions, by expat; entities of the text's own are refused, so none can grow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from unghost.syntax.document import MOST, Scalar
from unghost.syntax.text import ByteOffsets

DEEPEST = 200
"""Levels that are kept; elements nested deeper are skipped."""


@dataclass(slots=True)
class Element:
    """An element: its tag without namespace, where it stands, and what is in it.

    ``text`` is its text without blanks around it, None if there is none or there are children.
    """

    tag: str
    start: int
    end: int
    attributes: dict[str, Scalar] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    text: Scalar | None = None

    def find(self, tag: str) -> Element | None:
        """Return the first direct child of a tag."""
        return next((child for child in self.children if child.tag == tag), None)

    def all(self, tag: str) -> Iterator[Element]:
        """Return the direct children of a tag."""
        return (child for child in self.children if child.tag == tag)

    def walk(self) -> Iterator[Element]:
        """Return the element and all below it, in the order of the text."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.children))


def read_xml(text: str) -> Element | None:
    """Read an XML text; of a broken one what comes before the error; None without any element."""
    reader = _Reader(text)
    reader.read()
    return reader.root


class _Reader:
    def __init__(self, text: str) -> None:
        # What the declaration says of the encoding no longer holds: the text is decoded already.
        self._shift = 1 if text.startswith("\ufeff") else 0
        self._source = text
        self._offsets = ByteOffsets(text[self._shift :])
        self.root: Element | None = None
        self._open: list[Element] = []
        self._beyond, self._left = 0, MOST
        self._pieces: list[tuple[int, str]] = []
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = False
        # Those that a declaration adds stand nowhere in the element.
        self._parser.specified_attributes = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = self._refuse
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def read(self) -> None:
        try:
            self._parser.Parse(self._offsets.data, True)
        except (expat.ExpatError, _Refused, ValueError):
            for element in self._open:
                element.end = len(self._source)

    def _place(self) -> int:
        return self._parser.CurrentByteIndex

    def _char(self, byte: int) -> int:
        return self._offsets.char(byte) + self._shift

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._pieces = []
        if len(self._open) >= DEEPEST:
            self._beyond += 1
            return
        self._left -= 1 + len(attributes)
        if self._left < 0:
            raise _Refused
        start = self._place()
        element = Element(name.rpartition(":")[2], self._char(start), 0)
        element.attributes = self._attributes(start, attributes)
        if self._open:
            self._open[-1].children.append(element)
        elif self.root is None:
            self.root = element
        self._open.append(element)

    def _end(self, name: str) -> None:
        if self._beyond:
            self._beyond -= 1
            return
        element = self._open.pop()
        here = self._place()
        if self._offsets.data.startswith(b"</", here):
            here = self._offsets.data.find(b">", here) + 1
        element.end = self._char(here)
        if not element.children:
            element.text = self._text()
        self._pieces = []

    def _characters(self, data: str) -> None:
        if not self._beyond:
            self._pieces.append((self._place(), data))

    def _piece_end(self, place: int, data: str) -> int:
        source = self._offsets.data
        written = data.encode("utf-8", "surrogatepass")
        escaped = source.startswith((b"&amp;", b"&#"), place)
        if len(data) == 1 and (escaped or not source.startswith(written, place)):
            # A character that is written as an entity.
            return max(source.find(b";", place) + 1, place)
        return place + len(written)

    def _text(self) -> Scalar | None:
        content = "".join(data for _, data in self._pieces).strip()
        written = [piece for piece in self._pieces if piece[1].strip()]
        if not written:
            return None
        (place, head), (last, tail) = written[0], written[-1]
        start = self._char(place) + len(head) - len(head.lstrip())
        end = self._char(self._piece_end(last, tail)) - (len(tail) - len(tail.rstrip()))
        return Scalar(start, end, content)

    def _attributes(self, start: int, attributes: dict[str, str]) -> dict[str, Scalar]:
        """Find each attribute's value after the tag's name, in the order that expat gives."""
        found: dict[str, Scalar] = {}
        data, at = self._offsets.data, start
        for name, value in attributes.items():
            at = data.find(b"=", at) + 1
            while data[at : at + 1].isspace():
                at += 1
            close = data.find(data[at : at + 1], at + 1)
            found[name.rpartition(":")[2]] = Scalar(self._char(at + 1), self._char(close), value)
            at = close + 1
        return found

    def _refuse(self, *args: object) -> None:
        raise _Refused


class _Refused(Exception):
    """The text declares entities, or holds more than anyone writes."""
