"""Where a Markdown text names packages: in its fences, its commands and its sentences."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from unghost.mentions.guess import guess, guess_data, kinds_for, manifest_named
from unghost.mentions.kinds import Kind, Reader, kind_of_fence, placed
from unghost.mentions.prose import find_in_prose
from unghost.mentions.spoken import find_installs_in_prose
from unghost.syntax.broken_python import typed
from unghost.syntax.markdown import Block, blocks, code_spans
from unghost.syntax.python import find_imports
from unghost.syntax.spot import Spot
from unghost.syntax.word import Word, WordBuilder

_FENCES = ("```", "~~~")
_OPENING, _CLOSING = "<!--", "-->"
_PLAIN = frozenset({"", "text", "txt", "plaintext", "plain"})
_OF_FILES = {
    ".gradle": ("groovy", "gradle", "java"),
    ".json": ("json", "jsonc", "json5", "javascript", "js"),
    ".kts": ("kotlin", "kts", "kt", "groovy", "gradle"),
    ".py": ("python", "py", "python3"),
    ".toml": ("toml", "ini"),
    ".txt": ("requirements", "requirements.txt", "ini", "python"),
    ".xml": ("xml", "html"),
    ".yaml": ("yaml", "yml"),
    ".yml": ("yaml", "yml"),
    "Gemfile": ("ruby", "rb", "gemfile"),
    "go.mod": ("go", "golang", "go.mod", "gomod"),
}
"""Languages that a fence may have which holds a file with such an ending."""
_MOST_LINES = 2


def find_in_markdown(text: str, read: Reader) -> list[Spot]:
    """Find what a Markdown text names; what its comments say is left out.

    Args:
        text: The text.
        read: Reads a fenced block.
    """
    visible = _without_comments(text)
    spots: list[Spot] = []
    prose: list[tuple[Block, list[Spot]]] = []
    for block in blocks(visible):
        if block.language is None:
            found = _of_text(block.text)
            prose.append((block, found))
            spots += [spot.moved(block.start) for spot in found]
        else:
            spots += _of_fence(block, visible, read)
    named = frozenset(spot.ecosystem for spot in spots)
    for block, found in prose:
        said = find_in_prose(block.text, named, found)
        spots += [spot.moved(block.start) for spot in said]
    return sorted(spots, key=lambda spot: spot.start)


def _of_text(text: str) -> list[Spot]:
    """Read text outside fences: commands, and what is typed behind the prompts of Python."""
    spots = find_installs_in_prose(text)
    return spots + find_imports(text) if ">>>" in text and typed(text)[0] else spots


def _of_fence(block: Block, text: str, read: Reader) -> list[Spot]:
    opening = _line_before(text, block.start)
    part = _dedented(block, text, len(opening) - len(opening.lstrip()))
    for kinds in _kinds(block, part.text, _info(opening), _said_above(text, block.start, opening)):
        spots = [placed(spot, part) for kind in kinds for spot in read(part.text, kind)]
        if spots:
            return spots
    return []


def _kinds(block: Block, text: str, info: str, above: str) -> Iterator[list[Kind]]:
    """Return how a fence may be read, the first that finds anything counts."""
    tag, _, behind = (block.language or "").partition(":")
    kind = kind_of_fence(tag)
    named = manifest_named(f"{info} {behind}") or above
    if named and (tag in _PLAIN or tag in _languages(named)):
        yield kinds_for(text, named)
    if kind is None:
        named = manifest_named(tag)
        yield kinds_for(text, named) if named else []
    elif kind.form == "diff":
        yield [Kind("diff", path=named)]
    elif kind.form == "unknown" and not tag:
        yield guess(text)
    elif kind.form in ("unknown", "config"):
        yield guess_data(text, tag)
    else:
        yield [kind, *_also(text, kind)]


def _also(text: str, kind: Kind) -> list[Kind]:
    """Return what code of a language may be besides: the file that declares what it needs."""
    if kind.language == "ruby" and "gem " in text:
        return [Kind("manifest", path="Gemfile")]
    if kind.language == "kotlin" and "dependencies" in text:
        return [Kind("manifest", path="build.gradle.kts")]
    return []


def _languages(path: str) -> tuple[str, ...]:
    return next((tags for ending, tags in _OF_FILES.items() if path.endswith(ending)), ())


def _info(opening: str) -> str:
    """Return what a fence's first line says behind its language, marks apart."""
    words = opening.strip().lstrip("`~").partition(" ")[2]
    for mark in "{}=:,\"'":
        words = words.replace(mark, " ")
    return words


def _said_above(text: str, start: int, opening: str) -> str:
    """Return the manifest that one of the lines before a fence names at last."""
    end = start - len(opening) - 1
    for _ in range(_MOST_LINES):
        line = _line_before(text, end)
        if line.strip():
            return "" if line.lstrip().startswith(_FENCES) else manifest_named(line)
        end -= len(line) + 1
    return ""


def _line_before(text: str, end: int) -> str:
    """Return the line that ends with the line end before an offset."""
    end = max(end - 1, 0)
    return text[text.rfind("\n", 0, end) + 1 : end]


def _dedented(block: Block, text: str, indent: int) -> Word:
    """Return a fence's text without the indentation of the fence itself."""
    part = Word(block.text, block.start, block.start + len(block.text))
    if not indent:
        return part
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
