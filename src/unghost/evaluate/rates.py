"""Ghost rates: computed in several ways, with the figures that must accompany them.

A name counts once an answer, however often the answer repeats it; only ``occurrence_rate`` pools
mentions. A rate also falls when a model stops naming anything, so no rate is given without names
per answer, distinct names, the share of the most frequent name, and the classes of answers. The
rate ``absent / (absent + exists)`` is the paper's; the ways of pooling it come from the
predecessor's figures; counts apart, bounds and intervals are ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike

from unghost.evaluate.answers import Answer, AnswerClass
from unghost.evaluate.estimates import Estimate, Floats, by_cluster, mean, proportion
from unghost.mentions.thinking import thinking_end
from unghost.records import ResolvedBy, Status


@dataclass(frozen=True, slots=True)
class Rates:
    """Figures on the names that a model gave.

    Attributes:
        response_rate: Share of answers that hold at least one ghost: the main figure.
        rate: Ghosts among all decided names, ``absent / (absent + exists)``, each name once an
            answer.
        occurrence_rate: The same over all occurrences, loops aside.
        prompt_rate: Mean over prompts of the rate within the prompt.
        rate_if_unknown_exist: The rate if every ``unknown`` name existed (the lower bound).
        rate_if_unknown_absent: The rate if every ``unknown`` name were a ghost (the upper bound).
        statuses: Occurrences by verdict status, loops aside; all seven are listed.
        resolved: Occurrences that exist, by how that was told.
        names_per_answer: Names over all answers; each counts once an answer.
        names_per_naming_answer: The same over the answers that name any.
        names: Names that count, whatever the verdict, each once an answer.
        distinct_names: Different canonical names among them.
        top_share: Share of the most frequent name among them, or None without names.
        answers: Number of answers.
        prompts: Number of different prompts among them.
        classes: Answers by class, see :class:`~unghost.evaluate.answers.Answer`.
        truncated: Answers cut off by the token cap; they are of some class too.
        looped: Answers that fell into a loop of names; they are of some class too.
        thinking: Answers with a thinking part, in which no name is counted.
        by_asks: The same figures by what the prompt asks for.
        by_gold: The same figures by whether the model was taught the right name
            (``known``, ``unknown``, ``unstated``).
    """

    response_rate: Estimate
    rate: Estimate
    occurrence_rate: Estimate
    prompt_rate: Estimate
    rate_if_unknown_exist: float | None
    rate_if_unknown_absent: float | None
    statuses: dict[str, int]
    resolved: dict[str, int]
    names_per_answer: Estimate
    names_per_naming_answer: Estimate
    names: int
    distinct_names: int
    top_share: float | None
    answers: int
    prompts: int
    classes: dict[str, int]
    truncated: int
    looped: int
    thinking: int
    by_asks: dict[str, Rates]
    by_gold: dict[str, Rates]

    def to_json(self) -> dict[str, Any]:
        """Return the rates as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Rates:
        """Read what :meth:`to_json` gave."""
        values = dict(data)
        for field in fields(cls):
            if field.type == "Estimate":
                values[field.name] = Estimate.from_json(values[field.name])
        for part in ("by_asks", "by_gold"):
            values[part] = {key: cls.from_json(value) for key, value in values[part].items()}
        return cls(**values)


def rates_of(answers: Sequence[Answer], *, known: Mapping[str, bool] | None = None) -> Rates:
    """Measure the rates of one model's answers.

    Args:
        answers: The answers.
        known: For a canonical name, whether the model was taught it; splits the figures.
    """
    by_asks = {
        asks: _measure(part, {}, {})
        for asks, part in groups(answers, lambda answer: answer.prompt.asks).items()
    }
    by_gold = {}
    if known is not None:
        parts = groups(answers, lambda answer: _gold_group(answer, known))
        by_gold = {name: _measure(part, {}, {}) for name, part in parts.items()}
    return _measure(answers, by_asks, by_gold)


def decided(answers: Sequence[Answer]) -> Floats:
    """Count ghosts and decided names of each answer, each name once, [answers, 2]."""
    rows = [[len(a.invented), len(a.invented) + len(a.valid)] for a in answers]
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def share_of(answers: Sequence[Answer], tops: ArrayLike, bottoms: ArrayLike) -> Estimate:
    """Estimate a share whose numerators and denominators are given an answer each."""
    return proportion(*_sums(answers, tops, bottoms))


