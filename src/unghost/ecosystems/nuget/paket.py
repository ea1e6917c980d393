"""Files of Paket, another client of NuGet.

Source: Paket's documentation of its dependencies, references and lock files; found.
"""

from __future__ import annotations

from collections.abc import Iterable

from unghost.ecosystems.nuget.manifests import spot
from unghost.ecosystems.nuget.names import is_valid
from unghost.ecosystems.spot import Spot
from unghost.records import Origin
from unghost.syntax.address import host_of
from unghost.syntax.lines import LineWord, indent, lines, words

_PUBLIC = frozenset({"api.nuget.org", "nuget.org", "www.nuget.org"})
_PACKAGES = frozenset({"nuget", "clitool"})
_NO_NAMES = frozenset({"group", "import", "redirects", "version"})


def read_paket(text: str) -> list[Spot]:
    """Read ``paket.dependencies``: lines of ``nuget``; files from repositories are not packages."""
    found, sources = [], []
    for line in lines(text):
        pieces = words(_uncommented(line))
        if len(pieces) < 2:
            continue
        kind = pieces[0].text.lower()
        if kind == "source":
            sources.append(pieces[1].text)
        elif kind in _PACKAGES and is_valid(pieces[1].text):
            version = next((p.text for p in pieces[2:] if p.text[:1].isdigit()), None)
            found.append((pieces[1], version))
    origin = _origin(sources)
    return [spot(name, version, origin) for name, version in found]


def read_paket_references(text: str) -> list[Spot]:
    """Read ``paket.references``: a name on each line, and settings after it."""
    spots = []
    for line in lines(text):
        pieces = words(_uncommented(line))
        if not pieces or pieces[0].text.lower() in _NO_NAMES or not is_valid(pieces[0].text):
            continue
        spots.append(spot(pieces[0]))
    return spots


def read_paket_lock(text: str) -> list[Spot]:
    """Read ``paket.lock``: packages stand at four spaces below ``NUGET``."""
    spots = []
    inside, origin = False, _origin(())
    for line in lines(text):
        pieces = words(line)
        if not pieces:
            continue
        if indent(line) == 0:
            inside = line.text.rstrip() == "NUGET"
        elif inside and pieces[0].text == "remote:":
            origin = _origin([pieces[-1].text])
        elif inside and indent(line) == 4 and is_valid(pieces[0].text):
            version = pieces[1].text.strip("()") if len(pieces) > 1 else None
            spots.append(spot(pieces[0], version, origin))
    return spots


def _origin(sources: Iterable[str]) -> Origin:
    """Return where packages come from; with a source of another host, each may be from there."""
    public = all(host_of(source.strip("\"'")) in _PUBLIC for source in sources)
    return "registry" if public else "index"


def _uncommented(line: LineWord) -> LineWord:
    """Cut a comment off, which ``//`` or ``#`` begins where a word could."""
    for piece in words(line):
        if piece.text.startswith(("//", "#")):
            return LineWord(line.start, line.text[: piece.start - line.start])
    return line
