"""A value of a document as a word of which every character knows its place."""

from __future__ import annotations

from unghost.syntax.document import Scalar
from unghost.syntax.word import Word, WordBuilder

_ESCAPES = {"x": 4, "u": 6, "U": 10}


def located(source: Word, scalar: Scalar) -> Word | None:
    """Return a scalar's content with the place of each of its characters.

    Args:
        source: The document.
        scalar: A string of it, in quotes with escapes (JSON, YAML), plain, or a block of indented
            lines (YAML).

    Returns:
        None if the content is not what the source holds.
    """
    raw, text = source.text[scalar.start : scalar.end], scalar.text
    if raw == text:
        return source.part(scalar.start, scalar.end)
    quote = source.text[scalar.start - 1 : scalar.start] if scalar.start else ""
    builder = WordBuilder(source)
    begin, place = 0, 0
    while begin < len(text):
        char, size = raw[place : place + 1], 1
        if quote == '"' and char == "\\":
            size = _escape(raw, place)
            if raw[place + 1 : place + 2] in ("\r", "\n"):
                # A line of YAML that goes on without a blank.
                place += size
                continue
        elif quote == "'" and char == "'":
            size = 2
        elif char != text[begin] and not (char.isspace() and text[begin].isspace()):
            if char.isspace():
                # Of a line's indentation nothing is left in the content.
                place += 1
                continue
            if not text[begin].isspace():
                return None
            size = 0
        builder.add(text[begin], min(scalar.start + place, scalar.end - 1))
        begin += 1
        place += size
    return builder.word(scalar.start)


def _escape(raw: str, place: int) -> int:
    """Return how long the escape of one character is; two halves of a pair are one."""
    size = _ESCAPES.get(raw[place + 1 : place + 2], 2)
    half = raw[place + 2 : place + 4].lower()
    if size == 6 and half in ("d8", "d9", "da", "db") and raw.startswith("\\u", place + 6):
        return 12
    return size
