"""A tuned model against its base on the same tasks: the cut, and the price of it.

The traps that these figures answer are those of the published method's evaluation; the definitions
are ours where the docstring does not say otherwise. All intervals pair by task.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from unghost.evaluate.answers import Answer
from unghost.evaluate.estimates import (
    NOTHING,
    Change,
    Estimate,
    Floats,
    by_cluster,
    paired,
    proportion,
)
from unghost.evaluate.rates import decided, share_of

Key = tuple[str, int]
Count = Callable[[Sequence[Answer]], Floats]


@dataclass(frozen=True, slots=True)
class Recall:
    """Recall of the names that the base names rightly, question by question.

    ``tuned`` is the tuned model's share of the base's valid names, ``again`` that of a second run
    of the base (1 by definition without one), and ``ratio`` the first divided by the second.
    """

    tuned: Estimate
    again: Estimate
    ratio: Estimate

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Fit:
    """Fit of the named packages to the task, by overlap of keywords (mean Jaccard index).

    ``shuffled_before`` and ``shuffled_after`` are controls: the same names against other tasks.
    ``rated_before`` and ``rated_after`` are the shares of valid names whose keywords are known.
    """

    before: Estimate
    after: Estimate
    difference: Estimate
    shuffled_before: Estimate
    shuffled_after: Estimate
    rated_before: float | None
    rated_after: float | None

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return asdict(self)


def rate_change(
    before: Sequence[Answer],
    after: Sequence[Answer],
    change: Change,
) -> Estimate:
    """Compare the ghost rates, each name once an answer: ``cut`` is 1 - rate_after / rate_before.

    Only tasks that both answered take part. The cut is NOTHING where the base made no ghost.
    """
    return _compare(before, after, decided, change, True)


def names_ratio(
    before: Sequence[Answer],
    after: Sequence[Answer],
    *,
    without_abstentions: bool = False,
) -> Estimate:
    """Compare names per answer: after / before.

    Args:
        before: Answers of the base.
        after: Answers of the tuned model.
        without_abstentions: Leave out answers that say they know none, on both sides, so that
            honesty is distinguished from silence.
    """

    def count(answers: Sequence[Answer]) -> Floats:
        rows = [
            [len(a.names), not (without_abstentions and a.kind == "abstention")] for a in answers
        ]
        return np.array(rows, dtype=np.float64).reshape(-1, 2)

    return _compare(before, after, count, "ratio", False)


def right_answers(
    answers: Sequence[Answer],
    known: Mapping[str, bool] | None = None,
) -> Estimate:
    """Return the share of greedy answers that give the right name.

    Args:
        answers: The answers; sampled ones and those of prompts without gold are left out.
        known: Whether the model was taught a name; if given, only tasks of taught names count.
    """
    asked = [a for a in _greedy(answers) if known is None or known.get(a.prompt.gold or "", False)]
    return share_of(asked, [a.is_right for a in asked], [True] * len(asked))


def retention(
    before: Sequence[Answer],
    after: Sequence[Answer],
) -> Estimate:
    """Return the share of the base's right answers that the tuned model still gives, both greedy.

    Right means that the right name is among those that exist. A question that the tuned
    model did not answer at all counts as lost.
    """
    kept = {_key(a) for a in _greedy(after) if a.is_right}
    asked = [a for a in _greedy(before) if a.is_right]
    return share_of(asked, [_key(a) in kept for a in asked], [True] * len(asked))


def recall(
    before: Sequence[Answer],
    after: Sequence[Answer],
    again: Sequence[Answer] | None = None,
) -> Recall:
    """Return the share of the base's valid names, by question, that are named again.

    Under sampling the base does not repeat itself either; ``again`` is a second run of the base
    with other noise, and the ratio divides by its share. Greedy answers repeat, so it may be left
    out.
    """
    wanted = _valid_by_question(before)
    task_of = {a.question: a.cluster for a in before}
    tasks = sorted(set(task_of.values()))
    questions = sorted(wanted)

    def columns(named: Mapping[str, set[str]]) -> tuple[Floats, Floats]:
        rows = [[len(wanted[q] & named.get(q, set())), len(wanted[q])] for q in questions]
        sums = by_cluster([task_of[q] for q in questions], np.reshape(rows, (-1, 2)), tasks)
        return sums[:, 0], sums[:, 1]

    tuned = columns(_valid_by_question(after))
    base = columns(wanted if again is None else _valid_by_question(again))
    return Recall(
        proportion(*tuned),
        proportion(*base),
        paired(base, tuned, "ratio"),
    )


def fit(
    before: Sequence[Answer],
    after: Sequence[Answer],
    task_keywords: Mapping[str, Collection[str]],
    name_keywords: Mapping[str, Collection[str]],
) -> Fit:
    """Measure how well the names given suit the tasks.

    The fit of one valid name is the Jaccard index of the task's keywords and the name's, shared
    over all; a figure is its mean over occurrences. The control gives each task the keywords of
    another one, by a shuffle that depends on the task ids alone.

    Args:
        before: Answers of the base.
        after: Answers of the tuned model.
        task_keywords: Keywords by task id; tasks without any are left out.
        name_keywords: Keywords by canonical name; names without any are left out and shown in
            ``rated_before`` and ``rated_after``.
    """
    tasks = sorted({a.prompt.task_id for a in [*before, *after]} & set(task_keywords))
    words = {name: frozenset(found) for name, found in name_keywords.items() if found}
    own = {task: frozenset(task_keywords[task]) for task in tasks}
    other = {task: own[stranger] for task, stranger in _strangers(tasks, own).items()}

    def columns(answers: Sequence[Answer], asked: Mapping[str, frozenset[str]]) -> _Columns:
        rows = [_overlap(a, asked.get(a.prompt.task_id, frozenset()), words) for a in answers]
        names = [a.prompt.task_id for a in answers]
        sums = by_cluster(names, np.reshape(rows, (-1, 2)), tasks)
        return sums[:, 0], sums[:, 1]

    first, second = columns(before, own), columns(after, own)
    return Fit(
        proportion(*first),
        proportion(*second),
        paired(first, second, "difference"),
        proportion(*columns(before, other)),
        proportion(*columns(after, other)),
        _rated(before, words),
        _rated(after, words),
    )


def prone_questions(before: Sequence[Answer]) -> frozenset[str]:
    """Return the questions on which the base made a ghost.

    Figures on these alone are chosen by the base's own failures: its rate on them is high by
    selection, and some of the fall would come without any training. They are given second.
    """
    return frozenset(a.question for a in before if a.count("absent"))


def only(answers: Sequence[Answer], questions: Collection[str]) -> list[Answer]:
    """Return the answers to the given questions."""
    return [a for a in answers if a.question in questions]


_Columns = tuple[Floats, Floats]


def _compare(
    before: Sequence[Answer],
    after: Sequence[Answer],
    count: Count,
    change: Change,
    bounded: bool,
) -> Estimate:
    tasks = sorted({a.cluster for a in before} & {a.cluster for a in after})
    if not tasks:
        return NOTHING
    sums = [by_cluster([a.cluster for a in x], count(x), tasks) for x in (before, after)]
    first, second = ((table[:, 0], table[:, 1]) for table in sums)
    return paired(first, second, change, bounded=bounded)


def _greedy(answers: Sequence[Answer]) -> list[Answer]:
    return [a for a in answers if a.right and a.completion.sampling.temperature == 0]


def _key(answer: Answer) -> Key:
    return answer.question, answer.completion.sample


def _valid_by_question(answers: Sequence[Answer]) -> dict[str, set[str]]:
    named: dict[str, set[str]] = {}
    for answer in answers:
        named.setdefault(answer.question, set()).update(answer.valid)
    return named


def _strangers(tasks: Sequence[str], own: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Pair each task with another one that has other keywords, where there is one.

    One fixed shuffle, then the next task along the circle whose keywords differ.
    """
    if len(tasks) < 2:
        return {}
    circle = [tasks[i] for i in np.random.default_rng(0).permutation(len(tasks))]
    pairs = {}
    for position, task in enumerate(circle):
        later = (circle[(position + step) % len(circle)] for step in range(1, len(circle)))
        stranger = next((t for t in later if own[t] != own[task]), None)
        if stranger is not None:
            pairs[task] = stranger
    return pairs


def _overlap(
    answer: Answer, asked: frozenset[str], words: Mapping[str, frozenset[str]]
) -> tuple[float, float]:
    rated = [words[name] for name in answer.valid if name in words] if asked else []
    return sum(len(asked & w) / len(asked | w) for w in rated), float(len(rated))


def _rated(answers: Sequence[Answer], words: Mapping[str, frozenset[str]]) -> float | None:
    names = [name for a in answers for name in a.valid]
    return sum(name in words for name in names) / len(names) if names else None
