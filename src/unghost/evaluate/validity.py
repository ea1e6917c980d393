"""What a sceptic asks of a measurement: was it cut short, how sure is it, of what day is it?

The definitions are ours, but for the design effect (Kish) in the number of tasks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unghost.evaluate.answers import Answer
from unghost.evaluate.estimates import Estimate, by_cluster, design_effect
from unghost.evaluate.rates import groups, share_of

MOST_CUT_OFF = 0.1
"""With a greater share of answers cut off, a measurement says so before anything else."""
WIDTHS = (0.05, 0.03, 0.02, 0.01)
"""Half-widths for which the number of tasks is told."""
_WANTED_CUT_OFF = 0.05
_STEP = 64
_LONGEST = 8


@dataclass(frozen=True, slots=True)
class Limit:
    """One token limit, and what it did to the answers under it.

    Attributes:
        limit: Tokens an answer may have.
        asks: The modes that were asked under it.
        answers: Answers under it.
        cut_off: Share that it ended.
        looped: Cut-off answers that were in a loop, which no limit ends.
        proposed: A limit that would end about 5 %, None if this one does already.
    """

    limit: int
    asks: tuple[str, ...]
    answers: int
    cut_off: Estimate
    looped: int
    proposed: int | None


@dataclass(frozen=True, slots=True)
class Dates:
    """The days that the figures are of.

    Attributes:
        as_of: Days of the names that the answers were judged by; one in all but odd cases.
        cutoff: The last day of the model's training data, if somebody said it.
        dated: Share of the real names given whose first day is known.
        late: Share of those that appeared only after the cut-off: the model cannot have known
            them, so it invented what exists today. None without a cut-off.
        rate_if_late_absent: The rate by name if these counted as inventions; None without a
            cut-off.
    """

    as_of: tuple[str, ...]
    cutoff: str | None
    dated: Estimate
    late: Estimate | None
    rate_if_late_absent: Estimate | None


@dataclass(frozen=True, slots=True)
class SampleSize:
    """How many tasks a wanted precision takes.

    Attributes:
        tasks: Tasks asked.
        half_width: Half of the width of the interval of the answers with an invented name.
        design_effect: By how much the likeness of answers to one task inflates its variance.
        needed: Tasks in all for half-widths in percentage points, asked in the same way.
    """

    tasks: int
    half_width: float | None
    design_effect: float | None
    needed: dict[str, int]

    def __str__(self) -> str:
        """Say it in a sentence."""
        if self.half_width is None:
            return "too few tasks to say how many are needed"
        now = f"±{100 * self.half_width:.1f} points with {self.tasks:,} tasks"
        more = [f"±{width} with about {count:,}" for width, count in self.needed.items()]
        return "; ".join([now, ", ".join(more)]) if more else now


@dataclass(frozen=True, slots=True)
class Validity:
    """What limits a measurement; ``warnings`` are sentences to be shown before any figure."""

    limits: tuple[Limit, ...]
    dates: Dates
    sample_size: SampleSize
    warnings: tuple[str, ...]


def validity_of(answers: Sequence[Answer], cutoff: str | None = None) -> Validity:
    """Tell what limits a measurement.

    Args:
        answers: The answers.
        cutoff: The last day of the model's training data, ISO 8601.
    """
    by_limit = groups(answers, lambda answer: f"{answer.completion.sampling.max_new_tokens:09}")
    limits = tuple(_limit(part) for part in by_limit.values())
    size = sample_size(answers)
    return Validity(limits, _dates(answers, cutoff), size, tuple(_warnings(answers, limits)))


def sample_size(answers: Sequence[Answer]) -> SampleSize:
    """Tell how many tasks a wanted precision of the answers with an invented name takes."""
    hits = [bool(answer.invented) for answer in answers]
    figure = share_of(answers, hits, np.ones(len(answers)))
    if figure.low is None or figure.high is None or figure.clusters < 2:
        return SampleSize(figure.clusters, None, None, {})
    sums = by_cluster([answer.cluster for answer in answers], [[hit, 1.0] for hit in hits])
    half = (figure.high - figure.low) / 2
    needed = {
        f"{100 * width:g}": math.ceil(figure.clusters * (half / width) ** 2)
        for width in WIDTHS
        if width < half
    }
    return SampleSize(figure.clusters, half, design_effect(sums[:, 0], sums[:, 1]), needed)


def _limit(answers: Sequence[Answer]) -> Limit:
    limit = answers[0].completion.sampling.max_new_tokens
    cut = [answer.is_cut_off for answer in answers]
    share = share_of(answers, cut, np.ones(len(answers)))
    enough = share.value is None or share.value <= _WANTED_CUT_OFF
    return Limit(
        limit=limit,
        asks=tuple(sorted({answer.prompt.asks for answer in answers})),
        answers=len(answers),
        cut_off=share,
        looped=sum(answer.is_cut_off and answer.looped for answer in answers),
        proposed=None if enough else _proposed(answers, limit),
    )


def _proposed(answers: Sequence[Answer], limit: int) -> int | None:
    """Propose a limit that would end about 5 % of the answers that do not loop.

    Over the second half of the limit so many answers ended by themselves in so many tokens; they
    are taken to go on ending at that pace. Without a count of tokens the limit is doubled.
    """
    sound = [answer for answer in answers if not (answer.is_cut_off and answer.looped)]
    cut = sum(answer.is_cut_off for answer in sound) / len(answers)
    if cut <= _WANTED_CUT_OFF:
        return None
    half = limit / 2
    counted = [limit if a.is_cut_off else len(a.completion.token_ids or ()) for a in sound]
    lengths = [float(length) for length in counted]
    ended = sum(half < length < limit for length in lengths)
    if not ended:
        return 2 * limit
    pace = ended / sum(length - half for length in lengths if length > half)
    wanted = limit + math.log(cut / _WANTED_CUT_OFF) / pace
    return _STEP * math.ceil(min(wanted, _LONGEST * limit) / _STEP)


def _dates(answers: Sequence[Answer], cutoff: str | None) -> Dates:
    days: list[dict[str, str | None]] = [
        {v.canonical: v.first_seen for v in answer.verdicts if v.status == "exists"}
        for answer in answers
    ]
    real = [len(names) for names in days]
    known = [sum(day is not None for day in names.values()) for names in days]
    late = rate = None
    if cutoff is not None:
        new = [sum(day is not None and day > cutoff for day in names.values()) for names in days]
        ghosts = [len(answer.invented) for answer in answers]
        late = share_of(answers, new, known)
        rate = share_of(answers, np.add(ghosts, new), np.add(ghosts, real))
    return Dates(
        as_of=tuple(sorted({v.as_of for answer in answers for v in answer.verdicts})),
        cutoff=cutoff,
        dated=share_of(answers, known, real),
        late=late,
        rate_if_late_absent=rate,
    )


def _warnings(answers: Sequence[Answer], limits: Sequence[Limit]) -> list[str]:
    if not answers:
        return []
    cut = sum(answer.is_cut_off for answer in answers) / len(answers)
    looped = sum(answer.looped for answer in answers) / len(answers)
    said = []
    if cut > MOST_CUT_OFF:
        raised = [
            f"{limit.limit:,} to {limit.proposed:,} ({', '.join(limit.asks)})"
            for limit in limits
            if limit.proposed
        ]
        advice = f": raise the limit of tokens from {'; from '.join(raised)}" if raised else ""
        said.append(
            f"{100 * cut:.1f} % of the answers were cut off by the limit of tokens, and what they"
            f" would have named is not counted{advice}"
        )
    if looped > MOST_CUT_OFF:
        said.append(
            f"{100 * looped:.1f} % of the answers fell into a loop of names; each loop counts once"
        )
    return said
