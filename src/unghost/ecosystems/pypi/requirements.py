"""Files in pip's requirements format, and the requirements in the header of a script.

Source: pip's documentation of the format and its reader of such files; PEP 723. Both found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from unghost.ecosystems.pypi.pyproject import script_spots
from unghost.ecosystems.pypi.sources import Sources, is_public
from unghost.ecosystems.pypi.specifiers import requirement_spots, without_comment
from unghost.ecosystems.spot import Spot
from unghost.syntax.lines import LineWord, lines
from unghost.syntax.word import Word, WordBuilder

_INDEX = ("--index-url", "--pypi-url", "-i")
_EXTRA = ("--extra-index-url",)
_NO_INDEX = "--no-index"
_OPENING, _CLOSING = "# /// script", "# ///"


def read_requirements(text: str) -> list[Spot]:
    """Read a requirements or constraints file; files that it includes are files of their own."""
    return read_lines(_logical_lines(text))


def read_lines(written: Iterable[Word]) -> list[Spot]:
    """Read lines of a requirements file: an index that one of them names holds for all."""
    words = [without_comment(word) for word in written]
    sources = Sources(rest="index") if _leaves(words) else Sources()
    return [spot for word in words for spot in requirement_spots(word, sources)]


def find_script_requirements(text: str) -> list[Spot]:
    """Find the requirements that a Python script says in its header (PEP 723)."""
    if _OPENING not in text:
        return []
    source = Word(text, 0, len(text))
    return [spot for header in _headers(text, source) for spot in script_spots(header)]


def _logical_lines(text: str) -> Iterator[Word]:
    """Return the lines, those that end in a backslash joined with the next one."""
    source = Word(text, 0, len(text))
    builder: WordBuilder | None = None
    for line in lines(text):
        comment = line.text.lstrip().startswith("#")
        goes_on = line.text.endswith("\\") and not comment
        if builder is None and not goes_on:
            if line.text:
                yield Word(line.text, line.start, line.end)
            continue
        builder = builder or WordBuilder(source)
        if not comment:
            builder.add(line.text[:-1] if goes_on else line.text, line.start)
        if not goes_on:
            yield builder.word(line.start)
            builder = None
    if builder is not None:
        yield builder.word(len(text))


def _leaves(words: Iterable[Word]) -> bool:
    """Return whether pip asks other indexes alone: the last one named, and the extra ones."""
    named: str | None = None
    extra: list[str] = []
    for word in words:
        if not word.text.lstrip().startswith("-"):
            continue
        for option, value in _options(word.text.split()):
            if option == _NO_INDEX:
                return True
            if option in _INDEX:
                named = value
            elif option in _EXTRA:
                extra.append(value)
    return named is not None and not any(map(is_public, [named, *extra]))


def _options(pieces: list[str]) -> Iterator[tuple[str, str]]:
    """Return the options of a line with values: ``--a=b``, ``--a b``, ``-a b`` and ``-ab``."""
    for at, piece in enumerate(pieces):
        option, equals, value = piece.partition("=")
        if not piece.startswith("--"):
            option, equals, value = piece[:2], piece[2:3], piece[2:].lstrip("=")
        if not equals and at + 1 < len(pieces):
            value = pieces[at + 1]
        yield option, value


def _headers(text: str, source: Word) -> Iterator[Word]:
    """Return what stands in the headers of a script, without the marks of comments."""
    block: list[LineWord] | None = None
    for line in [*lines(text), LineWord(len(text), "")]:
        if block is None:
            block = [] if line.text.rstrip() == _OPENING else None
        elif line.text.rstrip() == "#" or line.text.startswith("# "):
            block.append(line)
        else:
            yield _content(block, source)
            block = None


def _content(block: list[LineWord], source: Word) -> Word:
    """Return the lines up to the last closing one."""
    while block and block[-1].text.rstrip() != _CLOSING:
        block.pop()
    builder = WordBuilder(source)
    for line in block[:-1]:
        builder.add(line.text[2:], line.start + 2)
        builder.add("\n", line.end)
    return builder.word(0)
