"""Requirements in files of INI format: ``setup.cfg`` and ``tox.ini``.

Source: the documentation of setuptools' declarative configuration and of tox; found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from unghost.ecosystems.pypi.names import canonical
from unghost.ecosystems.pypi.sources import PYPI, Sources
from unghost.ecosystems.pypi.specifiers import requirement_spots, without_comment
from unghost.ecosystems.spot import Spot
from unghost.syntax.lines import LineWord, lines
from unghost.syntax.word import Word

_COMMENTS = ("#", ";")
_OF_OPTIONS = frozenset({"install_requires", "setup_requires", "tests_require"})
_EXTRAS = "options.extras_require"
_DIRECTIVES = ("file:", "attr:")


class _Option(NamedTuple):
    """A key of a section and the lines of its value, in lower case where case does not matter."""

    section: str
    key: str
    values: list[Word]


def read_setup_cfg(text: str) -> list[Spot]:
    """Read ``setup.cfg``, which may hold tox's sections too."""
    options = list(_options(text))
    names = [o.values[0].text.strip() for o in options if o.key == "name" and o.values]
    sources = Sources({canonical(name): "workspace" for name in names})
    spots: list[Spot] = []
    for option in options:
        is_list = option.section == "options" and option.key in _OF_OPTIONS
        if is_list or option.section == _EXTRAS:
            spots += _required(option.values, sources)
        elif option.section.startswith("testenv"):
            spots += _of_tox(option)
    return spots


def included_by_setup_cfg(text: str) -> list[str]:
    """Return the files that hold the requirements which ``setup.cfg`` does not list itself."""
    files: list[str] = []
    for option in _options(text):
        is_list = option.section == "options" and option.key in _OF_OPTIONS
        if (is_list or option.section == _EXTRAS) and option.values:
            directive, _, first = option.values[0].text.partition(":")
            if directive == "file":
                rest = (word.text for word in option.values[1:])
                files += ",".join((first, *rest)).split(",")
    return [name for file in files if (name := file.strip())]


def read_tox(text: str) -> list[Spot]:
    """Read ``tox.ini``: what tox itself and its environments need."""
    return [spot for option in _options(text) for spot in _of_tox(option)]


def _required(values: list[Word], sources: Sources) -> Iterator[Spot]:
    """Read one requirement a line, or several on a single line with semicolons between them."""
    if values and values[0].text.startswith(_DIRECTIVES):
        return
    for word in map(without_comment, values):
        found = requirement_spots(word, sources)
        if not found and len(values) == 1:
            parts = _split(word, ";")
            found = [spot for part in parts for spot in requirement_spots(part, sources)]
        yield from found


def _of_tox(option: _Option) -> Iterator[Spot]:
    if option.key == "deps" or (option.section == "tox" and option.key == "requires"):
        for value in option.values:
            yield from requirement_spots(_behind_factors(without_comment(value)), PYPI)


def _behind_factors(word: Word) -> Word:
    """Cut off the environments that a line of tox is for: ``py311,lint: name``."""
    head, colon, tail = word.text.partition(":")
    if not colon or not tail[:1].isspace() or any(char.isspace() for char in head):
        return word
    return word.part(len(head) + 1, len(word.text))


def _split(word: Word, mark: str) -> Iterator[Word]:
    begin = 0
    for part in word.text.split(mark):
        yield word.part(begin, begin + len(part))
        begin += len(part) + len(mark)


def _options(text: str) -> Iterator[_Option]:
    """Read the keys of all sections; indented lines go on with the value above them."""
    section = ""
    option: _Option | None = None
    for line in lines(text):
        stripped = line.text.strip()
        if not stripped or stripped.startswith(_COMMENTS):
            continue
        if line.text[0].isspace():
            if option is not None:
                option.values.append(_stripped(line, 0))
            continue
        if option is not None:
            yield option
            option = None
        if stripped.startswith("["):
            section = stripped[1:].partition("]")[0].strip().lower()
        else:
            option = _begun(section, line)
    if option is not None:
        yield option


def _begun(section: str, line: LineWord) -> _Option | None:
    places = [at for mark in "=:" if (at := line.text.find(mark)) >= 0]
    if not places:
        return None
    at = min(places)
    value = _stripped(line, at + 1)
    return _Option(section, line.text[:at].strip().lower(), [value] if value.text else [])


def _stripped(line: LineWord, begin: int) -> Word:
    piece = line.text[begin:]
    start = line.start + begin + len(piece) - len(piece.lstrip())
    content = piece.strip()
    return Word(content, start, start + len(content))
