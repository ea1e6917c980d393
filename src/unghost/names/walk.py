"""Walking names byte by byte, so that a half-written name can be judged.

A node is a hashable value; its meaning is the walk's own business.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Protocol

import marisa_trie

from unghost.names.naming import Naming

Node = Hashable


class Walk(Protocol):
    """A set of names, walked from the root."""

    @property
    def root(self) -> Node:
        """The node of the empty prefix."""
        ...

    def step(self, node: Node, byte: int) -> Node | None:
        """Return the node after one more byte, or None if no name begins so."""
        ...

    def is_name(self, node: Node) -> bool:
        """Return whether the bytes walked so far are a whole name."""
        ...

    def children(self, node: Node) -> Iterable[tuple[int, Node]]:
        """Return every byte that may come next, ascending, with its node."""
        ...


class TrieWalk:
    """A walk over a succinct trie; a node is the prefix itself.

    Args:
        names: The names, or a trie of them that is open already.
        keep: Says of a name's number in the trie whether the name counts; None keeps all.
    """

    root = b""

    def __init__(
        self,
        names: Iterable[str] | marisa_trie.BinaryTrie,
        keep: Callable[[int], bool] | None = None,
    ) -> None:
        if not isinstance(names, marisa_trie.BinaryTrie):
            names = marisa_trie.BinaryTrie(sorted({name.encode() for name in names}))
        self._trie, self._keep = names, keep

    def begins(self, prefix: bytes) -> bool:
        """Return whether any name begins so."""
        if self._keep is None:
            return next(self._trie.iterkeys(prefix), None) is not None
        return any(self._keep(number) for _, number in self._trie.iteritems(prefix))

    def step(self, node: Node, byte: int) -> Node | None:
        """See :class:`Walk`."""
        prefix = _bytes(node) + bytes((byte,))
        return prefix if self.begins(prefix) else None

    def is_name(self, node: Node) -> bool:
        """See :class:`Walk`."""
        number = self._trie.get(_bytes(node), -1)
        return number >= 0 and (self._keep is None or self._keep(number))

    def children(self, node: Node) -> Iterator[tuple[int, Node]]:
        """See :class:`Walk`; the trie does not list them, so every byte is tried."""
        return _children(self, node)


class NormalisedWalk:
    """A walk over canonical names, fed with bytes as a text has them.

    Where their naming says so, upper case counts as lower case, each separator as the first of
    them, and a run of separators as one. Where runs are folded, a node only knows after a separator
    that one is due, so that more of them change nothing.

    Args:
        walk: The canonical names.
        naming: How they are written.
    """

    def __init__(self, walk: Walk, naming: Naming) -> None:
        self._walk, self._separators = walk, naming.separators
        self._folds_case, self._folds_runs = naming.folds_case, naming.folds_runs
        self.root: Node = (walk.root, False)

    def step(self, node: Node, byte: int) -> Node | None:
        """See :class:`Walk`."""
        inner, due = _state(node)
        if byte in self._separators:
            after = self._separated(inner)
            if self._folds_runs:
                return (inner, True) if due or after is not None else None
            return None if after is None else (after, False)
        if due:
            after = self._separated(inner)
            if after is None:
                return None
            inner = after
        lower = self._folds_case and 65 <= byte <= 90
        child = self._walk.step(inner, byte + 32 if lower else byte)
        return None if child is None else (child, False)

    def is_name(self, node: Node) -> bool:
        """See :class:`Walk`."""
        inner, due = _state(node)
        whole = self._separated(inner) if due else inner
        return whole is not None and self._walk.is_name(whole)

    def children(self, node: Node) -> Iterator[tuple[int, Node]]:
        """See :class:`Walk`."""
        return _children(self, node)

    def _separated(self, inner: Node) -> Node | None:
        return self._walk.step(inner, self._separators[0])


def _children(walk: Walk, node: Node) -> Iterator[tuple[int, Node]]:
    for byte in range(256):
        child = walk.step(node, byte)
        if child is not None:
            yield byte, child


def _bytes(node: Node) -> bytes:
    assert isinstance(node, bytes)
    return node


def _state(node: Node) -> tuple[Node, bool]:
    assert isinstance(node, tuple)
    return node
