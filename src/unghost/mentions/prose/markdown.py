"""Mentions in a Markdown text: in its fences, its commands and its sentences."""

from __future__ import annotations

from bisect import bisect_right

from unghost.ecosystems.spot import Spot
from unghost.mentions.imports import find_imports, typed_languages
from unghost.mentions.kinds.by_content import kinds_of_fence
from unghost.mentions.kinds.by_name import Kind, Reader, placed
from unghost.mentions.prose.asked import Part, find_asked
from unghost.mentions.prose.named import find_in_prose
from unghost.mentions.prose.spoken import find_installs_in_prose
from unghost.syntax.markdown import Block, blocks, code_spans
from unghost.syntax.word import Word, WordBuilder

_FENCES = ("```", "~~~")
_OPENING, _CLOSING = "<!--", "-->"
_MOST_LINES = 2


def find_in_markdown(text: str, kind: Kind, read: Reader) -> list[Spot]:
    """Find what a Markdown text names; what its comments say is left out.

    Args:
        text: The text.
        kind: What is known of it.
        read: Reads a fenced block.
    """
    visible = _without_comments(text)
    spots: list[Spot] = []
    parts: list[Part] = []
    prose: list[tuple[Block, list[Spot]]] = []
    for block in blocks(visible):
        part = _part(block, visible)
        parts.append((block.language, part))
        if block.language is None:
            found = _of_text(block.text)
            prose.append((block, found))
            spots += [spot.moved(block.start) for spot in found]
        else:
            spots += _of_fence(block, part, visible, read)
    named = frozenset(spot.ecosystem for spot in spots)
    for block, found in prose:
        said = find_in_prose(block.text, named, found)
        spots += [spot.moved(block.start) for spot in said]
    if kind.asks is not None:
        spots += find_asked(parts, kind, read, spots)
    return sorted(spots, key=lambda spot: spot.start)


def _of_text(text: str) -> list[Spot]:
    """Read text outside fences: commands, and code that is typed after the prompts of sessions."""
    spots = find_installs_in_prose(text)
    for language in typed_languages():
        if language.cells is not None and language.cells.is_session(text):
            spots += find_imports(text, language.name)
    return spots


def _of_fence(block: Block, part: Word, text: str, read: Reader) -> list[Spot]:
    opening = _line_before(text, block.start)
    above = _line_above(text, block.start, opening)
    for kinds in kinds_of_fence(block.language or "", _info(opening), above, part.text):
        spots = [placed(spot, part) for kind in kinds for spot in read(part.text, kind)]
        if spots:
            return spots
    return []


def _info(opening: str) -> str:
    """Return what a fence's first line says after its language, marks apart."""
    words = opening.strip().lstrip("`~").partition(" ")[2]
    for mark in "{}=:,\"'":
        words = words.replace(mark, " ")
    return words


def _line_above(text: str, start: int, opening: str) -> str:
    """Return the line before a fence that begins at an offset, one blank line skipped."""
    end = start - len(opening) - 1
    for _ in range(_MOST_LINES):
        line = _line_before(text, end)
        if line.strip():
            return "" if line.lstrip().startswith(_FENCES) else line
        end -= len(line) + 1
    return ""


def _line_before(text: str, end: int) -> str:
    """Return the line that ends with the line end before an offset."""
    end = max(end - 1, 0)
    return text[text.rfind("\n", 0, end) + 1 : end]


def _part(block: Block, text: str) -> Word:
    """Return a block, a fence's without the indentation of the fence itself."""
    opening = _line_before(text, block.start) if block.language is not None else ""
    indent = len(opening) - len(opening.lstrip())
    if not indent:
        return Word(block.text, block.start, block.start + len(block.text))
    builder, position = WordBuilder(Word(text, 0, len(text))), block.start
    for line in block.text.splitlines(keepends=True):
        blank = min(indent, len(line) - len(line.lstrip(" \t")))
        builder.add(line[blank:], position + blank)
        position += len(line)
    return builder.word(block.start)


def _without_comments(text: str) -> str:
    """Blank out comments; what stands in fences and code spans is none."""
    last = text.rfind(_CLOSING)
    if _OPENING not in text or last < 0:
        return text
    parts: list[str] = []
    fence, inside, position = "", False, 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if inside or not fence:
            visible, inside = _visible(line, inside, last - position)
            stripped = visible.strip()
        else:
            visible = line
        parts.append(visible)
        if fence and stripped.startswith(fence) and not stripped.strip(fence[0]):
            fence = ""
        elif not fence and not inside and stripped.startswith(_FENCES):
            fence = stripped[:3] if "`" not in stripped.lstrip("`") else ""
        position += len(line)
    return "".join(parts)


def _visible(line: str, inside: bool, last: int) -> tuple[str, bool]:
    """Blank out the comments of a line; one without an end in the text is none."""
    at, parts = 0, []
    spans = list(code_spans(line)) if "`" in line and _OPENING in line else []
    while True:
        if inside:
            end = line.find(_CLOSING, at)
            stop = len(line.rstrip("\r\n")) if end < 0 else end + len(_CLOSING)
            parts.append(" " * (stop - at))
            at = stop
            if end < 0:
                return "".join(parts) + line[at:], True
            inside = False
        begin = line.find(_OPENING, at)
        if begin < 0 or begin > last:
            return "".join(parts) + line[at:], False
        span = bisect_right(spans, (begin, len(line))) - 1
        inside = span < 0 or spans[span][1] <= begin
        stop = begin if inside else spans[span][1]
        parts.append(line[at:stop])
        at = stop
