"""Import finder for any language: only places that may be an import are parsed in the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from unghost.ecosystems.spot import Spot
from unghost.records import MentionKind, Origin
from unghost.syntax.grammar import Grammar, parse_through, paths
from unghost.syntax.text import ByteOffsets

if TYPE_CHECKING:
    from tree_sitter import Node

_BLANKS = frozenset(bytes([code]) for code in b" \t\r\n\f\v")
_ASCII = frozenset(bytes([code]) for code in range(128) if chr(code).isalnum() or chr(code) in "_$")
_LONGEST_INDENT = 400
_OF_WORDS = _ASCII | {bytes([code]) for code in range(128, 256)}


class Found(NamedTuple):
    """A name at bytes [start, end)."""

    start: int
    end: int
    name: str
    version: str | None = None
    confidence: float = 1.0
    kind: MentionKind = "import"
    origin: Origin = "registry"


Places = Callable[[bytes], list[int]]
"""Gives, in order, where imports may be: all of them are there, and comments and strings too."""
Reader = Callable[["list[Node]", bytes], Iterable[Found]]
"""Reads the nodes around a place, from the root down to the token there."""


def find(
    text: str,
    grammar: Grammar,
    places: Places,
    reader: Reader,
    brackets: tuple[bytes, bytes] | None = None,
) -> list[tuple[Found, int, int]]:
    """Find what a reader reads at the places of a text, with character offsets, in order."""
    offsets = ByteOffsets(text)
    at = places(offsets.data)
    if not at:
        return []
    root = parse_through(offsets.data, grammar, at[-1], brackets)
    return located(read_at(root, at, reader, offsets.data), offsets)


def read_at(root: Node, at: Iterable[int], reader: Reader, data: bytes) -> Iterator[Found]:
    """Read a tree at some places."""
    for path in paths(root, at):
        yield from reader(path, data)


def located(found: Iterable[Found], offsets: ByteOffsets) -> list[tuple[Found, int, int]]:
    """Return each name once, in order, with its character offsets."""
    places = {(item.start, item.end): item for item in found}
    return [
        (places[place], offsets.char(place[0]), offsets.char(place[1])) for place in sorted(places)
    ]


def spots(found: Iterable[tuple[Found, int, int]], ecosystem: str, language: str) -> list[Spot]:
    """Build spots of an ecosystem's names."""
    return [
        Spot(
            start=start,
            end=end,
            name=item.name,
            kind=item.kind,
            ecosystem=ecosystem,
            language=language,
            version=item.version,
            confidence=item.confidence,
            origin=item.origin,
        )
        for item, start, end in found
    ]


def words(data: bytes, word: bytes) -> Iterator[int]:
    """Return where a word stands that is not part of another, as far as ASCII shows."""
    place = data.find(word)
    while place >= 0:
        end = place + len(word)
        if data[end : end + 1] not in _ASCII and data[place - 1 : place] not in _ASCII:
            yield place
        place = data.find(word, end)


def is_remark(data: bytes, place: int, mark: bytes, unless: bytes | None = None) -> bool:
    """Return whether a line begins with the mark of a comment before a place.

    In a string or a block comment such a line is not code either.

    Args:
        data: The text.
        place: Where in the line.
        mark: What a comment begins with.
        unless: What makes code of a part of such a line.
    """
    begin = max(0, place - _LONGEST_INDENT)
    start = data.rfind(b"\n", begin, place) + 1
    line = data[start or begin : place].lstrip()
    is_known = start > 0 or begin == 0
    return is_known and line.startswith(mark) and (unless is None or unless not in line)


def skip_blanks(data: bytes, place: int) -> int:
    """Return the next place that is not blank."""
    while data[place : place + 1] in _BLANKS:
        place += 1
    return place


def word_end(data: bytes, place: int) -> int:
    """Return where the word ends that begins at a place."""
    while data[place : place + 1] in _OF_WORDS:
        place += 1
    return place


def text_of(node: Node, data: bytes) -> str:
    """Return what a node is written as."""
    return data[node.start_byte : node.end_byte].decode("utf-8", "replace")
