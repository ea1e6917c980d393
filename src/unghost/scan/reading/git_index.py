"""The paths that git tracks: those in a repository's index, read without running git.

Git leaves out by ``.gitignore`` only what it does not track, so without the index a repository
could hide a file by tracking and ignoring it.
"""

from __future__ import annotations

import hashlib
import os
import sys
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from unghost.syntax.text import read_file

LARGEST = 200_000_000
MOST_ENTRIES = 2_000_000
_LONGEST_NAME = 4096
MOST_OF_NAMES = 200_000_000
"""Bytes of all names together: where they share their beginnings, few bytes unfold to many."""
_LONGEST_POINTER = 10_000
_HEADER = 12
_HASHES = ((20, "sha1"), (32, "sha256"))
FOLDED = sys.platform in ("darwin", "win32")
"""Whether names that differ in case alone are one file: then the index may call it otherwise."""
_UNKNOWN = (
    "git's list of what it tracks is split, damaged or missing, so what git is told to leave out"
    " was not read even where it is tracked: name it, or try"
    " 'git update-index --no-split-index'"
)


@dataclass(frozen=True, slots=True)
class Tracked:
    """The paths that git tracks below a folder.

    Attributes:
        paths: Relative to the folder with ``/``, sorted; a submodule is the path of its folder.
        whole: Folders, ending in ``/``, of which a sparse index says only that all is tracked.
    """

    paths: tuple[str, ...] = ()
    whole: frozenset[str] = frozenset()

    def holds(self, path: str) -> bool:
        """Return whether a file is tracked, or a submodule by its folder's path without ``/``."""
        path = _folded(path)
        place = bisect_left(self.paths, path)
        return self.paths[place : place + 1] == (path,) or self._in_whole(path)

    def holds_below(self, folder: str) -> bool:
        """Return whether anything is tracked below a folder, or the folder itself as a submodule.

        Args:
            folder: Ends in ``/``; empty for all.
        """
        folder = _folded(folder)
        place = bisect_left(self.paths, folder)
        if any(path.startswith(folder) for path in self.paths[place : place + 1]):
            return True
        return bool(folder) and self.holds(folder.rstrip("/"))

    def _in_whole(self, path: str) -> bool:
        if not self.whole:
            return False
        parts = path.split("/")
        return any(
            "".join(f"{part}/" for part in parts[:n]) in self.whole for n in range(len(parts))
        )


class Repository:
    """The tracked paths of a repository and of those around it; read on first use.

    Args:
        root: What paths are relative to.
        folder: The repository's, ending in ``/`` unless it is the root.
        say: Told a path and in words what is wrong if it is not known what git tracks.
        outer: The repository that this one lies in.
    """

    def __init__(
        self,
        root: Path,
        folder: str,
        say: Callable[[str, str], None],
        outer: Repository | None = None,
    ) -> None:
        self._root, self._folder, self._say, self._outer = root, folder, say, outer

    @cached_property
    def _tracked(self) -> Tracked:
        tracked = read_tracked(self._root / self._folder)
        if tracked is None:
            self._say(f"{self._folder}.git", _UNKNOWN)
            return Tracked()
        return tracked

    def holds(self, path: str) -> bool:
        """Return whether a file is tracked, or a submodule by its folder without ``/``."""
        if self._tracked.holds(path[len(self._folder) :]):
            return True
        return self._outer is not None and self._outer.holds(path)

    def holds_below(self, folder: str) -> bool:
        """Return whether anything is tracked below a folder, which ends in ``/``."""
        if self._tracked.holds_below(folder[len(self._folder) :]):
            return True
        return self._outer is not None and self._outer.holds_below(folder)


def read_tracked(root: Path) -> Tracked | None:
    """Read what git tracks below a folder, by the repository that the folder is in.

    Args:
        root: A folder of a repository, its top or any below.

    Returns:
        Nothing tracked without a repository or if nothing was ever added to it; None if it is not
        known: the index is damaged, of a kind that is not read here, or too large.
    """
    place = Path(os.path.realpath(root))
    top = next((one for one in (place, *place.parents) if os.path.lexists(one / ".git")), None)
    if top is None:
        return Tracked()
    folder = _git_folder(top)
    if folder is None or not os.path.isdir(folder):
        return None
    if not os.path.lexists(folder / "index"):
        return Tracked()
    data = read_file(folder / "index", LARGEST + 1)
    names = None if isinstance(data, str) or len(data) > LARGEST else _names(data)
    if names is None:
        return None
    return _below(names, "".join(f"{part}/" for part in place.relative_to(top).parts))


