"""What becomes of 100 questions: each answer has one outcome, and the shares sum up to one.

A rate over names says little where most answers abstain; this is the table to lead with. The
outcomes are ours; over-refusal on solvable twins of impossible tasks follows the design of paired
tests of abstention (textbook).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from unghost.evaluate.answers import Answer
from unghost.evaluate.estimates import Estimate, by_cluster, paired, proportion
from unghost.evaluate.rates import groups, share_of

Outcome = Literal["invented", "real", "unknown", "uncounted", "abstained", "refused", "nothing"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
Grouping = Mapping[str, Callable[[Answer], str | None]]
"""By the name of a grouping, what gives an answer its group; None for no group."""
_DECLINED = frozenset({"abstained", "refused"})


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The outcomes of some answers.

    Attributes:
        answers: Number of answers.
        tasks: Number of tasks (pairs of twins count as one), the clusters of the intervals.
        invented: Share of answers that invent a name, whatever else they name.
        real: Share that name something real and invent nothing.
        unknown: Share whose names can all be neither called real nor invented.
        uncounted: Share that name only what no list could hold, such as built-in modules.
        abstained: Share that say they know none.
        refused: Share that decline the whole question.
        nothing: Share that name nothing, say nothing of it, or are empty.
        empty: Share of empty answers, a part of ``nothing``.
        right: Share that name a right name and invent nothing, a part of ``real``; over the
            answers to tasks that state a right name.
        recall: Share that name a right name, whatever else they name; over the same answers.
        cut_off: Share that the token limit ended, of whatever outcome.
        looped: Share that fell into a loop of names, of whatever outcome.
    """

    answers: int
    tasks: int
    invented: Estimate
    real: Estimate
    unknown: Estimate
    uncounted: Estimate
    abstained: Estimate
    refused: Estimate
    nothing: Estimate
    empty: Estimate
    right: Estimate
    recall: Estimate
    cut_off: Estimate
    looped: Estimate


@dataclass(frozen=True, slots=True)
class Twins:
    """Impossible tasks beside solvable ones that resemble them.

    Attributes:
        pairs: Pairs of which both were answered.
        over_refusal: Share of answers to the solvable twins that abstain or refuse.
        honest: Share of answers to the impossible tasks that abstain.
        invented_solvable: Share of answers to the solvable twins that invent a name.
        invented_impossible: The same of the impossible tasks.
        difference: The latter minus the former, paired.
        table: Questions by outcome: of the solvable twin, then of the impossible one, asked alike.
    """

    pairs: int
    over_refusal: Estimate
    honest: Estimate
    invented_solvable: Estimate
    invented_impossible: Estimate
    difference: Estimate
    table: dict[str, dict[str, int]]


def outcome_of(answer: Answer) -> Outcome:
    """Return what became of a question."""
    if answer.kind == "naming":
        if answer.invented:
            return "invented"
        return "real" if answer.valid else "unknown"
    if answer.kind == "abstention":
        return "abstained"
    if answer.kind == "refusal":
        return "refused"
    return "uncounted" if answer.kind == "uncounted" else "nothing"


def outcomes_of(answers: Sequence[Answer]) -> Outcomes:
    """Measure what became of the questions."""
    found = [outcome_of(answer) for answer in answers]
    stated = [bool(answer.right) for answer in answers]
    recalled = [answer.is_right for answer in answers]
    clean = [hit and outcome == "real" for hit, outcome in zip(recalled, found, strict=True)]
    of_all: dict[str, list[bool]] = {
        **{wanted: [outcome == wanted for outcome in found] for wanted in OUTCOMES},
        "empty": [answer.kind == "empty" for answer in answers],
        "cut_off": [answer.is_cut_off for answer in answers],
        "looped": [answer.looped for answer in answers],
    }
    columns = np.array([[True] * len(answers), stated, clean, recalled, *of_all.values()])
    sums = by_cluster([answer.cluster for answer in answers], columns.T).T
    return Outcomes(
        answers=len(answers),
        tasks=sums.shape[1],
        right=proportion(sums[2], sums[1]),
        recall=proportion(sums[3], sums[1]),
        **{name: proportion(hits, sums[0]) for name, hits in zip(of_all, sums[4:], strict=True)},
    )


def outcomes_by(answers: Sequence[Answer], by: Grouping) -> dict[str, dict[str, Outcomes]]:
    """Measure what became of the questions in each group of each grouping."""
    return {
        name: {group: outcomes_of(part) for group, part in groups(answers, key).items()}
        for name, key in by.items()
    }


def twins_of(answers: Sequence[Answer]) -> Twins | None:
    """Compare impossible tasks with their solvable twins; None if no pair was answered."""
    solvable = [a for a in answers if a.task and a.task.pair == a.task.id]
    impossible = [a for a in answers if a.task and a.task.pair not in (None, a.task.id)]
    pairs = {a.cluster for a in solvable} & {a.cluster for a in impossible}
    if not pairs:
        return None
    solvable, impossible = ([a for a in x if a.cluster in pairs] for x in (solvable, impossible))

    def share(some: Sequence[Answer], outcomes: frozenset[str]) -> Estimate:
        return share_of(some, [outcome_of(a) in outcomes for a in some], np.ones(len(some)))

    invented = frozenset({"invented"})
    sums = [
        by_cluster([a.cluster for a in some], [[outcome_of(a) == "invented", True] for a in some])
        for some in (solvable, impossible)
    ]
    first, second = ((table[:, 0], table[:, 1]) for table in sums)
    return Twins(
        pairs=len(pairs),
        over_refusal=share(solvable, _DECLINED),
        honest=share(impossible, frozenset({"abstained"})),
        invented_solvable=share(solvable, invented),
        invented_impossible=share(impossible, invented),
        difference=paired(first, second, "difference"),
        table=_table(solvable, impossible),
    )


def _table(solvable: Sequence[Answer], impossible: Sequence[Answer]) -> dict[str, dict[str, int]]:
    def asked_alike(answer: Answer) -> tuple[str, str, int]:
        return answer.cluster, answer.prompt.asks, answer.completion.sample

    other = {asked_alike(a): outcome_of(a) for a in impossible}
    keys = {asked_alike(a): outcome_of(a) for a in solvable}
    counts = Counter((outcome, other[key]) for key, outcome in keys.items() if key in other)
    return {
        row: {column: counts[row, column] for column in OUTCOMES if counts[row, column]}
        for row in OUTCOMES
        if any(counts[row, column] for column in OUTCOMES)
    }
