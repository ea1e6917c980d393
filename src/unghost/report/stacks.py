"""What becomes of 100 questions: outcomes as stacked bars with numbers, one form for them all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unghost.domains.tasks import LEVELS
from unghost.report.figures import GROUPINGS, show

_FEWEST = {"topic": 20}
"""Answers from which a group gets a bar."""
_NONE = {"answers": 0}

Data = Mapping[str, Any]

OUTCOMES = {
    "real": "only real names",
    "invented": "an invented name",
    "abstained": "says it knows none",
    "refused": "declines to answer",
    "unknown": "names that cannot be judged",
    "uncounted": "only built-in names",
    "nothing": "names nothing",
}
"""Every outcome in the order of the bars, in words."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: its outcome, share of the answers, and how many of 100 questions it is."""

    key: str
    words: str
    share: float
    count: int
    figure: str

    @property
    def said(self) -> str:
        """The number of questions as it is written."""
        return str(self.count) if self.count or not self.share else "under 1"


@dataclass(frozen=True, slots=True)
class Stack:
    """One bar: parts that occur, in the order of :data:`OUTCOMES`."""

    name: str
    answers: int
    parts: tuple[Part, ...]
    cut_off: str

    @property
    def said(self) -> str:
        """The whole bar in words, for readers that do not see it."""
        counts = ", ".join(f"{part.said} {part.words}" for part in self.parts)
        return f"{self.name}: of 100 questions {counts}"


@dataclass(frozen=True, slots=True)
class Grouped:
    """Bars of the groups of one grouping, under a heading."""

    title: str
    stacks: tuple[Stack, ...]


def stack_of(name: str, outcomes: Data) -> Stack:
    """Make the bar of some outcomes (:class:`unghost.evaluate.outcomes.Outcomes` as JSON)."""
    shares = [outcomes[key]["value"] or 0.0 for key in OUTCOMES]
    parts = tuple(
        Part(key, words, share, count, show(outcomes[key]))
        for (key, words), share, count in zip(OUTCOMES.items(), shares, of_100(shares), strict=True)
        if share
    )
    return Stack(name, outcomes["answers"], parts, show(outcomes["cut_off"]))


def grouped(sides: Mapping[str, Data]) -> list[Grouped]:
    """Make the bars of the groups, of each side (``before``, ``after``) one beneath the other.

    Levels stand in their order; topics of a few answers are left to the tables.

    Args:
        sides: By name, measurements (:class:`unghost.evaluate.measurement.Measurement` as JSON).
    """
    found = []
    for key, title in GROUPINGS.items():
        names = [*dict.fromkeys(n for side in sides.values() for n in side["by"].get(key, {}))]
        names.sort(key=lambda name: LEVELS.index(name) if name in LEVELS else 0)
        stacks = tuple(
            stack_of(name if len(sides) == 1 else f"{name}, {label}", side["by"][key][name])
            for name in names
            for label, side in sides.items()
            if side["by"].get(key, {}).get(name, _NONE)["answers"] >= _FEWEST.get(key, 1)
        )
        if len(stacks) > len(sides):
            found.append(Grouped(title.capitalize(), stacks))
    return found


def of_100(shares: Sequence[float]) -> list[int]:
    """Round shares to whole numbers that add up to 100 (by largest remainders)."""
    total = sum(shares)
    if not total:
        return [0] * len(shares)
    exact = [100 * share / total for share in shares]
    whole = [math.floor(value) for value in exact]
    order = sorted(range(len(shares)), key=lambda i: whole[i] - exact[i])
    for index in order[: 100 - sum(whole)]:
        whole[index] += 1
    return whole
