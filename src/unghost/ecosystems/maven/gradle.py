"""Gradle's build scripts, in Groovy and in Kotlin.

Source: Gradle's manual, the chapters on declaring dependencies and repositories; found. A script is
a program: what is written out in a ``dependencies`` block is read, what it computes is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from unghost.ecosystems.maven.gradle_lexer import Lexeme, lexemes
from unghost.ecosystems.maven.names import is_part, read_coordinates
from unghost.ecosystems.maven.sources import Sources
from unghost.ecosystems.spot import Spot

_Inside = Literal["", "dependencies", "repositories", "nothing"]
_NAMELESS: tuple[str, ...] = (
    "because", "capabilities", "exclude", "modules", "project", "publishing", "reject",
    "requireCapabilities", "requireCapability",
)  # fmt: skip
_BLOCKS: dict[str, _Inside] = {
    "dependencies": "dependencies",
    "library": "dependencies",
    "mavenBom": "dependencies",
    "repositories": "repositories",
    **{name: "nothing" for name in _NAMELESS},
}
"""What a call says of the strings inside it."""
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_EMPTY = Lexeme("line", 0, "\n")


def read_gradle(text: str) -> list[Spot]:
    """Read a build script."""
    script = _Script()
    for lexeme in lexemes(text):
        script.take(lexeme)
    script.end()
    sources = Sources(script.urls)
    return [
        Spot(
            found.start,
            found.end,
            f"{found.group}:{found.artifact}",
            "manifest",
            "maven",
            version=found.version,
            origin=sources.origin(found.group),
        )
        for found in sorted(script.found, key=lambda found: found.start)
    ]


class _Found(NamedTuple):
    """A dependency, and the place of its name, or of its artifact where that stands alone."""

    start: int
    end: int
    group: str
    artifact: str
    version: str | None


@dataclass(slots=True)
class _Frame:
    """The open bracket at a place, and the statement in it.

    Attributes:
        bracket: The bracket, empty for the script itself.
        inside: What strings are here.
        spoken: What they are in the statement, if it calls something without brackets.
        named: The named arguments of the statement so far.
    """

    bracket: str
    inside: _Inside
    spoken: _Inside | None = None
    named: dict[str, Lexeme] = field(default_factory=dict)

    @property
    def holds(self) -> _Inside:
        """The role of strings at this place of the statement."""
        return self.inside if self.spoken is None else self.spoken


class _Script:
    """Follows a script's brackets and statements, and keeps what it declares."""

    def __init__(self) -> None:
        self.found: list[_Found] = []
        self.urls: list[str] = []
        self._frames = [_Frame("", "")]
        self._last, self._key = _EMPTY, _EMPTY

    def take(self, lexeme: Lexeme) -> None:
        """Advance by one word."""
        frame = self._frames[-1]
        if self._last.kind == "name" and lexeme.kind in ("name", "string"):
            self._speak(frame, self._last.text)
        if lexeme.kind == "string":
            self._string(frame, lexeme)
        elif lexeme.kind == "line" or lexeme.text == ";":
            if self._last.text != "," and frame.bracket in ("", "{"):
                self._end_statement(frame)
        elif lexeme.text in _OPENING and lexeme.kind == "mark":
            self._open(frame, lexeme.text)
        elif lexeme.text in _CLOSING and lexeme.kind == "mark":
            self._close(frame)
        elif lexeme.text in (":", "="):
            self._key = self._last if self._last.kind == "name" else _EMPTY
        if lexeme.kind != "line":
            self._last = lexeme
        elif self._last.text != ",":
            self._last = _EMPTY

    def end(self) -> None:
        """End the statements that are still open."""
        for frame in self._frames:
            self._end_statement(frame)

    def _speak(self, frame: _Frame, callee: str) -> None:
        block = _BLOCKS.get(callee)
        if block is not None and frame.holds != "nothing":
            frame.spoken = block

    def _string(self, frame: _Frame, lexeme: Lexeme) -> None:
        if frame.holds == "repositories" and "://" in lexeme.text:
            self.urls.append(lexeme.text)
        if frame.holds != "dependencies":
            return
        if self._last.text in (":", "=") and self._key.kind == "name":
            frame.named[self._key.text] = lexeme
            return
        found = read_coordinates(lexeme.text)
        if found is not None:
            group, _, artifact = found.name.partition(":")
            end = lexeme.start + found.length
            self.found.append(_Found(lexeme.start, end, group, artifact, found.version))

    def _open(self, frame: _Frame, bracket: str) -> None:
        callee = self._last.text if self._last.kind == "name" else ""
        block = _BLOCKS.get(callee) if frame.holds != "nothing" else None
        self._frames.append(_Frame(bracket, frame.holds if block is None else block))

    def _close(self, frame: _Frame) -> None:
        self._end_statement(frame)
        if len(self._frames) > 1:
            self._frames.pop()

    def _end_statement(self, frame: _Frame) -> None:
        group, name, version = (frame.named.get(key) for key in ("group", "name", "version"))
        if group is not None and name is not None and is_part(group.text) and is_part(name.text):
            end = name.start + len(name.text)
            known = version.text if version is not None and "$" not in version.text else None
            self.found.append(_Found(name.start, end, group.text, name.text, known))
        frame.named.clear()
        frame.spoken = None
