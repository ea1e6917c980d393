"""Mentions in a diff: in the lines that it adds, read together with those around them.

Source: the unified format of GNU diff and Git, and the patches of Codex (found).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from unghost.ecosystems.spot import Spot
from unghost.mentions.kinds.by_content import kinds_for
from unghost.mentions.kinds.by_name import Reader, placed
from unghost.syntax.word import Word, WordBuilder

_HEADS = ("*** Add File: ", "*** Update File: ")
_NOWHERE = "/dev/null"


def find_in_diff(text: str, path: str, read: Reader) -> list[Spot]:
    """Find what the added lines of a diff name.

    Args:
        text: The diff.
        path: The file that is changed, if no line of the diff says it.
        read: Reads a changed file's new lines.
    """
    spots: list[Spot] = []
    for changed in _files(text, path):
        spots += changed.spots(read)
    return spots


class _Changed:
    """The new lines of one file, and which of them are added."""

    def __init__(self, path: str, source: Word) -> None:
        self.path = path
        self._builder = WordBuilder(source)
        # Where each run of lines begins: kept ones and added ones in turn.
        self._runs = [0]

    def add(self, line: str, place: int, *, added: bool) -> None:
        if added == len(self._runs) % 2:
            self._runs.append(self._builder.size)
        self._builder.add(line, place)

    def spots(self, read: Reader) -> Iterator[Spot]:
        if len(self._runs) == 1 or self.path == _NOWHERE:
            return
        word = self._builder.word(0)
        for kind in kinds_for(word.text, self.path):
            for spot in read(word.text, kind):
                if bisect_right(self._runs, spot.start) % 2 == 0:
                    yield placed(spot, word)


def _files(text: str, path: str) -> Iterator[_Changed]:
    source = Word(text, 0, len(text))
    changed, previous, position = _Changed(path, source), "", 0
    inside = not any(text.startswith(mark) or f"\n{mark}" in text for mark in ("@@", "*** "))
    for line in text.splitlines(keepends=True):
        head = next((mark for mark in _HEADS if line.startswith(mark)), None)
        if line.startswith("+++ ") and previous.startswith("--- "):
            head = "+++ "
        if head is not None:
            yield changed
            changed, inside = _Changed(_path(line[len(head) :]), source), True
        elif line.startswith(("@@", "diff --git ", "*** ")):
            inside = line.startswith("@@")
        elif inside and line[:1] in ("+", " "):
            changed.add(line[1:], position + 1, added=line[0] == "+")
        elif inside and not line.strip():
            changed.add(line, position, added=False)
        previous = line
        position += len(line)
    yield changed


def _path(written: str) -> str:
    """Read a path as diffs write it: after one letter, before a tab and a date."""
    path = written.partition("\t")[0].strip().strip('"')
    return path[2:] if path[:2] in ("a/", "b/", "i/", "w/", "c/") else path
