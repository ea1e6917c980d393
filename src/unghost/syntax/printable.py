"""Text that is safe to show or to write, whatever it holds."""

from __future__ import annotations

_UNSEEN = frozenset(
    chr(code)
    for first, last in (
        (0x034F, 0x034F),  # combining grapheme joiner
        (0x115F, 0x1160),  # fillers of Hangul
        (0x17B4, 0x17B5),  # vowels of Khmer that are never drawn
        (0x180B, 0x180F),  # variation selectors of Mongolian
        (0x3164, 0x3164),  # filler of Hangul
        (0xFE00, 0xFE0F),  # variation selectors
        (0xFFA0, 0xFFA0),  # filler of Hangul, half wide
        (0xE0100, 0xE01EF),  # more variation selectors
    )
    for code in range(first, last + 1)
)
"""Characters that Unicode calls printable though nothing of them is seen."""


def printable(text: str) -> str:
    """Replace each character that controls a terminal or is invisible by a question mark.

    Those are control characters (tabs and line feeds too), controls of direction, characters of no
    width, blanks other than the space, lone surrogates, and what Unicode has not assigned.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char.isprintable() and char not in _UNSEEN else "?" for char in text)


def well_formed(text: str) -> str:
    """Replace each lone surrogate by U+FFFD: UTF-8 and strict JSON do not allow it."""
    if text.isascii():
        return text
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
