"""Walking names byte by byte, so that a half-written name can be judged.

A node is a hashable value; its meaning is the walk's own business.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Protocol

import marisa_trie

Node = Hashable

_SEPARATORS = frozenset(b"-_.")
_HYPHEN = ord("-")


class Walk(Protocol):
    """A set of names, walked from the root."""

    @property
    def root(self) -> Node:
        """The node of the empty prefix."""
        ...

    def step(self, node: Node, byte: int) -> Node | None:
        """Give the node after one more byte, or None if no name begins so."""
        ...

    def is_name(self, node: Node) -> bool:
        """Say whether the bytes walked so far are a whole name."""
        ...

    def children(self, node: Node) -> Iterable[tuple[int, Node]]:
        """Give every byte that may come next, ascending, with its node."""
        ...


class TrieWalk:
    """A walk over a succinct trie; a node is the prefix itself.

    Args:
        names: The names, or a trie of them that is open already.
    """

    root = b""

    def __init__(self, names: Iterable[str] | marisa_trie.Trie) -> None:
        if isinstance(names, marisa_trie.Trie):
            self._trie = names
        else:
            self._trie = marisa_trie.Trie(sorted(set(names)))
        self._alphabet = bytes(range(33, 127))

    def step(self, node: Node, byte: int) -> Node | None:
        """See :class:`Walk`."""
        prefix = _bytes(node) + bytes((byte,))
        try:
            text = prefix.decode("utf-8")
        except UnicodeDecodeError:
            return None
        return prefix if next(self._trie.iterkeys(text), None) is not None else None

    def is_name(self, node: Node) -> bool:
        """See :class:`Walk`."""
        prefix = _bytes(node)
        return prefix != b"" and prefix.decode("utf-8") in self._trie

    def children(self, node: Node) -> Iterator[tuple[int, Node]]:
        """See :class:`Walk`; names are of printable ASCII."""
        for byte in self._alphabet:
            child = self.step(node, byte)
            if child is not None:
                yield byte, child


class NormalisedWalk:
    """A walk over canonical names, fed with bytes as a text has them.

    Upper case counts as lower case, and each run of ``-``, ``_`` and ``.`` as one hyphen. After a
    separator a node knows that a hyphen is due; such a node is no name, for names end in a letter
    or a digit.
    """

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self.root: Node = (walk.root, False)

    def step(self, node: Node, byte: int) -> Node | None:
        """See :class:`Walk`."""
        inner, due = _state(node)
        if byte in _SEPARATORS:
            if inner == self._walk.root:
                return None
            return (inner, True) if due or self._walk.step(inner, _HYPHEN) is not None else None
        if due:
            after = self._walk.step(inner, _HYPHEN)
            if after is None:
                return None
            inner = after
        child = self._walk.step(inner, byte + 32 if 65 <= byte <= 90 else byte)
        return None if child is None else (child, False)

    def is_name(self, node: Node) -> bool:
        """See :class:`Walk`."""
        inner, due = _state(node)
        return not due and self._walk.is_name(inner)

    def children(self, node: Node) -> Iterator[tuple[int, Node]]:
        """See :class:`Walk`."""
        for byte in range(33, 127):
            child = self.step(node, byte)
            if child is not None:
                yield byte, child


def _bytes(node: Node) -> bytes:
    assert isinstance(node, bytes)
    return node


def _state(node: Node) -> tuple[Node, bool]:
    assert isinstance(node, tuple)
    return node
