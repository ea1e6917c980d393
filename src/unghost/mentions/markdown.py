"""The fenced blocks of a Markdown answer, and what stands between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_FENCES = ("```", "~~~")


@dataclass(frozen=True, slots=True)
class Block:
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
        if not fence and stripped.startswith(_FENCES):
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


def _lines(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _language(opening: str) -> str:
    words = opening.lstrip("`~").split()
    return words[0].lower().strip("{}.") if words else ""
