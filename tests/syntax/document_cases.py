"""What the tests of the document readers share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from unghost.syntax.document import Array, Scalar, Table, Value


def plain(value: Value | None) -> object:
    """Return a located value as dictionaries, lists and strings."""
    if isinstance(value, Array):
        return [plain(item) for item in value.items]
    if isinstance(value, Table):
        return {key.text: plain(item) for key, item in value.entries}
    return None if value is None else value.text


def scalars(value: Value | None) -> Iterator[Scalar]:
    """Return all scalars, keys too."""
    waiting = [] if value is None else [value]
    while waiting:
        some = waiting.pop()
        if isinstance(some, Scalar):
            yield some
        elif isinstance(some, Array):
            waiting.extend(some.items)
        else:
            waiting.extend(part for entry in some.entries for part in entry)


def assert_within(value: Value | None, text: str) -> None:
    """Check that all places are places of the text, containers around what they hold."""
    waiting = [] if value is None else [(0, len(text), value)]
    while waiting:
        begin, stop, some = waiting.pop()
        assert begin <= some.start <= some.end <= stop
        if isinstance(some, Array):
            waiting.extend((some.start, some.end, item) for item in some.items)


def growth(read: Callable[[str], object], make: Callable[[int], str], size: int) -> float:
    """Return how many times longer a text of eight times the size takes; about eight if linear."""
    small, large = make(size), make(8 * size)
    return _seconds(read, large) / max(_seconds(read, small), 1e-4)


def _seconds(read: Callable[[str], object], text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        read(text)
        best = min(best, time.process_time() - start)
    return best
