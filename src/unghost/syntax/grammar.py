"""Tree-sitter: grammars loaded when first needed, and trees walked without recursion."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from unghost.syntax.sanitize import sanitized
from unghost.syntax.text import ByteOffsets

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Point

_TRIES = 4
_WORTH_CUTTING = 0.9
_BEGINNINGS = frozenset(
    bytes([code]) for code in range(128) if chr(code).isalpha() or chr(code) in "_$@#/"
)
_PATIENCE, _SECONDS_A_BYTE = 0.2, 2e-6
"""Processor time; it bounds memory as well, since a grammar that is late may fill 5 GB a second."""


class Grammar(NamedTuple):
    """A tree-sitter grammar, and what keeps a text from it that it cannot take.

    Attributes:
        module: The Python module that it comes in.
        function: What gives it there.
        remarks: What the lines of comments begin with.
        prepare: Blanks what this grammar alone cannot take; all else keeps its place.
    """

    module: str
    function: str = "language"
    remarks: tuple[bytes, ...] = ()
    prepare: Callable[[bytes], bytes] | None = None


@cache
def load(grammar: Grammar) -> Language:
    """Load a grammar."""
    from tree_sitter import Language

    return Language(getattr(import_module(grammar.module), grammar.function)())


def parse(text: str, grammar: Grammar) -> tuple[Node, ByteOffsets]:
    """Parse a text; broken code gives a tree with error nodes.

    Grammars take exponential time on some texts that nobody writes. Of such a text what stands
    before the place where it took too long is read, as far as that can be. A node's ``text`` is not
    to be asked for, since the text is given to the parser piece by piece.

    Returns:
        The root, and what turns its byte offsets into character offsets.
    """
    offsets = ByteOffsets(text)
    return parse_bytes(offsets.data, grammar), offsets


def parse_bytes(data: bytes, grammar: Grammar) -> Node:
    """Parse a text's UTF-8 bytes, as :func:`parse` does."""
    from tree_sitter import Parser

    data = sanitized(data, grammar.remarks, grammar.prepare)
    for part in range(_TRIES):
        source = _Source(data)
        try:
            # A parser of its own: while it calls back, another thread may come here.
            tree = Parser(load(grammar)).parse(source.read, progress_callback=source.is_late)
        except ValueError:
            data = data[: source.reached // 2 if part < _TRIES - 2 else 0] + b"\n"
        else:
            return tree.root_node
        finally:
            source.close()
    raise AssertionError("a line end takes no time")


def parse_through(
    data: bytes, grammar: Grammar, last: int, brackets: tuple[bytes, bytes] | None = None
) -> Node:
    """Parse as much of a text as is needed to know the statement at a place as a whole parse does.

    A cut before a line that is not indented lies between two statements of the outermost level,
    mostly; where it does not, the part has an error, and all is parsed.

    Args:
        data: UTF-8 bytes of the text.
        grammar: The grammar.
        last: A byte offset.
        brackets: What may be open around all statements (``#if``), and what closes it.
    """
    end = _next_line(data, last)
    if end < _WORTH_CUTTING * len(data):
        part = data[:end]
        if brackets is not None:
            part += brackets[1] * (part.count(brackets[0]) - part.count(brackets[1].strip()))
        root = parse_bytes(part, grammar)
        if not root.has_error:
            return root
    return parse_bytes(data, grammar)


def _next_line(data: bytes, start: int) -> int:
    """Return where the next line begins that is not indented and looks like a new statement."""
    while (start := data.find(b"\n", start) + 1) > 0:
        if data[start : start + 1] in _BEGINNINGS:
            return start
    return len(data)


class _Source:
    """Gives a text piece by piece, and says when reading it takes too long."""

    _PIECE = 65536

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._piece = bytearray()
        self._start = time.thread_time()
        self.reached = 0

    def read(self, at: int, point: Point) -> bytearray:
        """Return a piece of the text, the same object each time: it is never freed."""
        self._piece[:] = self._data[at : at + self._PIECE]
        return self._piece

    def close(self) -> None:
        """Free the text."""
        self._piece.clear()

    def is_late(self, at: int, has_error: bool) -> bool:
        """Return whether it took longer to come so far than ten times what it does with code."""
        self.reached = max(self.reached, at)
        return time.thread_time() - self._start > _PATIENCE + self.reached * _SECONDS_A_BYTE


def paths(root: Node, places: Iterable[int]) -> Iterator[list[Node]]:
    """Return for each place the nodes that hold it, from the root down to the token.

    Args:
        root: The root of a tree.
        places: Byte offsets in ascending order. Time is linear in the tree at the most, and much
            less where only few places are asked for.
    """
    cursor, path = root.walk(), [root]
    for place in places:
        while len(path) > 1 and path[-1].end_byte <= place:
            cursor.goto_parent()
            path.pop()
        while cursor.goto_first_child_for_byte(place) is not None:
            node = cursor.node
            if node is None or node.start_byte > place:
                cursor.goto_parent()
                break
            path.append(node)
        yield path


def walk(node: Node) -> Iterator[Node]:
    """Return a node and all below it, parents first, in the order of the text."""
    cursor = node.walk()
    depth = 0
    while True:
        current = cursor.node
        if current is not None:
            yield current
        if cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if depth == 0 or not cursor.goto_parent():
                return
            depth -= 1
        if depth == 0:
            return
