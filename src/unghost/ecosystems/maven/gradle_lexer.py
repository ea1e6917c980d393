"""The words of Gradle's build scripts: what Groovy and Kotlin have in common lexically.

Source: the lexical chapters of Groovy's and Kotlin's documentation, found. A lexer is used rather
than a grammar, for one construct that a grammar of Groovy does not know hides the rest of a block.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

_QUOTES = frozenset("\"'")
_BEFORE_PATTERN = frozenset("=(,~:[{")


class Lexeme(NamedTuple):
    """A word of a script; a string is without its quotes, and ``line`` is the end of a line."""

    kind: Literal["name", "string", "mark", "line"]
    start: int
    text: str


def lexemes(text: str) -> Iterator[Lexeme]:
    """Return the words of a script without its comments and blanks."""
    place, before = 0, "\n"
    while place < len(text):
        char = text[place]
        if text.startswith("//", place):
            place = _find(text, "\n", place)
        elif text.startswith("/*", place):
            place = _find(text, "*/", place + 2) + 2
        elif char in _QUOTES:
            begin, end, place = _string(text, place)
            yield Lexeme("string", begin, text[begin:end])
            before = char
        elif char == "/" and before in _BEFORE_PATTERN:
            # Groovy also writes strings between slashes, most of them patterns.
            place = _closing(text, "/", place + 1) + 1
            before = char
        elif char.isalnum() or char == "_":
            end = _word_end(text, place)
            yield Lexeme("name", place, text[place:end])
            place, before = end, "a"
        else:
            if char == "\n" or not char.isspace():
                yield Lexeme("line" if char == "\n" else "mark", place, char)
                before = char
            place += 1


def _string(text: str, place: int) -> tuple[int, int, int]:
    """Return where a string's content begins and ends, and where the text goes on."""
    quote = text[place]
    if text.startswith(quote * 3, place):
        end = _find(text, quote * 3, place + 3)
        return place + 3, end, end + 3
    end = _closing(text, quote, place + 1)
    return place + 1, end, end + 1


def _closing(text: str, quote: str, place: int) -> int:
    """Return where a literal of one line ends; what is inserted may hold quotes of its own."""
    depth = 0
    while place < len(text) and text[place] != "\n":
        char = text[place]
        if char == "\\":
            place += 1
        elif depth == 0 and char == quote:
            return place
        elif quote == '"' and text.startswith("${", place):
            depth += 1
            place += 1
        elif depth and char in "{}":
            depth += 1 if char == "{" else -1
        place += 1
    return min(place, len(text))


def _word_end(text: str, place: int) -> int:
    while place < len(text) and (text[place].isalnum() or text[place] in "_$"):
        place += 1
    return place


def _find(text: str, ending: str, place: int) -> int:
    end = text.find(ending, place)
    return len(text) if end < 0 else end
