"""Lists that a command has a client read: ``pip install -r names.lst``, whatever wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from unghost.ecosystems.pypi.sources import is_public
from unghost.hook.brought import COMMAND, Piece
from unghost.hook.edits import label
from unghost.mentions.files import find_in_text, unread_part
from unghost.scan.included import READ_AS, included_by
from unghost.scan.reading import read_file
from unghost.syntax.text import LONGEST, decode

_CHANGED = re.compile(r"\b(?:cd|pushd)[ \t]+['\"]?([^\s'\";&|]+)")
_INDEX = re.compile(
    r"(?<!\S)(?:--no-index|(?:--(?:default-)?index(?:-url)?|-i)[ \t=]+['\"]?([^\s'\"]*))"
)
_MOST = 50


def lists_of(command: str, folder: Path, root: Path, written: Mapping[Path, str]) -> list[Piece]:
    """Find what the lists name that a command has a client read; all of it is brought in.

    Args:
        command: The command.
        folder: The folder that it is run in.
        root: The project's folder.
        written: Texts of the files that the call itself writes.
    """
    pieces: dict[Path, Piece] = {}
    indexes = _INDEX.findall(command)
    if indexes and not any(map(is_public, indexes)):
        # What is listed comes from elsewhere, as what the command itself names does.
        return []
    waiting = list(_named(command, folder))
    while waiting and len(pieces) < _MOST:
        path = waiting.pop(0)
        data = _bytes(path, written)
        text = None if data is None else decode(data)
        if data is None or text is None or path in pieces:
            continue
        name = label(path, root)
        mentions = tuple(find_in_text(text, name, READ_AS))
        inner = included_by(data, name, as_list=True)
        pieces[path] = Piece(name, text, mentions, unread_part(data, READ_AS) or inner.problem)
        waiting += [path.parent / one for one in inner.names]
    return list(pieces.values())


def _named(command: str, folder: Path) -> Iterator[Path]:
    names = included_by(command.encode("utf-8", "surrogatepass"), COMMAND).names
    if names:
        for start in (folder, *(folder / one for one in _CHANGED.findall(command)[:_MOST])):
            yield from (start / name for name in names)


def _bytes(path: Path, written: Mapping[Path, str]) -> bytes | None:
    if path in written:
        return written[path].encode("utf-8", "surrogatepass")
    try:
        data = read_file(path, LONGEST + 1)
    except ValueError:  # no file can have such a name
        return None
    return data if isinstance(data, bytes) else None
