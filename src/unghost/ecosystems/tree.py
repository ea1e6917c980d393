"""The files of a project, asked for what imports may mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePosixPath

_MOST_PARTS = 8
"""Folders of an ending: more would make a deep tree quadratic."""


class Tree:
    """The paths of a project's files, relative to its root, with ``/`` between folders."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.files = frozenset(paths)
        # A folder is known by every ending of its path, which is how some languages name code.
        self._folders: set[str] = set()
        self._endings: set[str] = set()
        self._around: dict[tuple[str, ...], frozenset[str]] = {}
        for path in self.files:
            self._add(path)

    def ending(self, wanted: Iterable[str]) -> str | None:
        """Return the first of some paths with which a file's or a folder's path ends."""
        return next((ending for ending in wanted if ending in self._endings), None)

    def around(self, suffixes: tuple[str, ...]) -> Collection[str]:
        """Return the folders that hold files with such suffixes, at whatever depth."""
        if suffixes not in self._around:
            found: set[str] = set()
            for path in self.files:
                folder = path.rpartition("/")[0] if path.endswith(suffixes) else ""
                while folder and folder not in found:
                    found.add(folder)
                    folder = folder.rpartition("/")[0]
            self._around[suffixes] = frozenset(found)
        return self._around[suffixes]

    def has_below(self, folder: str, name: str, suffixes: Iterable[str]) -> bool:
        """Return whether a folder holds a file or a folder of a name, with a suffix or without."""
        place = f"{folder}/{name}".strip("/")
        if place in self.files or place in self._folders:
            return True
        return any(f"{place}.{suffix}" in self.files for suffix in suffixes)

    def _add(self, path: str) -> None:
        parts = path.split("/")
        for count in range(1, len(parts)):
            self._folders.add("/".join(parts[:count]))
        for count in range(1, min(len(parts), _MOST_PARTS + 1) + 1):
            self._endings.add("/".join(parts[-count:]))
            if count < len(parts):
                self._endings.add("/".join(parts[-count - 1 : -1]))


def above(path: str) -> Iterator[str]:
    """Return the folder of a file and all above it, as prefixes."""
    for folder in PurePosixPath(path).parents:
        text = folder.as_posix()
        yield "" if text == "." else f"{text}/"
