"""Packages that scripts in C# and F# load: ``#r "nuget: Name, 1.0"``; Cake's ``#addin``.

Source: the documentation of F# Interactive and .NET Interactive (``#r``, ``#i``), of file-based
programs (``#:package``) and of Cake's preprocessor directives; found. A directive is alone on its
line, outside of comments and strings, which a small lexer passes over.
"""

from __future__ import annotations

from collections.abc import Iterator

from unghost.ecosystems.nuget.manifests import spot
from unghost.ecosystems.nuget.names import is_valid
from unghost.ecosystems.spot import Spot
from unghost.records import Origin
from unghost.syntax.lines import LineWord

_CAKE = ("#addin", "#tool", "#module", "#load", "#l")
_PACKAGE = "package="
_LONGEST_CHARACTER = 12


def read_csharp_script(text: str) -> list[Spot]:
    """Read a script in C#: ``#r "nuget: ..."`` and ``#:package Name@version``."""
    return _read(text, "/*", "*/")


def read_fsharp_script(text: str) -> list[Spot]:
    """Read a script in F#: ``#r "nuget: ..."``; ``#i`` names another source."""
    return _read(text, "(*", "*)")


def read_cake(text: str) -> list[Spot]:
    """Read a script of Cake: ``#addin nuget:?package=Name&version=1.0``."""
    spots = []
    for line in _directives(text, "/*", "*/"):
        head, _, query = line.text.partition("?")
        verb, _, address = head.partition(" ")
        source = address.strip().strip('"').lower()
        at = query.find(_PACKAGE)
        if verb not in _CAKE or not source.startswith("nuget:") or at < 0:
            continue
        name = query[at + len(_PACKAGE) :].partition("&")[0].strip().strip('"')
        if is_valid(name):
            place = line.start + len(head) + 1 + at + len(_PACKAGE)
            spots.append(
                spot(LineWord(place, name), origin="index" if "//" in source else "registry")
            )
    return spots


def _read(text: str, opening: str, closing: str) -> list[Spot]:
    found: list[tuple[LineWord, str | None]] = []
    origin: Origin = "registry"
    for line in _directives(text, opening, closing):
        verb, _, rest = line.text.partition(" ")
        if verb == "#i":
            origin = "index"
        elif verb == "#:package":
            found.append(_split(LineWord(line.start + len(verb) + 1, rest), "@"))
        elif verb == "#r":
            quoted = LineWord(line.start + line.text.find('"') + 1, rest.strip("@ \t").strip('"'))
            scheme, colon, package = quoted.text.partition(":")
            if colon and scheme.strip().lower() == "nuget" and '"' in rest:
                place = line.text.find(":") + 1
                found.append(_split(LineWord(line.start + place, package), ","))
    return [spot(name, version, origin) for name, version in found if is_valid(name.text)]


def _split(package: LineWord, separator: str) -> tuple[LineWord, str | None]:
    name, _, version = package.text.partition(separator)
    blanks = len(name) - len(name.lstrip())
    return LineWord(package.start + blanks, name.strip()), version.strip() or None


def _directives(text: str, opening: str, closing: str) -> Iterator[LineWord]:
    """Return the lines that begin with ``#`` outside of comments and strings."""
    place, is_first = 0, True
    while place < len(text):
        char = text[place]
        if is_first and char == "#":
            end = text.find("\n", place)
            end = len(text) if end < 0 else end
            yield LineWord(place, text[place:end].rstrip())
            place = end
        elif text.startswith(opening, place):
            place = _behind(text, closing, place + len(opening))
        elif text.startswith("//", place):
            end = text.find("\n", place)
            place = len(text) if end < 0 else end
        elif char in "\"'":
            place = _behind_literal(text, place)
            is_first = False
        else:
            is_first = char == "\n" or (is_first and (char.isspace() or char == "\ufeff"))
            place += 1


def _behind_literal(text: str, place: int) -> int:
    """Skip a string or character that begins at a place; both languages write them alike."""
    if text[place] == "'":
        # A lone apostrophe is not a literal (F# has type variables such as 'a).
        escaped = text.startswith("\\", place + 1)
        end = text.find("'", place + 2, place + (_LONGEST_CHARACTER if escaped else 3))
        return place + 1 if end < 0 else end + 1
    quotes = place
    while text.startswith('"', quotes):
        quotes += 1
    if quotes - place >= 3:
        return _behind(text, text[place:quotes], quotes)
    if quotes - place == 2:
        return quotes
    is_verbatim = text[max(place - 2, 0) : place].strip("$").endswith("@")
    return _behind_string(text, place + 1, "" if is_verbatim else "\\")


def _behind_string(text: str, place: int, escape: str) -> int:
    """Skip a string up to its closing quote; one without escapes doubles its quotes."""
    while place < len(text):
        char = text[place]
        if char == escape or (not escape and text.startswith('""', place)):
            place += 2
        elif char == '"' or (char == "\n" and escape):
            return place + (char == '"')
        else:
            place += 1
    return len(text)


def _behind(text: str, ending: str, place: int) -> int:
    end = text.find(ending, place)
    return len(text) if end < 0 else end + len(ending)
