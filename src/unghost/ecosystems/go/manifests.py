"""Files of Go that name modules: ``go.mod`` and ``go.work``, ``go.sum``, ``vendor/modules.txt``.

Source: the Go modules reference (grammar of go.mod and go.sum), found; ``modules.txt`` as
``go mod vendor`` writes it, inferred from its output.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from unghost.ecosystems.go.paths import beginnings, is_below, is_module, is_package
from unghost.ecosystems.spot import Spot
from unghost.records import Origin
from unghost.syntax.lines import LineWord, lines, words

_ALONE = "()[],"


def read_mod(text: str) -> list[Spot]:
    """Read ``go.mod`` or ``go.work``."""
    project = _Project()
    statements = list(_statements(text))
    for verb, *rest in statements:
        project.learn(verb.text, rest)
    spots = []
    for verb, *rest in statements:
        spots += project.spots(verb.text, rest)
    return spots


def read_sum(text: str) -> list[Spot]:
    """Read ``go.sum``: a module's two lines (its files, its go.mod) are one entry."""
    spots, seen = [], set()
    for line in lines(text):
        entry = words(line)
        if len(entry) != 3 or not is_module(entry[0].text):
            continue
        name, version = entry[0], entry[1].text.removesuffix("/go.mod")
        if (name.text, version) not in seen:
            seen.add((name.text, version))
            spots.append(_spot(name, version))
    return spots


def read_vendored(text: str) -> list[Spot]:
    """Read ``vendor/modules.txt``: ``# path version``, and what stands in for it after ``=>``."""
    spots = []
    for line in lines(text):
        mark, *entry = words(line) or [LineWord(0, "")]
        if mark.text != "#" or not entry:
            continue
        old, new = _sides(entry)
        if not new:
            spots += _named(old)
        elif _is_folder(new[0].text):
            spots += _named(old, origin="path")
        else:
            spots += _named(new)
    return spots


@dataclass(slots=True)
class _Project:
    """A file's own declarations, which decide where the modules that it names come from."""

    own: str | None = None
    required: set[str] = field(default_factory=set)
    replaced: dict[tuple[str, str | None], Origin | None] = field(default_factory=dict)

    def learn(self, verb: str, rest: Sequence[LineWord]) -> None:
        if verb == "module" and rest:
            self.own = rest[0].text
        elif verb == "require" and rest:
            self.required.add(rest[0].text)
        elif verb == "replace":
            old, new = _sides(rest)
            if old and new:
                # Another module in its place is named itself, where it is written.
                instead: Origin | None = "path" if _is_folder(new[0].text) else None
                self.replaced[old[0].text, _version(old)] = instead

    def spots(self, verb: str, rest: Sequence[LineWord]) -> list[Spot]:
        if verb == "require":
            return self._required(rest)
        if verb == "replace":
            _, new = _sides(rest)
            return [] if new and _is_folder(new[0].text) else _named(new)
        return self._tool(rest) if verb == "tool" else []

    def _required(self, rest: Sequence[LineWord]) -> list[Spot]:
        if not rest or rest[0].text == self.own:
            return []
        for key in ((rest[0].text, _version(rest)), (rest[0].text, None)):
            if key in self.replaced:
                origin = self.replaced[key]
                return [] if origin is None else _named(rest, origin=origin)
        is_own = self.own is not None and is_below(rest[0].text, self.own)
        return _named(rest, origin="workspace" if is_own else "registry")

    def _tool(self, rest: Sequence[LineWord]) -> list[Spot]:
        """Return a tool's module: a tool is a package, of a required module or of this one."""
        if not rest or not is_package(rest[0].text):
            return []
        path = rest[0].text
        if self.own is not None and is_below(path, self.own):
            return []
        if not self.required.isdisjoint(beginnings(path)):
            return []
        return [_spot(rest[0], None)]


def _statements(text: str) -> Iterator[list[LineWord]]:
    """Return each statement as its verb and what follows; in a block the verb is the block's."""
    verb = None
    for line in lines(text):
        tokens = _tokens(line)
        if not tokens:
            continue
        if verb is not None:
            if tokens[0].text == ")":
                verb = None
            else:
                yield [verb, *tokens]
        elif len(tokens) == 2 and tokens[1].text == "(":
            verb = tokens[0]
        else:
            yield tokens


def _tokens(line: LineWord) -> list[LineWord]:
    """Split a line by go.mod's lexical rules; a quoted token stands without its quotes."""
    tokens, text, place = [], line.text, 0
    while place < len(text):
        char = text[place]
        if text.startswith("//", place):
            break
        if char.isspace():
            place += 1
        elif char in '"`':
            end = text.find(char, place + 1)
            end = len(text) if end < 0 else end
            tokens.append(LineWord(line.start + place + 1, text[place + 1 : end]))
            place = end + 1
        else:
            end = place + 1 if char in _ALONE else _word_end(text, place)
            tokens.append(LineWord(line.start + place, text[place:end]))
            place = end
    return tokens


def _word_end(text: str, place: int) -> int:
    while place < len(text) and not text[place].isspace() and text[place] not in _ALONE:
        if text.startswith("//", place):
            break
        place += 1
    return place


def _sides(tokens: Sequence[LineWord]) -> tuple[list[LineWord], list[LineWord]]:
    """Split ``old [version] => new [version]``."""
    for place, token in enumerate(tokens):
        if token.text == "=>":
            return list(tokens[:place]), list(tokens[place + 1 :])
    return list(tokens), []


def _is_folder(path: str) -> bool:
    """Return whether the right side of a replacement is a folder, as ``IsDirectoryPath`` does."""
    beginnings = ("./", "../", "/", ".\\", "..\\", "\\")
    return path in (".", "..") or path.startswith(beginnings) or path[1:2] == ":"


def _version(tokens: Sequence[LineWord]) -> str | None:
    return tokens[1].text if len(tokens) > 1 else None


def _named(tokens: Sequence[LineWord], *, origin: Origin = "registry") -> list[Spot]:
    if not tokens or not is_module(tokens[0].text):
        return []
    return [_spot(tokens[0], _version(tokens), origin)]


def _spot(name: LineWord, version: str | None, origin: Origin = "registry") -> Spot:
    return Spot(name.start, name.end, name.text, "manifest", "go", version=version, origin=origin)