def groups(
    answers: Sequence[Answer], key: Callable[[Answer], str | None]
) -> dict[str, list[Answer]]:
    """Group answers by a key, sorted by it; those without one are left out."""
    found: dict[str, list[Answer]] = {}
    for answer in answers:
        name = key(answer)
        if name is not None:
            found.setdefault(name, []).append(answer)
    return dict(sorted(found.items()))


def _measure(
    answers: Sequence[Answer], by_asks: dict[str, Rates], by_gold: dict[str, Rates]
) -> Rates:
    counts = decided(answers)
    occurrences = np.array([[a.count("absent"), a.count("exists")] for a in answers])
    occurrences = occurrences.reshape(-1, 2)
    named = np.array([len(answer.names) for answer in answers], dtype=np.float64)
    ones = np.ones(len(answers))
    statuses = Counter[str](v.status for answer in answers for v in answer.verdicts)
    resolved = Counter[str](
        v.resolved_by for answer in answers for v in answer.verdicts if v.status == "exists"
    )
    names = Counter(name for answer in answers for name in answer.names)
    total = sum(names.values())
    low, high = _bounds(answers, counts)
    classes = Counter(answer.kind for answer in answers)
    return Rates(
        response_rate=share_of(answers, counts[:, 0] > 0, ones),
        rate=share_of(answers, counts[:, 0], counts[:, 1]),
        occurrence_rate=share_of(answers, occurrences[:, 0], occurrences.sum(axis=1)),
        prompt_rate=_prompt_rate(answers, counts),
        rate_if_unknown_exist=low,
        rate_if_unknown_absent=high,
        statuses={status: statuses[status] for status in get_args(Status)},
        resolved={how: resolved[how] for how in get_args(ResolvedBy)},
        names_per_answer=mean(*_sums(answers, named, ones)),
        names_per_naming_answer=mean(*_sums(answers, named, named > 0)),
        names=total,
        distinct_names=len(names),
        top_share=max(names.values()) / total if total else None,
        answers=len(answers),
        prompts=len({answer.prompt.id for answer in answers}),
        classes={kind: classes[kind] for kind in get_args(AnswerClass)},
        truncated=sum(answer.is_cut_off for answer in answers),
        looped=sum(answer.looped for answer in answers),
        thinking=sum(thinking_end(answer.completion.text) > 0 for answer in answers),
        by_asks=by_asks,
        by_gold=by_gold,
    )


def _sums(answers: Sequence[Answer], tops: ArrayLike, bottoms: ArrayLike) -> tuple[Floats, Floats]:
    rows = np.stack([np.asarray(tops, np.float64), np.asarray(bottoms, np.float64)], axis=1)
    sums = by_cluster([answer.cluster for answer in answers], rows)
    return sums[:, 0], sums[:, 1]


def _prompt_rate(answers: Sequence[Answer], counts: Floats) -> Estimate:
    prompts = sorted({answer.prompt.id for answer in answers})
    task_of = {answer.prompt.id: answer.cluster for answer in answers}
    sums = by_cluster([answer.prompt.id for answer in answers], counts, prompts)
    decided = sums[:, 1] > 0
    shares = np.divide(sums[:, 0], sums[:, 1], out=np.zeros(len(sums)), where=decided)
    rows = np.stack([shares, decided.astype(float)], axis=1)
    tasks = by_cluster([task_of[prompt] for prompt in prompts], rows)
    return proportion(tasks[:, 0], tasks[:, 1])


def _bounds(answers: Sequence[Answer], counts: Floats) -> tuple[float | None, float | None]:
    unknown = sum(
        len({v.canonical for v in answer.verdicts if v.status == "unknown"}) for answer in answers
    )
    absent, total = float(counts[:, 0].sum()), float(counts[:, 1].sum()) + unknown
    return (absent / total, (absent + unknown) / total) if total else (None, None)


def _gold_group(answer: Answer, known: Mapping[str, bool]) -> str:
    gold = answer.prompt.gold
    if gold is None or gold not in known:
        return "unstated"
    return "known" if known[gold] else "unknown"
