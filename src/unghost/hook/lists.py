"""Lists of packages that a command installs: ``pip install -r names.lst``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from unghost.hook.delta import COMMAND, Addition
from unghost.hook.edits import label
from unghost.mentions.reader import Context, find_in_text, unread_part
from unghost.scan.reading.included import Files, included_by
from unghost.syntax.text import LONGEST, decode, read_file

_CHANGED = re.compile(r"\b(?:cd|pushd)[ \t]+['\"]?([^\s'\";&|]+)")
_MOST = 50


def lists_of(command: str, folder: Path, root: Path, written: Mapping[Path, str]) -> list[Addition]:
    """Find what the lists name that a command has a client read; all of it is brought in.

    Args:
        command: The command.
        folder: The folder that it is run in.
        root: The project's folder.
        written: Texts of the files that the call itself writes.
    """
    starts = [folder, *(folder / one for one in _CHANGED.findall(command)[:_MOST])]
    said = command.replace("\0", "\ufffd")
    outer = included_by(said.encode("utf-8", "surrogatepass"), said, COMMAND)
    waiting = [([start / name for start in starts], outer.read_as) for name in outer.names]
    additions: dict[Path, Addition] = {}
    while waiting:
        places, read_as = waiting.pop(0)
        found = [(path, data) for path in places if (data := _bytes(path, written)) is not None]
        if found and all(path in additions for path, _ in found):
            continue
        if not found or len(additions) >= _MOST:
            why = "it cannot be read" if not found else f"it is one of more than {_MOST} lists"
            additions[places[0]] = Addition(
                label(places[0], root), "", (), f"{why} before it is installed"
            )
            if len(additions) > _MOST:
                break
        for path, data in found:
            if path not in additions:
                additions[path], inner = _addition(label(path, root), data, read_as)
                waiting += [([path.parent / name], inner.read_as) for name in inner.names]
    return list(additions.values())


def _addition(name: str, data: bytes, read_as: str) -> tuple[Addition, Files]:
    """Read a list; return it and the lists that it includes in turn."""
    text = decode(data)
    if text is None:
        return Addition(name, "", (), "it is not a text"), Files()
    inner = included_by(data, text, name, read_as)
    mentions = tuple(find_in_text(text, name, Context(path=read_as)))
    return Addition(name, text, mentions, unread_part(data, read_as) or inner.problem), inner


def _bytes(path: Path, written: Mapping[Path, str]) -> bytes | None:
    if path in written:
        return written[path].encode("utf-8", "surrogatepass")
    try:
        data = read_file(path, LONGEST + 1)
    except ValueError:  # no file can have such a name
        return None
    return data if isinstance(data, bytes) else None
