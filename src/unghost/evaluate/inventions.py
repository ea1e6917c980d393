"""The names that a model invents: how many different ones, how predictable, how near to real ones.

A name that many answers share is worth registering to an attacker; one that is never invented again
is not. So a rate alone does not tell how exposed the users of a model are.

Sources: the missing mass of Good (1953) after Turing; Chao's estimator of unseen kinds (1984, and
1987 for incidence with its interval), in the bias-corrected form; rarefaction by samples (Coleman
1981, Mao Tau of Colwell et al. 2004); exposure@k after the re-analysis of Djire et al. (2026), of
which the ranking on one half and measuring on the other is ours; persistence as Spracklen et al.
(2025) define it. The sampling unit is the task throughout, since answers to one task are alike.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from unghost.evaluate.answers import Answer
from unghost.evaluate.estimates import NOTHING, Estimate
from unghost.evaluate.rates import share_of
from unghost.records import unit_hash

TOP = (1, 10, 100)
"""The numbers of commonest inventions that exposure is given for."""
_CURVE = 20
"""Points of the discovery curve."""
_NORMAL = 1.959963984540054
_BINS = ((1, "1"), (2, "2"), (5, "3 to 5"), (10**9, "6 or more"))
Distances = Callable[[Sequence[str]], Sequence[int | None] | None]
Elsewhere = Callable[[Sequence[str]], Sequence[Collection[str]] | None]
NONE_NEAR = "none near"
"""Inventions to which no real name is similar."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Exposure to whoever registers the commonest inventions.

    Attributes:
        names: How many of the commonest inventions, k.
        seen: Share of answers that hold one of the k names that are commonest among these very
            answers: what the figure is usually, and too high where k is not small.
        fresh: The same where the tasks are split into two halves, and each answer is held against
            the k commonest names of the other half: what registering them would reach.
    """

    names: int
    seen: Estimate
    fresh: Estimate


@dataclass(frozen=True, slots=True)
class Unseen:
    """What more questions of the kind would bring.

    Attributes:
        once: Inventions met in one task alone.
        twice: Inventions met in two tasks.
        new_share: Share of further inventions (a name in a task) that would be names never met
            (Good-Turing).
        all_names: Different inventions there are at least, met or not (Chao); its interval is that
            of the estimator, on the log scale of the unseen.
    """

    once: int
    twice: int
    new_share: Estimate
    all_names: Estimate


@dataclass(frozen=True, slots=True)
class Inventions:
    """The invented names of some answers.

    Attributes:
        distinct: Different invented names.
        events: Pairs of an answer and a name that it invents.
        in_tasks: Pairs of a task and a name that an answer to it invents.
        top_share: Share of the commonest name among the events, None without any.
        exposure: For 1, 10 and 100 names.
        unseen: What more tasks would bring.
        curve: The discovery curve: so many tasks, and the different inventions expected in them.
        near: Different inventions by the edits to the nearest real name; None if nobody measured.
        elsewhere: Different inventions that are real names of other kinds, such as another
            ecosystem, by kind; None if nobody looked.
    """

    distinct: int
    events: int
    in_tasks: int
    top_share: float | None
    exposure: tuple[Exposure, ...]
    unseen: Unseen
    curve: tuple[tuple[int, float], ...]
    near: dict[str, int] | None
    elsewhere: dict[str, int] | None


@dataclass(frozen=True, slots=True)
class Persistence:
    """Whether inventions return when the same question is asked again.

    Attributes:
        inventions: Pairs of a question and a name that its first answer invents.
        repeats: Most further answers to one question.
        again: Share of the further answers that invent the name again.
        always: Share of the pairs whose name returns in every further answer.
        never: Share of the pairs whose name returns in none.
    """

    inventions: int
    repeats: int
    again: Estimate
    always: Estimate
    never: Estimate


def inventions_of(
    answers: Sequence[Answer],
    *,
    distances: Distances = lambda _: None,
    elsewhere: Elsewhere = lambda _: None,
) -> Inventions:
    """Measure the invented names of some answers.

    Args:
        answers: The answers, one a question for figures of exposure that can be compared.
        distances: For invented names, the edits to the nearest real ones, None where none is near;
            None in all if nobody can tell.
        elsewhere: For invented names, the other kinds of names that have them; None in all if
            nobody looked.
    """
    events = Counter(name for answer in answers for name in answer.invented)
    total = sum(events.values())
    in_tasks = _tasks_of(answers)
    tasks = len({answer.cluster for answer in answers})
    return Inventions(
        distinct=len(events),
        events=total,
        in_tasks=sum(len(some) for some in in_tasks.values()),
        top_share=max(events.values()) / total if total else None,
        exposure=tuple(_exposure(answers, top) for top in TOP),
        unseen=_unseen(answers, in_tasks, tasks),
        curve=discovery_curve([len(some) for some in in_tasks.values()], tasks),
        near=_near(distances(list(events))),
        elsewhere=_kinds(elsewhere(list(events))),
    )


def persistence(first: Sequence[Answer], repeats: Sequence[Answer]) -> Persistence | None:
    """Measure how often inventions return; None without a question that was asked again.

    Args:
        first: The answers whose inventions are looked for, such as the greedy ones. Those about
            the model's own answers are left out, for there the question differs too.
        repeats: Further answers to the same questions.
    """
    again: dict[str, list[frozenset[str]]] = defaultdict(list)
    for answer in repeats:
        again[answer.question].append(frozenset(answer.invented))
    asked = [a for a in first if not a.about_own and again.get(a.question)]
    if not asked:
        return None
    pairs = [(answer, name) for answer in asked for name in answer.invented]
    holders = [answer for answer, _ in pairs]
    returned = [sum(name in some for some in again[a.question]) for a, name in pairs]
    turns = [len(again[answer.question]) for answer in holders]
    ones = np.ones(len(pairs))
    return Persistence(
        inventions=len(pairs),
        repeats=max(len(again[answer.question]) for answer in asked),
        again=share_of(holders, returned, turns),
        always=share_of(holders, [r == n for r, n in zip(returned, turns, strict=True)], ones),
        never=share_of(holders, [r == 0 for r in returned], ones),
    )


def chao(once: int, twice: int, seen: int, samples: int) -> Estimate:
    """Estimate how many kinds there are at least, seen and unseen.

    Args:
        once: Kinds that were met in one sample.
        twice: Kinds that were met in two.
        seen: Kinds that were met.
        samples: Number of samples.

    Source: Chao (1987), bias-corrected, with the interval that takes the number of unseen kinds to
    be log-normal; the form for incidence, which tends to Chao1 as the samples grow many.
    """
    if seen == 0:
        return NOTHING
    whole = (samples - 1) / samples
    unseen = whole * once * (once - 1) / (2 * (twice + 1))
    ratio = once / (twice + 1)
    variance = (
        whole * once * (once - 1) / (2 * (twice + 1))
        + whole**2 * once * (2 * once - 1) ** 2 / (4 * (twice + 1) ** 2)
        + whole**2 * ratio**2 * twice * (once - 1) ** 2 / (4 * (twice + 1) ** 2)
    )
    value = seen + unseen
    if unseen <= 0:
        return Estimate(value, value, None, seen, samples, samples, "none")
    factor = math.exp(_NORMAL * math.sqrt(math.log1p(variance / unseen**2)))
    ends = (seen + unseen / factor, seen + unseen * factor)
    return Estimate(value, *ends, seen, samples, samples, "robust")


def discovery_curve(incidences: Sequence[int], samples: int) -> tuple[tuple[int, float], ...]:
    """Return the different kinds to expect in fewer samples, at up to 20 numbers of samples.

    Args:
        incidences: For each kind, the number of samples in which it was met.
        samples: Number of samples.

    Source: rarefaction; a kind is missed with the hypergeometric probability.
    """
    from scipy.special import gammaln

    if not incidences:
        return ()
    met = np.array(incidences, dtype=np.float64)
    points = sorted({max(1, round(samples * n / _CURVE)) for n in range(1, _CURVE + 1)})

    def expected(drawn: int) -> float:
        rest = samples - met - drawn
        missed = np.zeros(len(met))
        can = rest >= 0
        missed[can] = np.exp(
            gammaln(samples - met[can] + 1)
            + gammaln(samples - drawn + 1)
            - gammaln(rest[can] + 1)
            - gammaln(samples + 1)
        )
        return float((1.0 - missed).sum())

    return tuple((drawn, expected(drawn)) for drawn in points)


def _tasks_of(answers: Sequence[Answer]) -> dict[str, set[str]]:
    """Return for each invented name the tasks in which it was invented."""
    found: dict[str, set[str]] = defaultdict(set)
    for answer in answers:
        for name in answer.invented:
            found[name].add(answer.cluster)
    return found


def _exposure(answers: Sequence[Answer], top: int) -> Exposure:
    halves = [_half(answer.cluster) for answer in answers]
    ranked = [
        _commonest([a for a, h in zip(answers, halves, strict=True) if h == half], top)
        for half in (0, 1)
    ]
    seen = _commonest(answers, top)
    ones = np.ones(len(answers))
    hits = [not seen.isdisjoint(answer.invented) for answer in answers]
    fresh = [
        not ranked[1 - half].isdisjoint(answer.invented)
        for answer, half in zip(answers, halves, strict=True)
    ]
    return Exposure(top, share_of(answers, hits, ones), share_of(answers, fresh, ones))


def _half(cluster: str) -> int:
    return int(unit_hash(b"unghost-exposure-v1:", cluster) < 0.5)


def _commonest(answers: Sequence[Answer], top: int) -> frozenset[str]:
    counts = Counter(name for answer in answers for name in answer.invented)
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    return frozenset(ranked[:top])


def _unseen(
    answers: Sequence[Answer], in_tasks: Mapping[str, Collection[str]], tasks: int
) -> Unseen:
    incidences = Counter(len(some) for some in in_tasks.values())
    rare = {name for name, some in in_tasks.items() if len(some) == 1}
    by_task: dict[str, set[str]] = defaultdict(set)
    one_of = {answer.cluster: answer for answer in answers}
    for name, some in in_tasks.items():
        for task in some:
            by_task[task].add(name)
    named = [by_task[task] for task in one_of]
    new_share = share_of(
        list(one_of.values()), [len(n & rare) for n in named], [len(n) for n in named]
    )
    all_names = chao(incidences[1], incidences[2], len(in_tasks), tasks)
    return Unseen(incidences[1], incidences[2], new_share, all_names)


def _near(distances: Sequence[int | None] | None) -> dict[str, int] | None:
    if distances is None:
        return None
    counts = dict.fromkeys([*(title for _, title in _BINS), NONE_NEAR], 0)
    for edits in distances:
        counts[NONE_NEAR if edits is None else next(t for most, t in _BINS if edits <= most)] += 1
    return counts


def _kinds(kinds: Sequence[Collection[str]] | None) -> dict[str, int] | None:
    if kinds is None:
        return None
    counts = Counter(kind for one in kinds for kind in set(one))
    return dict(sorted(counts.items()))
