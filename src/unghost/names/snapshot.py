"""A snapshot file: which names a registry had on a date.

One file: a magic line with the format's version, the length of the header, a JSON header, and two
succinct tries: all names, and those of them with evidence of popularity. The tries are used where
they lie in the memory-mapped file; the header's sha256 covers them, and a file that does not agree
with it is refused.
"""

from __future__ import annotations

import hashlib
import json
import mmap
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import marisa_trie

from unghost.atomic import atomic_path
from unghost.errors import UnghostError
from unghost.names.normalise import canonical, is_valid
from unghost.names.walk import TrieWalk

FORMAT_VERSION = 1
_MAGIC = b"unghost names %d\n"
_LENGTH = 8
_ALIGN = 16


@dataclass(frozen=True, slots=True)
class SnapshotHeader:
    """What a snapshot says of itself.

    ``complete`` says that a name which is not here did not exist on ``date``; without it a miss
    proves nothing. ``sizes`` are the bytes of the two tries, ``sha256`` is theirs together.
    """

    version: int
    ecosystem: str
    source: str
    date: str
    count: int
    popular: int
    complete: bool
    sizes: tuple[int, int]
    sha256: str


def build_snapshot(
    names: Iterable[str],
    path: Path,
    *,
    ecosystem: str,
    source: str,
    date: str,
    complete: bool,
    popular: Iterable[str] = (),
) -> SnapshotHeader:
    """Write a snapshot, whole or not at all.

    Args:
        names: Names in any form; blank ones are passed over.
        path: The file to write.
        ecosystem: Such as ``pypi``.
        source: Where the names come from, in words.
        date: The day they were taken, ISO 8601.
        complete: Whether all names of that day are among them.
        popular: Names with evidence of popularity; those that are not among the names are dropped.

    Raises:
        UnghostError: A name is not valid, there is none, or the file cannot be written.
    """
    kept = sorted({_checked(name, ecosystem) for name in names if name.strip()})
    if not kept:
        raise UnghostError("no names to write: a snapshot holds at least one")
    known = set(kept)
    trusted = sorted(known & {canonical(name.strip(), ecosystem) for name in popular})
    parts = [_padded(marisa_trie.Trie(part).tobytes()) for part in (kept, trusted)]
    header = SnapshotHeader(
        version=FORMAT_VERSION,
        ecosystem=ecosystem,
        source=source,
        date=date,
        count=len(kept),
        popular=len(trusted),
        complete=complete,
        sizes=(len(parts[0]), len(parts[1])),
        sha256=hashlib.sha256(b"".join(parts)).hexdigest(),
    )
    with atomic_path(path) as temporary:
        temporary.write_bytes(_front(header) + b"".join(parts))
    return header


class Snapshot:
    """An open snapshot: a set of canonical names that can also be walked."""

    def __init__(
        self,
        header: SnapshotHeader,
        names: marisa_trie.Trie,
        popular: marisa_trie.Trie,
        mapped: memoryview,
    ) -> None:
        self.header = header
        self._names, self._popular = names, popular
        # The tries point into the mapped file and do not keep it alive themselves.
        self._mapped = mapped

    @classmethod
    def open(cls, path: Path) -> Snapshot:
        """Map a snapshot into memory and check it.

        Raises:
            UnghostError: There is no file, it is empty, damaged, or of another version.
        """
        try:
            with open(path, "rb") as file:
                data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        except ValueError:
            raise UnghostError(f"{path} is empty: build or fetch the snapshot again") from None
        except OSError as error:
            raise UnghostError(f"cannot read the snapshot {path}: {error.strerror}") from error
        header, start = _read_front(path, data)
        payload = data[start:]
        if len(payload) != sum(header.sizes):
            raise _damaged(path)
        if hashlib.sha256(payload).hexdigest() != header.sha256:
            raise _damaged(path)
        cut = header.sizes[0]
        names, popular = marisa_trie.Trie(), marisa_trie.Trie()
        try:
            names.map(payload[:cut])
            popular.map(payload[cut:])
        except (RuntimeError, OSError, ValueError) as error:
            raise _damaged(path) from error
        return cls(header, names, popular, data)

    @property
    def id(self) -> str:
        """Name ecosystem, date and content: ``pypi:2026-04-01:ab12cd34``."""
        return f"{self.header.ecosystem}:{self.header.date}:{self.header.sha256[:8]}"

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._names

    def __len__(self) -> int:
        return self.header.count

    def __iter__(self) -> Iterator[str]:
        """Give all names, sorted."""
        return iter(sorted(self._names.iterkeys()))

    def is_popular(self, name: str) -> bool:
        """Say whether there is evidence that a canonical name is popular."""
        return name in self._popular

    def walk(self) -> TrieWalk:
        """Walk the canonical names; the snapshot must outlive the walk."""
        return TrieWalk(self._names)


def _checked(name: str, ecosystem: str) -> str:
    stripped = name.strip()
    if not is_valid(stripped, ecosystem):
        raise UnghostError(f"{stripped[:80]!r} is not a {ecosystem} name: remove it from the list")
    return canonical(stripped, ecosystem)


def _padded(content: bytes) -> bytes:
    return content + b"\0" * (-len(content) % _ALIGN)


def _front(header: SnapshotHeader) -> bytes:
    # Blanks behind the header put the tries on an aligned address.
    magic = _MAGIC % FORMAT_VERSION
    text = json.dumps(asdict(header), sort_keys=True).encode("utf-8")
    text += b" " * (-(len(magic) + _LENGTH + len(text)) % _ALIGN)
    return magic + len(text).to_bytes(_LENGTH, "little") + text


def _read_front(path: Path, data: memoryview) -> tuple[SnapshotHeader, int]:
    magic = _MAGIC % FORMAT_VERSION
    begin = bytes(data[: len(magic)])
    if begin != magic:
        if begin.startswith(b"unghost names "):
            raise UnghostError(f"{path} is of another version: build the snapshot again")
        raise UnghostError(f"{path} is not a snapshot: make one with 'unghost names build'")
    start = len(magic) + _LENGTH
    end = start + int.from_bytes(data[len(magic) : start], "little")
    try:
        values = json.loads(bytes(data[start:end]))
        values["sizes"] = tuple(values["sizes"])
        header = SnapshotHeader(**values)
        sound = len(header.sizes) == 2 and all(isinstance(size, int) for size in header.sizes)
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(path) from error
    if not sound:
        raise _damaged(path)
    return header, end


def _damaged(path: Path) -> UnghostError:
    return UnghostError(f"{path} is damaged: build or fetch the snapshot again")