def _git_folder(top: Path) -> Path | None:
    """Return where a repository's data is; worktrees and submodules have a file that says so."""
    place = top / ".git"
    if os.path.isdir(place):
        return place
    data = read_file(place, _LONGEST_POINTER)
    if isinstance(data, str) or not data.startswith(b"gitdir: "):
        return None
    target = _decoded(data.removeprefix(b"gitdir: ").rstrip(b"\r\n"))
    # Two slashes may name another machine, which would learn who is asking.
    if not target or target.startswith(("//", "\\\\", "/\\", "\\/")):
        return None
    return top / target


def _below(names: list[bytes], prefix: str) -> Tracked:
    # One call for all is several times as quick as one a name, and no name holds a null.
    paths = _folded(_decoded(b"\0".join(names))).split("\0") if names else []
    prefix = _folded(prefix)
    below = sorted(path[len(prefix) :] for path in paths if path.startswith(prefix))
    folders = [path for path in paths if path.endswith("/")]
    whole = {folder[len(prefix) :] for folder in folders if folder.startswith(prefix)}
    if any(prefix.startswith(folder) for folder in folders):
        whole.add("")
    return Tracked(tuple(below), frozenset(whole))


def _decoded(data: bytes) -> str:
    # As the names that a folder lists are decoded; os.fsdecode raises for some on Windows.
    return data.decode(sys.getfilesystemencoding(), "surrogateescape")


def _folded(path: str) -> str:
    if not FOLDED:
        return path
    from unicodedata import normalize

    return normalize("NFC", path).casefold()


def _names(data: bytes) -> list[bytes] | None:
    """Read an index, of which only the checksum at its end says how long its hashes are."""
    for size, algorithm in _HASHES:
        content, checksum = memoryview(data)[:-size], data[-size:]
        # Git can be configured to skip the checksum.
        if any(checksum) and _sum(algorithm, content) != checksum:
            continue
        names = _names_with(data, size)
        if names is not None:
            return names
    return None


def _sum(algorithm: str, content: memoryview) -> bytes:
    return hashlib.new(algorithm, content, usedforsecurity=False).digest()


def _names_with(data: bytes, size: int) -> list[bytes] | None:
    end = len(data) - size
    version, count = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:_HEADER], "big")
    if end < _HEADER or data[:4] != b"DIRC" or version not in (2, 3, 4) or count > MOST_ENTRIES:
        return None
    read = _entries if version < 4 else _entries_with_shared_beginnings
    found = read(data, count, end, 42 + size)
    return found[0] if found is not None and _are_known(data, found[1], end) else None


def _entries(data: bytes, count: int, end: int, fixed: int) -> tuple[list[bytes], int] | None:
    """Read entries of version 2 or 3, and where they end.

    Args:
        data: The index.
        count: How many there are.
        end: Where the checksum begins.
        fixed: Bytes before a name, the last two of which are flags; with the flag 0x4000 two more.
    """
    names, at, find = [], _HEADER, data.find
    for _ in range(count):
        start = at + fixed
        if start >= end:
            return None
        flags = data[start - 2] << 8 | data[start - 1]
        if flags & 0x4000:
            start += 2
        stop = find(b"\0", start, min(end, start + _LONGEST_NAME + 1))
        if stop <= start or flags & 0xFFF != min(stop - start, 0xFFF):
            return None
        names.append(data[start:stop])
        # One to eight nulls fill an entry up to a multiple of eight.
        at += (stop - at + 8) & ~7
    return names, at


def _entries_with_shared_beginnings(
    data: bytes, count: int, end: int, fixed: int
) -> tuple[list[bytes], int] | None:
    """Read entries of version 4: a name is what to cut off the one before, and what to add."""
    names, at, name, total = [], _HEADER, b"", 0
    for _ in range(count):
        at += fixed
        if at + 2 > end:
            return None
        at += 2 if data[at - 2] & 0x40 else 0
        cut, at = _number(data, at)
        stop = data.find(b"\0", at, min(end, at + _LONGEST_NAME + 1))
        if stop < 0 or cut > len(name):
            return None
        name = name[: len(name) - cut] + data[at:stop]
        at, total = stop + 1, total + len(name)
        if not 0 < len(name) <= _LONGEST_NAME or total > MOST_OF_NAMES:
            return None
        names.append(name)
    return names, at


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of seven bits a byte, until it is too large for a name, and where it ends."""
    number = data[at] & 0x7F
    while data[at] & 0x80 and number <= _LONGEST_NAME:
        at += 1
        number = (number + 1) << 7 | data[at] & 0x7F
    return number, at + 1


def _are_known(data: bytes, at: int, end: int) -> bool:
    """Return whether all extensions after the entries are understood or of no matter.

    A small first letter marks those that matter. One of them, ``link``, says that the entries stand
    in another file and only changes in this one; ``sdir`` allows folders as entries.
    """
    while at + 8 <= end:
        name = data[at : at + 4]
        if not name[:1].isupper() and name != b"sdir":
            return False
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "big")
    return at == end
