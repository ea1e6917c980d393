"""The sentences of a Markdown text, as words and spans of code that know their places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from unghost.syntax.markdown import code_spans

_BULLETS = ("- ", "* ", "+ ", "\u2022 ")
_MARKS = "*\"'()[],;:!?\u201c\u201d\u2018\u2019"
_ENDS = ".!?"
_STOPS = ".!?:"
_WORD = re.compile(r"\S+")
_ORDINARY = ".,;:!?)"
_PAIRS = {
    **{mark: mark for mark in ("", "*", "**", '"', "'")},
    **{"(": "", "[": "", "\u201c": "\u201d", "\u2018": "\u2019"},
}
"""Marks before a word, each with those that must stand after it."""


class SentenceToken(NamedTuple):
    """A word without the marks around it, or the content of a span of code.

    ``lower`` is it in lower case; ``coded`` says that it is code; ``stop`` is the mark after it
    that ends a sentence or a clause, ``comma`` that one follows; ``plain`` that the marks around it
    are those of prose, in pairs.
    """

    start: int
    text: str
    lower: str
    coded: bool = False
    stop: str = ""
    comma: bool = False
    plain: bool = True


@dataclass(slots=True)
class Line:
    """A line: whether it is an item of a list, and its words."""

    bulleted: bool
    heading: bool
    tokens: list[SentenceToken] = field(default_factory=list)


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Cut a text at its blank lines; gives each part and where it begins."""
    begin = position = 0
    for line in text.splitlines(keepends=True):
        if line.isspace():
            if position > begin:
                yield begin, text[begin:position]
            begin = position + len(line)
        position += len(line)
    if position > begin:
        yield begin, text[begin:]


@lru_cache(maxsize=256)
def lines(text: str, position: int = 0) -> tuple[Line, ...]:
    """Cut a text that begins at a position into lines of words.

    Several readers look at each paragraph in turn, so the last ones are kept.
    """
    found = []
    for line in text.splitlines(keepends=True):
        stripped = line.lstrip()
        number = stripped.partition(" ")[0]
        numbered = number[-1:] in (".", ")") and number[:-1].isdigit()
        bulleted = stripped.startswith(_BULLETS) or numbered
        begin = len(line) - len(stripped)
        if bulleted:
            begin += len(number)
        heading = stripped.startswith(("#", "|", ">"))
        found.append(Line(bulleted, heading, _tokens(line, begin, position)))
        position += len(line)
    return tuple(found)


def sentences(written: Sequence[Line]) -> list[list[SentenceToken]]:
    """Return the sentences of a paragraph's lines; an item of a list begins a new one."""
    found: list[list[SentenceToken]] = [[]]
    for line in written:
        if line.bulleted or line.heading:
            found.append([])
        for token in line.tokens:
            found[-1].append(token)
            if token.stop and token.stop in _ENDS:
                found.append([])
        if line.heading:
            found.append([])
    return [sentence for sentence in found if sentence]


def _tokens(line: str, begin: int, position: int) -> list[SentenceToken]:
    tokens: list[SentenceToken] = []
    for start, end in code_spans(line):
        if start < begin:
            continue
        _add_words(tokens, line, begin, start, position)
        content = line[start:end]
        inner = start + len(content) - len(content.lstrip())
        code = content.strip()
        tokens.append(SentenceToken(position + inner, code, code.lower(), coded=True))
        begin = end
    _add_words(tokens, line, begin, len(line), position)
    return tokens


def _is_plain(lead: str, trail: str) -> bool:
    pair = _PAIRS.get(lead)
    return pair is not None and trail.startswith(pair) and not trail.strip(_ORDINARY + pair)


def _add_words(tokens: list[SentenceToken], line: str, begin: int, end: int, position: int) -> None:
    for found in _WORD.finditer(line, begin, end):
        word, begin = found[0], found.start()
        label = word.partition("](")[0] if not word.startswith("](") else ""
        text = label.lstrip(_MARKS + "`")
        lead, text = label[: len(label) - len(text)], text.rstrip(_MARKS + _STOPS + "`")
        plain = _is_plain(lead, label[len(lead) + len(text) :])
        place = begin + len(lead)
        behind = word.rstrip("*\"')`\u201d\u2019")[-1:]
        stop, comma = (behind if behind in _STOPS else ""), behind in (",", ";")
        if text:
            lower = text.lower()
            tokens.append(SentenceToken(position + place, text, lower, False, stop, comma, plain))
        elif tokens and (stop or comma):
            tokens[-1] = tokens[-1]._replace(stop=stop, comma=comma)
