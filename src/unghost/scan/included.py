"""Files that other files have a client read, whatever their names."""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

from unghost.ecosystems import ecosystem
from unghost.mentions.manifests import known
from unghost.syntax.text import decode

READ_AS = "requirements.txt"
"""What such a file is read as; no client but Python's has them."""
_HINT = re.compile(rb"-\0{0,3}r")
_BY_FILE = ("pyproject.toml", "setup.cfg")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.I)
_MOST = 1000


class Included(NamedTuple):
    """What a file includes.

    Attributes:
        names: Files as they are named, relative to the file or to where a command is run.
        problem: In words, what it includes that is on no disk; None if nothing.
    """

    names: tuple[str, ...] = ()
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

    is_list = as_list or _is_list(path)
    found = find_included(text.removeprefix("\ufeff"), path, is_list=is_list)[:_MOST]
    names = tuple(name for name in found if not _ADDRESS.match(name))
    away = next((name for name in found if _ADDRESS.match(name)), None)
    # Texts speak of other projects' lists too; a list that includes one has it installed.
    problem = f"it includes {away}, which is not looked at" if away and is_list else None
    return Included(names, problem)


def places(included: Included, path: str) -> tuple[str, ...]:
    """Give where in the project included files may be, relative to its folder.

    A command is run in the project's folder or in that of the file, and nobody knows in which.
    """
    starts = dict.fromkeys((posixpath.dirname(path), ""))
    found = (
        posixpath.normpath(posixpath.join(start, name))
        for name in included.names
        if not name.startswith("/")
        for start in starts
    )
    return tuple(dict.fromkeys(place for place in found if not place.startswith("../")))


def _is_list(path: str) -> bool:
    ours = ecosystem("pypi").manifests
    return any(kind in ours and not kind.lock for kind in known().matching(path))
