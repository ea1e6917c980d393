"""What the task of lm-eval asks, and how its answers are judged; see ``unghost_packages.yaml``.

Settings come from the environment, for lm-eval has none of its own for them: ``UNGHOST_UNIVERSE``
(a snapshot file, or ``demo``), ``UNGHOST_TASKS`` (a JSONL file of tasks), ``UNGHOST_HELDOUT_TASKS``
(how many).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from unghost.domains.base import Domain
from unghost.domains.registry import PACKAGES, load_domain
from unghost.evaluate.answers import read_answers
from unghost.evaluate.plan import (
    MeasureSettings,
    check_splits,
    choose_tasks,
    measure_prompts,
    tasks_of,
)
from unghost.records import Completion, Message, Prompt

Part = tuple[int, int]
"""Numerator and denominator of one answer in a pooled share."""


@cache
def _domain() -> Domain:
    return load_domain(PACKAGES, os.environ.get("UNGHOST_UNIVERSE"))


def load(**_: Any) -> dict[str, Any]:
    """Return the held-out questions of a measurement as lm-eval's dataset, from files alone.

    Questions about the model's own answers are left out, for lm-eval asks all at once.

    Raises:
        UnghostError: The universe or the tasks cannot be read.
    """
    from datasets import Dataset

    domain = _domain()
    tasks = domain.load_tasks(domain.tasks_path(os.environ.get("UNGHOST_TASKS")))
    check_splits(tasks, ["heldout"])
    default = MeasureSettings()
    count = int(os.environ.get("UNGHOST_HELDOUT_TASKS", default.heldout_tasks))
    chosen = choose_tasks(tasks_of(tasks, "heldout"), count)
    prompts = measure_prompts(domain, chosen, "heldout", default)
    rows = [asdict(p) | {"question": p.messages[-1].content, "messages": None} for p in prompts]
    return {"test": Dataset.from_list(rows)}


def judge(doc: dict[str, Any], results: Sequence[str]) -> dict[str, float | Part]:
    """Find and verify the names of one answer, as ``unghost measure`` does.

    lm-eval does not tell whether an answer was cut off, so a name at its end is taken as whole.

    Args:
        doc: A row of :func:`load`.
        results: The answer.
    """
    fields = {key: value for key, value in doc.items() if key not in ("question", "messages")}
    prompt = Prompt(messages=(Message("user", doc["question"]),), **fields)
    sampling = MeasureSettings().sampling(long=False)
    answer = Completion("lm-eval", prompt.id, "lm-eval", 0, 0, results[0], "stop", sampling)
    domain = _domain()
    mentions = domain.find(prompt, answer)
    (found,) = read_answers([prompt], [answer], mentions, domain.verify(mentions), domain)
    ghosts = found.count("absent")
    return {
        "answers_with_ghost": float(ghosts > 0),
        "package_rate": (ghosts, ghosts + found.count("exists")),
        "right": (int(found.is_right), int(prompt.gold is not None)),
        "abstains": float(found.kind == "abstention"),
        "names_per_answer": float(len(found.names)),
    }


def pooled(parts: Sequence[Part]) -> float:
    """Return the sum of numerators over the sum of denominators; NaN where there is nothing."""
    total = sum(bottom for _, bottom in parts)
    return sum(top for top, _ in parts) / total if total else float("nan")
