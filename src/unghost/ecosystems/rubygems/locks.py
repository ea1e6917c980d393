"""Bundler's lock file.

Source: ``Bundler::LockfileParser``, found: sections by what a gem comes from, gems at four spaces,
their dependencies at six.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unghost.ecosystems.rubygems.names import is_valid
from unghost.ecosystems.rubygems.sources import is_public
from unghost.ecosystems.spot import Spot
from unghost.records import Origin
from unghost.syntax.lines import LineWord, indent, lines, words

_SECTIONS: dict[str, Origin] = {
    "GEM": "registry",
    "GIT": "git",
    "PATH": "path",
    "PLUGIN SOURCE": "index",
}


def read_lock(text: str) -> list[Spot]:
    """Read ``Gemfile.lock``; a section of several sources may hold public gems."""
    spots = []
    for title, section in _sections(text):
        origin = _SECTIONS.get(title)
        if origin is None:
            continue
        remotes = [line[1].text for depth, line in section if depth == 2 and _is_remote(line)]
        if origin == "registry" and remotes and not any(map(is_public, remotes)):
            origin = "index"
        gems = (line for depth, line in section if depth == 4 and is_valid(line[0].text))
        spots += [_spot(line, origin) for line in gems]
    return spots


def _sections(text: str) -> Iterator[tuple[str, list[tuple[int, list[LineWord]]]]]:
    """Return each section's title and its lines: how far they are indented, and their words."""
    title, section = "", []
    for line in lines(text):
        pieces = words(line)
        if not pieces:
            continue
        if indent(line) > 0:
            section.append((indent(line), pieces))
            continue
        yield title, section
        title, section = line.text.rstrip(), []
    yield title, section


def _is_remote(line: Sequence[LineWord]) -> bool:
    return len(line) > 1 and line[0].text == "remote:"


def _spot(line: Sequence[LineWord], origin: Origin) -> Spot:
    """Build the spot of ``name (version-platform)``."""
    name = line[0]
    version = line[1].text.strip("()").partition("-")[0] if len(line) > 1 else None
    return Spot(
        name.start, name.end, name.text, "manifest", "rubygems", version=version, origin=origin
    )
