"""Names in an answer to a question for names: lists, bare code, and names in sentences.

All of it comes on top of what the text names whatever was asked, and nothing is read twice, so that
whoever knows more finds more. A question for packages or requirements reads all that one for code
does, and the lists besides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from unghost.ecosystems import ecosystem
from unghost.ecosystems.spot import Spot
from unghost.mentions.kinds.by_content import PLAIN, SESSION, guess
from unghost.mentions.kinds.by_name import Kind, Reader, kind_of_fence, placed
from unghost.mentions.prose.lists import find_listed
from unghost.mentions.prose.named import find_in_prose
from unghost.syntax.word import Word

Part = tuple[str | None, Word]
"""A fence's language, None outside fences, and its text."""


def find_asked(
    parts: Sequence[Part], kind: Kind, read: Reader, found: Sequence[Spot]
) -> list[Spot]:
    """Find what a Markdown text names as an answer to a question.

    Args:
        parts: The text, cut at its fences.
        kind: What was asked for, and of which ecosystem.
        read: Reads a part.
        found: What the text names whatever was asked; nothing is found there again.
    """
    taken = {place for spot in found for place in range(spot.start, spot.end)}
    spots: list[Spot] = []
    for spot in _all(parts, kind, read):
        if taken.isdisjoint(range(spot.start, spot.end)):
            taken.update(range(spot.start, spot.end))
            spots.append(spot)
    return spots


def _all(parts: Sequence[Part], kind: Kind, read: Reader) -> Iterator[Spot]:
    fenced = any(language is not None for language, _ in parts)
    plain = [(language, part) for language, part in parts if _is_plain(language, part.text)]
    for spoken in ecosystem(kind.ecosystem).language_names[:1]:
        for language, part in plain:
            # Beside fences nothing else is code.
            if language == "" or (language is None and not fenced):
                yield from _placed(read(part.text, Kind("cell", spoken)), part)
    for language, part in parts:
        if language is None:
            yield from _placed(find_in_prose(part.text, (kind.ecosystem,), asked=True), part)
        elif kind_of_fence(language) == Kind("markdown"):
            yield from _placed(read(part.text, kind), part)
    for language, part in plain if kind.asks != "code" else ():
        # Beside fences a lone word is a heading.
        bare = language is not None or not fenced
        yield from _placed(find_listed(part.text, kind.ecosystem, bare=bare), part)


def _is_plain(language: str | None, text: str) -> bool:
    """Return whether a part is outside fences, or in one that does not tell what it holds."""
    return language is None or (language in PLAIN and (language != "" or guess(text) == [SESSION]))


def _placed(spots: Iterable[Spot], part: Word) -> Iterator[Spot]:
    return (placed(spot, part) for spot in spots)
