"""Writing a snapshot from a stream of names, in any form and order."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import marisa_trie

from unghost import ecosystems
from unghost.ecosystems.registry import Entry
from unghost.errors import UnghostError
from unghost.names.layout import FORMAT_VERSION, SnapshotHeader, day_number, front, padded
from unghost.names.naming import Naming
from unghost.names.snapshot import Snapshot
from unghost.storage.atomic import atomic_path

_TRIES = 2
"""How often the trie is folded into another; a third time saves 4 % and costs 10 % of the speed."""


def build_snapshot(
    names: Iterable[str | Entry],
    path: Path,
    *,
    ecosystem: str | Naming,
    source: str,
    date: str,
    complete: bool,
    popular: Iterable[str] = (),
    skip_invalid: bool = False,
    state: Mapping[str, object] | None = None,
) -> SnapshotHeader:
    """Write a snapshot, whole or not at all; the same names give the same bytes.

    Args:
        names: Names in any form and order, as texts or with their first-seen days; blank ones are
            skipped. Of several days of one name the earliest counts. A removed entry takes away
            what was given of the name before it.
        path: The file to write.
        ecosystem: Such as ``pypi``; or how names of another kind are written.
        source: Where the names come from, in words.
        date: The day they were taken, ISO 8601.
        complete: Whether all names of that day are among them.
        popular: Names with evidence of popularity; those that are not among the names are dropped.
        skip_invalid: Whether names that are none by the ecosystem's grammar are skipped and
            counted, as fits a registry's list; otherwise they are refused, as fits a user's.
        state: Where a refresh continues; small JSON values.

    Raises:
        UnghostError: A name is invalid, the list is empty, a day is invalid, the ecosystem is
            unknown, or the file cannot be written.
    """
    naming = ecosystems.ecosystem(ecosystem) if isinstance(ecosystem, str) else ecosystem
    made = _made(names, naming, popular, skip_invalid)
    header = _header(made, naming, source, date, complete, state or {})
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        file.write(front(header))
        file.writelines(made.parts)
    return header


def list_snapshot(
    path: Path, naming: Naming, *, source: str, date: str, complete: bool
) -> Snapshot:
    """Build a snapshot of a text file in memory.

    Args:
        path: The file, one name a line; see :func:`read_list`.
        naming: How the names are written.
        source: Where the names come from, in words.
        date: The day they were taken, ISO 8601.
        complete: Whether all names of that day are among them.

    Raises:
        UnghostError: The file cannot be read, or a line is not a name.
    """
    made = _made(read_list(path), naming, (), skip_invalid=False)
    header = _header(made, naming, source, date, complete, {})
    return Snapshot(header, memoryview(b"".join(made.parts)), 0, path)


def read_list(path: Path) -> Iterator[Entry]:
    """Read a text file with one name per line, and after a tab the day it was first seen, if known.

    Raises:
        UnghostError: The file cannot be read.
    """
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                name, _, day = line.rstrip("\r\n").partition("\t")
                yield Entry(name, day.strip() or None)
    except ValueError:
        raise UnghostError(f"{path} is not a text in UTF-8: give one name a line") from None
    except OSError as error:
        raise UnghostError(f"cannot read the names in {path}: {error.strerror}") from error


class _Made(NamedTuple):
    """The parts after the header of a snapshot, and their counts."""

    parts: tuple[bytes, bytes, bytes]
    total: int
    popular: int
    skipped: int
    dated: bool


def _made(
    names: Iterable[str | Entry], naming: Naming, popular: Iterable[str], skip_invalid: bool
) -> _Made:
    days, skipped = _gathered(names, naming, skip_invalid)
    if not days:
        raise UnghostError("no names to write: a snapshot holds at least one")
    trie = marisa_trie.BinaryTrie(
        map(str.encode, sorted(days)),
        num_tries=_TRIES,
        cache_size=marisa_trie.HUGE_CACHE,
        # Sorted names come out of the trie without a list of them.
        order=marisa_trie.LABEL_ORDER,
    )
    marks = _marks(popular, naming, trie)
    dated = any(days.values())
    numbers = _by_number(days, trie) if dated else b""
    parts = (padded(trie.tobytes()), padded(bytes(marks)), padded(numbers))
    return _Made(parts, len(days), sum(byte.bit_count() for byte in marks), skipped, dated)


def _header(
    made: _Made,
    naming: Naming,
    source: str,
    date: str,
    complete: bool,
    state: Mapping[str, object],
) -> SnapshotHeader:
    day_number(date)
    payload = hashlib.sha256()
    for part in made.parts:
        payload.update(part)
    trie, popular, days = made.parts
    return SnapshotHeader(
        version=FORMAT_VERSION,
        ecosystem=naming.name,
        source=source,
        date=date,
        count=made.total,
        popular=made.popular,
        skipped=made.skipped,
        complete=complete,
        dated=made.dated,
        sizes=(len(trie), len(popular), len(days)),
        sha256=payload.hexdigest(),
        state=dict(state),
    )


def _gathered(
    names: Iterable[str | Entry], naming: Naming, skip_invalid: bool
) -> tuple[dict[str, int], int]:
    """Return the canonical names with the numbers of their days, and how many were skipped."""
    days: dict[str, int] = {}
    skipped = 0
    for line, given in enumerate(names, 1):
        entry = Entry(given) if isinstance(given, str) else given
        written = entry.name.strip()
        if not written:
            continue
        if not naming.is_valid(written):
            if not skip_invalid:
                raise UnghostError(
                    f"line {line}: {written[:80]!r} is not a {naming.name} name: remove it from the"
                    " list"
                )
            skipped += 1
            continue
        name = naming.canonical(written)
        if entry.removed:
            days.pop(name, None)
            continue
        day, known = day_number(entry.first_seen), days.get(name, 0)
        days[name] = min(day, known) or day or known
    return days, skipped


def _marks(popular: Iterable[str], naming: Naming, trie: marisa_trie.BinaryTrie) -> bytearray:
    marks = bytearray((len(trie) + 7) // 8)
    for written in popular:
        name = written.strip()
        number = trie.get(naming.canonical(name).encode(), -1) if naming.is_valid(name) else -1
        if number >= 0:
            marks[number >> 3] |= 1 << (number & 7)
    return marks


def _by_number(days: Mapping[str, int], trie: marisa_trie.BinaryTrie) -> bytes:
    numbers = array("H", bytes(2 * len(days)))
    for name, day in days.items():
        numbers[trie.key_id(name.encode())] = day
    return numbers.tobytes()
