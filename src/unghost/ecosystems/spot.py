"""A place in a text, and the mention made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from unghost.records import Mention, MentionKind, Origin, record_id


@dataclass(frozen=True, slots=True)
class Spot:
    """A name found at [start, end) of a text; ``name`` is what is judged."""

    start: int
    end: int
    name: str
    kind: MentionKind
    ecosystem: str
    language: str | None = None
    version: str | None = None
    confidence: float = 1.0
    evidence: str = ""
    origin: Origin = "registry"

    def moved(self, offset: int) -> Spot:
        """Return the same spot in a text that the searched one begins in at ``offset``."""
        return replace(self, start=self.start + offset, end=self.end + offset)


def to_mentions(spots: Iterable[Spot], text: str, source_id: str) -> list[Mention]:
    """Build mentions from spots, in order of appearance; of two at one place the first is kept."""
    mentions, taken = [], set()
    line, begin, seen = 1, 0, 0
    for spot in sorted(spots, key=lambda spot: (spot.start, spot.end)):
        if (spot.start, spot.end) in taken:
            continue
        taken.add((spot.start, spot.end))
        line += text.count("\n", seen, spot.start)
        begin = max(begin, text.rfind("\n", seen, spot.start) + 1)
        seen = spot.start
        mentions.append(
            Mention(
                id=record_id("mention", source_id, spot.start, spot.end, spot.kind),
                source_id=source_id,
                start=spot.start,
                end=spot.end,
                line=line,
                column=spot.start - begin + 1,
                raw=text[spot.start : spot.end],
                name=spot.name,
                ecosystem=spot.ecosystem,
                kind=spot.kind,
                language=spot.language,
                version=spot.version,
                confidence=spot.confidence,
                evidence=spot.evidence,
                origin=spot.origin,
            )
        )
    return mentions
