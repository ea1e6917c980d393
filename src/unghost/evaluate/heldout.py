"""All figures of the held-out tasks in one object, as the report keeps them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from unghost.domains.base import Domain
from unghost.domains.tasks import Task
from unghost.evaluate.answers import Answer
from unghost.evaluate.compare import (
    fit,
    names_ratio,
    only,
    prone_questions,
    rate_change,
    recall,
    retention,
    right_answers,
)
from unghost.evaluate.measurement import measurement_section, solvable
from unghost.evaluate.rates import rates_of

SELECTION = (
    "prompts chosen because the base made a ghost on them: the rate before is high by selection,"
    " and part of the fall would come without training"
)
"""What is said wherever figures on prone prompts stand."""

_KEYS = (
    "before",
    "after",
    "measured_before",
    "measured_after",
    "cut",
    "difference",
    "retention",
    "recall",
    "fit",
    "names_ratio",
    "names_ratio_answering",
    "known_right",
    "perplexity",
    "exact_match",
    "drift",
    "prone",
)


def heldout_section(
    before: Sequence[Answer],
    after: Sequence[Answer] | None = None,
    *,
    again: Sequence[Answer] | None = None,
    sampled: Sequence[Answer] = (),
    domain: Domain | None = None,
    cutoff: str | None = None,
    known: Mapping[str, bool] | None = None,
    task_keywords: Mapping[str, Collection[str]] | None = None,
    name_keywords: Mapping[str, Collection[str]] | None = None,
) -> dict[str, Any]:
    """Return the report's ``heldout`` object, but for what needs a model.

    The caller adds ``perplexity``, ``exact_match`` and ``drift``, which stay None here.

    Args:
        before: Answers of the base.
        after: Answers of the tuned model to the same prompts, or None for a measurement alone.
        again: A second run of the base with other noise, where answers are sampled.
        sampled: Sampled answers of the base to the same prompts.
        domain: What the prompts ask for; see
            :func:`~unghost.evaluate.measurement.measurement_section`.
        cutoff: The last day of the model's training data, ISO 8601.
        known: For a canonical name, whether the model was taught it.
        task_keywords: Keywords by task id, for fit.
        name_keywords: Keywords by canonical name, for fit.
    """
    section: dict[str, Any] = dict.fromkeys(_KEYS)
    measured = measurement_section(before, sampled=sampled, domain=domain, cutoff=cutoff)
    section["measured_before"] = measured.to_json()
    before = solvable(before)
    section["before"] = rates_of(before, known=known).to_json()
    if after is None:
        return section
    measured = measurement_section(after, domain=domain, cutoff=cutoff)
    section["measured_after"] = measured.to_json()
    after, again = solvable(after), None if again is None else solvable(again)
    section["after"] = rates_of(after, known=known).to_json()
    section |= _changes(before, after)
    section["recall"] = recall(before, after, again).to_json()
    section["known_right"] = {
        "before": right_answers(before, known).to_json(),
        "after": right_answers(after, known).to_json(),
    }
    section["prone"] = _prone_section(before, after)
    if task_keywords is not None and name_keywords is not None:
        section["fit"] = fit(before, after, task_keywords, name_keywords).to_json()
    return section


def keywords_of(tasks: Sequence[Task]) -> dict[str, Any]:
    """Return what tasks state of themselves as :func:`heldout_section` takes it, None if nothing.

    The keywords of several tasks of one id, or of one right name, are put together.
    """
    known = {task.gold: task.known for task in tasks if task.gold and task.known is not None}
    by_task: dict[str, set[str]] = defaultdict(set)
    by_name: dict[str, set[str]] = defaultdict(set)
    for task in tasks:
        if task.keywords:
            by_task[task.id] |= set(task.keywords)
            if task.gold is not None:
                by_name[task.gold] |= set(task.keywords)
    return {
        "known": known or None,
        "task_keywords": dict(by_task) or None,
        "name_keywords": dict(by_name) or None,
    }


def _changes(before: Sequence[Answer], after: Sequence[Answer]) -> dict[str, Any]:
    answering = names_ratio(before, after, without_abstentions=True)
    return {
        "cut": rate_change(before, after, "cut").to_json(),
        "difference": rate_change(before, after, "difference").to_json(),
        "retention": retention(before, after).to_json(),
        "names_ratio": names_ratio(before, after).to_json(),
        "names_ratio_answering": answering.to_json(),
    }


def _prone_section(before: Sequence[Answer], after: Sequence[Answer]) -> dict[str, Any]:
    questions = prone_questions(before)
    first, second = only(before, questions), only(after, questions)
    return {
        "prompts": len(questions),
        "selection": SELECTION,
        "before": rates_of(first).to_json(),
        "after": rates_of(second).to_json(),
        "cut": rate_change(first, second, "cut").to_json(),
    }
