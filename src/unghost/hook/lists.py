"""Lists that a command has a client read: ``pip install -r names.lst``, whatever wrote them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from unghost.hook.brought import COMMAND, Piece
from unghost.hook.edits import label
from unghost.mentions.reader import Context, find_in_text, unread_part
from unghost.scan.included import READ_AS, included_by
from unghost.scan.reading import read_file
from unghost.syntax.text import LONGEST, decode

_CHANGED = re.compile(r"\b(?:cd|pushd)[ \t]+['\"]?([^\s'\";&|]+)")
_MOST = 50


def lists_of(command: str, folder: Path, root: Path, written: Mapping[Path, str]) -> list[Piece]:
    """Find what the lists name that a command has a client read; all of it is brought in.

    Args:
        command: The command.
        folder: The folder that it is run in.
        root: The project's folder.
        written: Texts of the files that the call itself writes.
    """
    starts = [folder, *(folder / one for one in _CHANGED.findall(command)[:_MOST])]
    # A null would make a binary file of it, in which nothing is looked for.
    said = command.replace("\0", "\ufffd").encode("utf-8", "surrogatepass")
    names = included_by(said, COMMAND).names
    waiting = [[start / name for start in starts] for name in names]
    pieces: dict[Path, Piece] = {}
    while waiting:
        places = waiting.pop(0)
        found = [(path, data) for path in places if (data := _bytes(path, written)) is not None]
        if found and all(path in pieces for path, _ in found):
            continue
        if not found or len(pieces) >= _MOST:
            why = "it cannot be read" if not found else f"it is one of more than {_MOST} lists"
            pieces[places[0]] = Piece(
                label(places[0], root), "", (), f"{why} before it is installed"
            )
            if len(pieces) > _MOST:
                break
        for path, data in found:
            if path not in pieces:
                pieces[path], inner = _piece(label(path, root), data)
                waiting += [[path.parent / name] for name in inner]
    return list(pieces.values())


def _piece(name: str, data: bytes) -> tuple[Piece, tuple[str, ...]]:
    """Read a list; give it, and the lists that it includes in turn."""
    text = decode(data)
    if text is None:
        return Piece(name, "", (), "it is no text"), ()
    inner = included_by(data, name, as_list=True)
    mentions = tuple(find_in_text(text, name, Context(path=READ_AS)))
    return Piece(name, text, mentions, unread_part(data, READ_AS) or inner.problem), inner.names


def _bytes(path: Path, written: Mapping[Path, str]) -> bytes | None:
    if path in written:
        return written[path].encode("utf-8", "surrogatepass")
    try:
        data = read_file(path, LONGEST + 1)
    except ValueError:  # no file can have such a name
        return None
    return data if isinstance(data, bytes) else None
