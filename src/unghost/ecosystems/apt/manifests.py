"""Files that name Debian's packages: ``debian/control`` and lists such as an ``Aptfile``.

Source: Debian Policy, chapter 5, found; the lists as the build packs that read them say, found.
"""

from __future__ import annotations

from collections.abc import Iterator

from unghost.ecosystems.apt.commands import read_package
from unghost.ecosystems.apt.relations import relations
from unghost.ecosystems.spot import Spot
from unghost.records import Origin
from unghost.syntax.lines import lines, words
from unghost.syntax.word import Word, WordBuilder

_FIELDS = """
depends pre-depends recommends suggests enhances
build-depends build-depends-indep build-depends-arch
"""
_RELATIONS = frozenset(_FIELDS.split())


def read_control(text: str) -> list[Spot]:
    """Read ``debian/control``; the packages that it builds, and what they provide, are its own."""
    fields = list(_fields(text))
    own = {value.text.strip() for key, value in fields if key == "package"}
    for key, value in fields:
        if key == "provides":
            own.update(reference.name for reference in relations(value.text))
    spots = []
    for key, value in fields:
        for found in relations(value.text) if key in _RELATIONS else ():
            start, end = value.span(found.start, found.end)
            origin: Origin = "workspace" if found.name in own else "registry"
            spots.append(
                Spot(start, end, found.name, "manifest", "apt", None, found.version, origin=origin)
            )
    return spots


def read_list(text: str) -> list[Spot]:
    """Read a list of packages: names, addresses of packages and lines that begin with a colon."""
    spots = []
    for line in lines(text):
        if line.text.startswith(":"):
            continue
        for word in words(line):
            if word.text.startswith("#"):
                break
            found = read_package(word.text)
            if found is not None:
                end = word.start + found.end
                spots.append(
                    Spot(word.start, end, found.name, "manifest", "apt", None, found.version)
                )
    return spots


def _fields(text: str) -> Iterator[tuple[str, Word]]:
    """Return the fields of all paragraphs: their names in lower case, their values in one piece."""
    source = Word(text, 0, len(text))
    key, value = "", WordBuilder(source)
    for line in lines(text):
        if line.text.startswith("#"):
            continue
        if line.text[:1].isspace() and line.text.strip():
            value.add(f"{line.text}\n", line.start)
            continue
        if key:
            yield key, value.word(0)
        name, colon, rest = line.text.partition(":")
        key, value = name.strip().lower() if colon else "", WordBuilder(source)
        if rest:
            value.add(f"{rest}\n", line.start + len(name) + 1)
    if key:
        yield key, value.word(0)
