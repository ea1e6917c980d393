"""Ghost rates: computed in three ways, with the figures that must accompany them.

A rate also falls when a model stops naming anything, so no rate is given without names per answer,
distinct names, the share of the most frequent name, and the classes of answers. The rate
``absent / (absent + exists)`` is the paper's; the ways of pooling it come from the predecessor's
figures; counts apart, bounds and intervals are ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, get_args

import numpy as np

from unghost.evaluate.answers import Answer, AnswerClass
from unghost.evaluate.estimates import Estimate, Floats, by_cluster, mean, proportion
from unghost.mentions.thinking import thinking_end
from unghost.records import ResolvedBy, Status


@dataclass(frozen=True, slots=True)
class Rates:
    """Figures on the names that a model gave.

    Attributes:
        rate: Ghosts among all decided occurrences, ``absent / (absent + exists)``.
        prompt_rate: Mean over prompts of the rate within the prompt.
        response_rate: Share of answers that hold at least one ghost.
        rate_if_unknown_exist: The rate if every ``unknown`` name existed (the lower bound).
        rate_if_unknown_absent: The rate if every ``unknown`` name were a ghost (the upper bound).
        statuses: Occurrences by verdict status; all seven are listed.
        resolved: Occurrences that exist, by how that was told.
        names_per_answer: Names over all answers.
        names_per_naming_answer: The same over the answers that name any.
        names: Occurrences of names that count, whatever the verdict.
        distinct_names: Different canonical names among them.
        top_share: Share of the most frequent name among them, or None without names.
        answers: Number of answers.
        prompts: Number of different prompts among them.
        classes: Answers by class, see :class:`~unghost.evaluate.answers.Answer`.
        truncated: Answers cut off by the token cap; they are of some class too.
        thinking: Answers with a thinking part, in which no name is counted.
        by_asks: The same figures by what the prompt asks for.
        by_gold: The same figures by whether the model was taught the right name
            (``known``, ``unknown``, ``unstated``).
    """

    rate: Estimate
    prompt_rate: Estimate
    response_rate: Estimate
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


def rates_of(
    answers: Sequence[Answer],
    *,
    known: Mapping[str, bool] | None = None,
    seed: int = 0,
    resamples: int = 2000,
) -> Rates:
    """Measure the rates of one model's answers.

    Args:
        answers: The answers.
        known: For a canonical name, whether the model was taught it; splits the figures.
        seed: Seed of the bootstrap.
        resamples: Number of bootstrap samples.
    """
    by_asks = {
        asks: _measure(part, {}, {}, seed, resamples)
        for asks, part in _groups(answers, lambda answer: answer.prompt.asks).items()
    }
    by_gold = {}
    if known is not None:
        groups = _groups(answers, lambda answer: _gold_group(answer, known))
        by_gold = {name: _measure(part, {}, {}, seed, resamples) for name, part in groups.items()}
    return _measure(answers, by_asks, by_gold, seed, resamples)


def occurrences(answers: Sequence[Answer]) -> Floats:
    """Count ghosts and decided names of each answer, [answers, 2]."""
    rows = [[a.count("absent"), a.count("absent") + a.count("exists")] for a in answers]
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def _measure(
    answers: Sequence[Answer],
    by_asks: dict[str, Rates],
    by_gold: dict[str, Rates],
    seed: int,
    resamples: int,
) -> Rates:
    tasks = [answer.prompt.task_id for answer in answers]
    counts = occurrences(answers)
    named = np.array([len(answer.names) for answer in answers], dtype=np.float64)
    ones = np.ones(len(answers))
    statuses = Counter[str](v.status for answer in answers for v in answer.verdicts)
    resolved = Counter[str](
        v.resolved_by for answer in answers for v in answer.verdicts if v.status == "exists"
    )
    names = Counter(name for answer in answers for name in answer.names)
    total = sum(names.values())
    low, high = _bounds(statuses)

    def share(top: Floats, bottom: Floats) -> Estimate:
        sums = by_cluster(tasks, np.stack([top, bottom], axis=1))
        return proportion(sums[:, 0], sums[:, 1], seed=seed, resamples=resamples)

    def average(top: Floats, bottom: Floats) -> Estimate:
        sums = by_cluster(tasks, np.stack([top, bottom], axis=1))
        return mean(sums[:, 0], sums[:, 1], seed=seed, resamples=resamples)

    classes = Counter(answer.kind for answer in answers)
    return Rates(
        rate=share(counts[:, 0], counts[:, 1]),
        prompt_rate=_prompt_rate(answers, counts, seed, resamples),
        response_rate=share((counts[:, 0] > 0).astype(float), ones),
        rate_if_unknown_exist=low,
        rate_if_unknown_absent=high,
        statuses={status: statuses[status] for status in get_args(Status)},
        resolved={how: resolved[how] for how in get_args(ResolvedBy)},
        names_per_answer=average(named, ones),
        names_per_naming_answer=average(named, (named > 0).astype(float)),
        names=total,
        distinct_names=len(names),
        top_share=max(names.values()) / total if total else None,
        answers=len(answers),
        prompts=len({answer.prompt.id for answer in answers}),
        classes={kind: classes[kind] for kind in get_args(AnswerClass)},
        truncated=sum(answer.completion.finish_reason == "length" for answer in answers),
        thinking=sum(thinking_end(answer.completion.text) > 0 for answer in answers),
        by_asks=by_asks,
        by_gold=by_gold,
    )


def _prompt_rate(answers: Sequence[Answer], counts: Floats, seed: int, resamples: int) -> Estimate:
    prompts = sorted({answer.prompt.id for answer in answers})
    task_of = {answer.prompt.id: answer.prompt.task_id for answer in answers}
    sums = by_cluster([answer.prompt.id for answer in answers], counts, prompts)
    decided = sums[:, 1] > 0
    shares = np.divide(sums[:, 0], sums[:, 1], out=np.zeros(len(sums)), where=decided)
    rows = np.stack([shares, decided.astype(float)], axis=1)
    tasks = by_cluster([task_of[prompt] for prompt in prompts], rows)
    return proportion(tasks[:, 0], tasks[:, 1], seed=seed, resamples=resamples)


def _bounds(statuses: Mapping[str, int]) -> tuple[float | None, float | None]:
    absent, unknown = statuses.get("absent", 0), statuses.get("unknown", 0)
    total = absent + unknown + statuses.get("exists", 0)
    return (absent / total, (absent + unknown) / total) if total else (None, None)


def _groups(answers: Sequence[Answer], key: Callable[[Answer], str]) -> dict[str, list[Answer]]:
    groups: dict[str, list[Answer]] = {}
    for answer in answers:
        groups.setdefault(key(answer), []).append(answer)
    return dict(sorted(groups.items()))


def _gold_group(answer: Answer, known: Mapping[str, bool]) -> str:
    gold = answer.prompt.gold
    if gold is None or gold not in known:
        return "unstated"
    return "known" if known[gold] else "unknown"
