"""The fenced blocks of a Markdown answer, what stands between them, and code within a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

_FENCES = ("```", "~~~")


class Block(NamedTuple):
    """A part of a text at ``start``; ``language`` is None for text outside fences.

    A fence without a language has the language "". ``closed`` is False when the text ends first.
    """

    start: int
    text: str
    language: str | None
    closed: bool = True


def blocks(text: str) -> Iterator[Block]:
    """Cut a text into fenced blocks and what is between them, in order; fences are left out."""
    fence, language, begin, position = "", "", 0, 0
    for line in _lines(text):
        stripped = line.strip(" \t\r\n")
        after = position + len(line)
        if not fence and _opens(stripped):
            if position > begin:
                yield Block(begin, text[begin:position], None)
            fence = stripped[:3]
            language, begin = _language(stripped), after
        elif fence and stripped.startswith(fence) and not stripped.strip(fence[0]):
            yield Block(begin, text[begin:position], language)
            fence, begin = "", after
        position = after
    if fence:
        yield Block(begin, text[begin:], language, closed=False)
    elif begin < len(text):
        yield Block(begin, text[begin:], None)


def code_spans(line: str) -> Iterator[tuple[int, int]]:
    """Return where the contents of a line's code spans stand; backticks close as many as opened."""
    opened, size, position = 0, 0, line.find("`")
    while position >= 0:
        after = position
        while after < len(line) and line[after] == "`":
            after += 1
        if size == 0:
            opened, size = after, after - position
        elif size == after - position:
            yield opened, position
            size = 0
        position = line.find("`", after)


def _opens(line: str) -> bool:
    # A line that has backticks again after its first ones is a code span.
    return line.startswith(_FENCES) and not (line[0] == "`" and "`" in line.lstrip("`"))


def _lines(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _language(opening: str) -> str:
    words = opening.lstrip("`~").split()
    return words[0].lower().strip("{}.") if words else ""
