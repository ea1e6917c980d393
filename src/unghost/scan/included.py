"""Files that other files have a client read, whatever their names."""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

from unghost.ecosystems import ecosystem
from unghost.ecosystems.pypi.requirements import read_requirements
from unghost.mentions.documents.manifests import known
from unghost.syntax.text import decode

READ_AS = "requirements.txt"
"""What such a file is read as; no client but Python's has them."""
_HINT = re.compile(rb"-\0{0,3}(?:[UIqvh]\0{0,3}){0,9}r|\bsync\b|--with-req")
"""Bytes that a text has, of one or two a character, if it may name such files."""
_BY_FILE = ("pyproject.toml", "setup.cfg")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.I)
_MOST = 10_000


class Included(NamedTuple):
    """What a file includes.

    Attributes:
        names: Files as they are named, relative to the file or to where a command is run.
        binding: Whether what installs the file needs them; else a text speaks of a command.
        problem: In words, what it includes that is on no disk; None if nothing.
    """

    names: tuple[str, ...] = ()
    binding: bool = False
    problem: str | None = None


def included_by(data: bytes, path: str, *, as_list: bool = False) -> Included:
    """Find what a file includes.

    Args:
        data: The file's bytes.
        path: Its path.
        as_list: Whether it is a requirements file though its name does not say so.
    """
    if not (_HINT.search(data) or (path.endswith(_BY_FILE) and b"file" in data)):
        return Included()
    text = decode(data)
    if text is None:
        return Included()
    from unghost.ecosystems.pypi.included import find_included

    is_list, is_manifest = as_list or is_requirements(path), _is_manifest(path)
    text = text.removeprefix("\ufeff")
    found = find_included(text, path, is_list=is_list, is_manifest=is_manifest)
    names = tuple(name for name in found if not _ADDRESS.match(name))
    away = next((name for name in found if _ADDRESS.match(name)), None)
    binding, problem = is_list or is_manifest, None
    # Texts speak of other projects' lists too; a list that includes one has it installed.
    if binding and away is not None:
        problem = f"it includes {away}, which is not looked at"
    elif len(names) > _MOST:
        problem = f"it includes more than {_MOST:,} files; only the first are looked at"
    return Included(names[:_MOST], binding, problem)


def places(name: str, path: str) -> tuple[str, ...]:
    """Return where in the project a file may be that another one names, relative to its folder.

    A command is run in the project's folder or in that of the file, and nobody knows in which.
    """
    if name.startswith("/"):
        return ()
    starts = dict.fromkeys((posixpath.dirname(path), ""))
    found = (posixpath.normpath(posixpath.join(start, name)) for start in starts)
    return tuple(dict.fromkeys(place for place in found if not place.startswith("../")))


def is_requirements(path: str) -> bool:
    """Return whether a file is read as a list of requirements by its name alone."""
    return any(kind.read is read_requirements for kind in known().matching(path))


def _is_manifest(path: str) -> bool:
    ours = ecosystem("pypi").manifests
    return any(kind in ours and not kind.lock for kind in known().matching(path))
