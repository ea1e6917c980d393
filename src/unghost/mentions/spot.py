"""A place in a text, and the mention made of it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from unghost.records import Mention, MentionKind, record_id


@dataclass(frozen=True, slots=True)
class Spot:
    """A name found at [start, end) of a text; ``name`` is what is judged."""

    start: int
    end: int
    name: str
    kind: MentionKind
    language: str | None = None
    version: str | None = None
    confidence: float = 1.0
    evidence: str = ""

    def moved(self, offset: int) -> Spot:
        """Give the same spot in a text that the searched one begins in at ``offset``."""
        return Spot(
            self.start + offset,
            self.end + offset,
            self.name,
            self.kind,
            self.language,
            self.version,
            self.confidence,
            self.evidence,
        )


def to_mentions(spots: list[Spot], text: str, source_id: str, ecosystem: str) -> list[Mention]:
    """Make mentions of spots, in order of appearance; of two at one place the first is kept."""
    starts = [0]
    starts += [index + 1 for index, char in enumerate(text) if char == "\n"]
    mentions, taken = [], set()
    for spot in sorted(spots, key=lambda spot: (spot.start, spot.end)):
        if (spot.start, spot.end) in taken:
            continue
        taken.add((spot.start, spot.end))
        line = bisect_right(starts, spot.start)
        mentions.append(
            Mention(
                id=record_id("mention", source_id, spot.start, spot.end, spot.kind),
                source_id=source_id,
                start=spot.start,
                end=spot.end,
                line=line,
                column=spot.start - starts[line - 1] + 1,
                raw=text[spot.start : spot.end],
                name=spot.name,
                ecosystem=ecosystem,
                kind=spot.kind,
                language=spot.language,
                version=spot.version,
                confidence=spot.confidence,
                evidence=spot.evidence,
            )
        )
    return mentions
