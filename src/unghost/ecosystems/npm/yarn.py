"""``yarn.lock``, of Yarn 1 and of the later versions.

Source: both formats as Yarn writes them, inferred; Yarn's own parser reads the two with one
grammar, as is done here: entries begin without indentation, with the descriptors that they answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from json.decoder import (  # type: ignore[attr-defined]
    JSONDecodeError,
    scanstring,
)

from unghost.ecosystems.npm.specs import Spec, name_end, read_spec, spot_at
from unghost.ecosystems.spot import Spot
from unghost.syntax.document import Scalar
from unghost.syntax.lines import LineWord, lines

_LONG_KEY = "? "
_BETWEEN = ", "
_ENDS = ",:"


def read_yarn(text: str) -> list[Spot]:
    """Read ``yarn.lock``: each entry is one package, at the first of its descriptors."""
    spots: list[Spot] = []
    entry = _Entry()
    for line in lines(text):
        if line.text[:1] not in ("", " ", "#", ":"):
            spots += entry.spots()
            entry = _Entry(list(_descriptors(line)))
        elif entry.version is None and line.text.startswith("  version"):
            entry.version = line.text[len("  version") :].strip(' :"') or None
    return spots + entry.spots()


@dataclass(slots=True)
class _Entry:
    descriptors: list[Scalar] = field(default_factory=list)
    version: str | None = None

    def spots(self) -> list[Spot]:
        if not self.descriptors:
            return []
        first = self.descriptors[0]
        end = name_end(first.text)
        said = [_read(descriptor) for descriptor in self.descriptors]
        # One package can be asked for in several ways, such as by a range and as a workspace.
        origin = next((s.origin for s in said if s.origin != "registry"), said[0].origin)
        version = None if origin == "workspace" else self.version
        if said[0].real is None:
            return spot_at(first, 0, end, version, origin)
        begin, stop = (end + 1 + place for place in said[0].real)
        return spot_at(first, begin, stop, version, origin)


def _read(descriptor: Scalar) -> Spec:
    return read_spec(descriptor.text[name_end(descriptor.text) + 1 :], bare_alias=False)


def _descriptors(line: LineWord) -> Iterator[Scalar]:
    """Cut the line that begins an entry; a word of it may be quoted and hold several."""
    text = line.text
    at = len(_LONG_KEY) if text.startswith(_LONG_KEY) else 0
    while at < len(text) and text[at] != ":":
        if text[at] != '"':
            end = at
            while end < len(text) and text[end] not in _ENDS:
                end += 1
            yield from _cut(Scalar(line.start + at, line.start + end, text[at:end]))
        else:
            try:
                content, end = scanstring(text, at + 1, False)
            except JSONDecodeError:
                return
            yield from _cut(Scalar(line.start + at + 1, line.start + end - 1, content))
        at = end
        while at < len(text) and text[at] in _BETWEEN:
            at += 1


def _cut(word: Scalar) -> Iterator[Scalar]:
    plain = word.end - word.start == len(word.text)
    begin = word.start
    for part in word.text.split(_BETWEEN):
        if "@" in part[1:]:
            # Of an escaped word all parts are at the place of the whole.
            yield Scalar(begin, begin + len(part) if plain else word.end, part)
        begin += len(part) + len(_BETWEEN) if plain else 0
