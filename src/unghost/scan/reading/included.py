"""Files that other files include, such as ``-r more.txt``."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from unghost.ecosystems import all_ecosystems
from unghost.mentions.documents.manifests import known

_MOST = 10_000


class Files(NamedTuple):
    """The files that a file includes.

    Attributes:
        names: Files as they are named, relative to the file or to where a command is run.
        read_as: The file name that they are read as.
        binding: Whether what installs the file needs them; else a text speaks of a command.
        problem: In words, what it includes that is on no disk; None if nothing.
    """

    names: tuple[str, ...] = ()
    read_as: str = ""
    binding: bool = False
    problem: str | None = None


def included_by(data: bytes, text: str, path: str, read_as: str = "") -> Files:
    """Find what a file includes, by the first ecosystem whose clients it has read anything.

    Args:
        data: The file's bytes, of which a glance tells most often that it includes nothing.
        text: The same, decoded.
        path: Its path.
        read_as: The file name that it is read as, if its own does not say what it is.
    """
    for eco in all_ecosystems():
        inclusion = eco.inclusion
        if inclusion is None or not inclusion.may(data, path):
            continue
        kinds, name = known().matching(path), inclusion.manifest.example
        is_list = read_as == name or inclusion.manifest in kinds
        is_manifest = any(kind in eco.manifests and not kind.lock for kind in kinds)
        found = inclusion.find(text.removeprefix("\ufeff"), path, is_list, is_manifest)
        problem = None
        # Texts speak of other projects' lists too; a list that includes one has it installed.
        if found.binding and found.away:
            problem = f"it includes {found.away[0]}, which is not read"
        elif len(found.names) > _MOST:
            problem = f"it includes more than {_MOST:,} files; only the first are read"
        if found.names or problem:
            return Files(found.names[:_MOST], name, found.binding, problem)
    return Files()


def places(name: str, path: str) -> tuple[str, ...]:
    """Return where in the project a file may be that another one names, relative to its folder.

    A command is run in the project's folder or in that of the file, and nobody knows in which.
    """
    if name.startswith("/"):
        return ()
    starts = dict.fromkeys((posixpath.dirname(path), ""))
    found = (posixpath.normpath(posixpath.join(start, name)) for start in starts)
    return tuple(dict.fromkeys(place for place in found if not place.startswith("../")))


def is_list(path: str) -> bool:
    """Return whether a file is by its name alone one that others include."""
    lists = [eco.inclusion.manifest for eco in all_ecosystems() if eco.inclusion is not None]
    return any(kind in lists for kind in known().matching(path))
