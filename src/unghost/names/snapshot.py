"""A snapshot: which names a registry had on a date, asked where they lie in the file.

The file is mapped into memory and nothing of it is copied, so a million names open in no time; see
:mod:`unghost.names.layout` for what is in it. A file is read through and compared with its sha256
before it is used for the first time in its present state (:mod:`unghost.names.checked`).
"""

from __future__ import annotations

import hashlib
import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import marisa_trie

from unghost.ecosystems import ecosystem
from unghost.errors import UnghostError
from unghost.names.checked import is_checked, remember
from unghost.names.layout import SnapshotHeader, damaged, day_number, day_text, read_front
from unghost.names.naming import Naming
from unghost.names.walk import TrieWalk

if TYPE_CHECKING:
    from unghost.ecosystems.registry import Entry

__all__ = ["Snapshot", "SnapshotHeader", "verify_snapshot"]

SMALL = 1 << 20
"""Bytes of a file that is read through at each opening, for it takes no longer than to remember."""


class _MappedTrie(marisa_trie.BinaryTrie):  # type: ignore[misc]
    """A trie that keeps alive what it points into; without that its reader would crash."""

    mapped: memoryview


class Snapshot:
    """An open snapshot: a set of canonical names that can also be walked.

    Args:
        header: What it says of itself.
        mapped: The whole file.
        start: Where the parts begin.
        path: For messages.
        limit: The number of the last day; names first seen later are not there.

    Raises:
        UnghostError: The parts are none.
    """

    def __init__(
        self,
        header: SnapshotHeader,
        mapped: memoryview,
        start: int,
        path: Path,
        limit: int | None = None,
    ) -> None:
        self.header = header
        self._mapped, self._start, self._path, self._limit = mapped, start, path, limit
        trie, popular, days = header.sizes
        self._popular = mapped[start + trie : start + trie + popular]
        self._days = mapped[len(mapped) - days :].cast("H")
        self._names = _MappedTrie()
        self._names.mapped = mapped
        try:
            self._names.map(mapped[start : start + trie])
        except (RuntimeError, OSError, ValueError) as error:
            raise damaged(path) from error
        if len(self._names) != header.count:
            raise damaged(path)

    @classmethod
    def open(cls, path: Path, *, thorough: bool = False) -> Snapshot:
        """Map a snapshot into memory and check it.

        Args:
            path: The file.
            thorough: Read it through even if it was found sound before.

        Raises:
            UnghostError: The file is missing, empty, damaged, or of another version.
        """
        try:
            with open(path, "rb") as file:
                stat = os.fstat(file.fileno())
                data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        except ValueError:
            raise UnghostError(f"{path} is empty: build or pull the snapshot again") from None
        except OSError as error:
            raise UnghostError(f"cannot read the snapshot {path}: {error.strerror}") from error
        header, start = read_front(path, data)
        always = thorough or len(data) <= SMALL
        if always or not is_checked(path, stat, header.sha256):
            if hashlib.sha256(data[start:]).hexdigest() != header.sha256:
                raise damaged(path)
            if not always:
                remember(path, stat, header.sha256)
        return cls(header, data, start, path)

    def seen_by(self, day: str) -> Snapshot:
        """Return what this snapshot would have been on an earlier day.

        Names first seen after the day are not in it. Names without a known day are kept, because
        nothing shows that they are newer. Names removed by the snapshot's own day are in neither.

        Raises:
            UnghostError: It is not a day, is after the snapshot's own, or the snapshot has no days.
        """
        if not self.header.dated:
            raise UnghostError(
                f"the snapshot {self.id} has no first-seen dates, so no earlier day can be told:"
                " pull it from a source with dates, or leave --as-of out"
            )
        limit = day_number(day)
        if not 0 < limit <= day_number(self.header.date):
            raise UnghostError(
                f"{day} is before 1995 or behind the snapshot's day {self.header.date}: take a day"
                " between them, or pull a newer snapshot"
            )
        return Snapshot(self.header, self._mapped, self._start, self._path, limit)

    @property
    def id(self) -> str:
        """Ecosystem, date and content hash: ``pypi:2026-04-01:ab12cd34``."""
        day = "" if self._limit is None else f":as-of-{day_text(self._limit)}"
        return f"{self.header.ecosystem}:{self.header.date}:{self.header.sha256[:8]}{day}"

    @property
    def as_of(self) -> str:
        """The day (ISO 8601) of the names."""
        return self.header.date if self._limit is None else day_text(self._limit) or ""

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        if self._limit is None:
            return name.encode("utf-8", "surrogatepass") in self._names
        return self._number(name) >= 0

    def __len__(self) -> int:
        if self._limit is None:
            return self.header.count
        limit = self._limit
        return self.header.count - sum(number > limit for number in self._days)

    def __iter__(self) -> Iterator[str]:
        """Return all names, sorted."""
        # The trie is in the order of its bytes, which is that of the characters.
        if self._limit is None:
            return (key.decode() for key in self._names.iterkeys())
        return (key.decode() for key, number in self._names.iteritems() if self._is_seen(number))

    def entries(self) -> Iterator[Entry]:
        """Return all names with their first-seen days, sorted: what a refresh begins with."""
        from unghost.ecosystems.registry import Entry

        for key, number in self._names.iteritems():
            if self._is_seen(number):
                yield Entry(key.decode(), self._day(number))

    def is_popular(self, name: str) -> bool:
        """Return whether there is evidence that a canonical name is popular."""
        number = self._number(name)
        return number >= 0 and bool(self._popular[number >> 3] >> (number & 7) & 1)

    def first_seen(self, name: str) -> str | None:
        """Return the day (ISO 8601) on which a canonical name was first seen, None if not known."""
        number = self._number(name)
        return self._day(number) if number >= 0 else None

    def has_prefix(self, prefix: str) -> bool:
        """Return whether any name begins so."""
        return self.walk().begins(prefix.encode("utf-8", "surrogatepass"))

    def beginning(self, prefix: str) -> Iterator[str]:
        """Return the names that begin so, sorted."""
        begin = prefix.encode("utf-8", "surrogatepass")
        found = self._names.iteritems(begin)
        return (key.decode() for key, number in found if self._is_seen(number))

    def walk(self) -> TrieWalk:
        """Walk the canonical names."""
        return TrieWalk(self._names, None if self._limit is None else self._is_seen)

    def _number(self, name: str) -> int:
        """Return a name's number in the trie, -1 if it is not there."""
        number: int = self._names.get(name.encode("utf-8", "surrogatepass"), -1)
        return number if number < 0 or self._is_seen(number) else -1

    def _is_seen(self, number: int) -> bool:
        return self._limit is None or self._days[number] <= self._limit

    def _day(self, number: int) -> str | None:
        return day_text(self._days[number]) if self.header.dated else None


def verify_snapshot(path: Path, naming: Naming | None = None) -> SnapshotHeader:
    """Read a snapshot through: its sha256, its counts, and the form of every name.

    Args:
        path: The file.
        naming: How the names are written; None for those of an ecosystem.

    Raises:
        UnghostError: Anything is not as the header says.
    """
    snapshot = Snapshot.open(path, thorough=True)
    header = snapshot.header
    naming = naming or ecosystem(header.ecosystem)
    count = popular = dated = 0
    for entry in snapshot.entries():
        if not naming.is_valid(entry.name) or naming.canonical(entry.name) != entry.name:
            raise UnghostError(
                f"{path} holds {entry.name[:80]!r}, which is no name: build it again"
            )
        count += 1
        popular += snapshot.is_popular(entry.name)
        dated += entry.first_seen is not None
    if (count, popular, dated > 0) != (header.count, header.popular, header.dated):
        raise UnghostError(f"{path} does not agree with its header: build it again")
    return header
