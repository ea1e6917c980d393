"""Seeds of discovery: the given tasks of the ``discover`` split, as candidates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from unghost.domains.seeds import Family
from unghost.domains.tasks import Task
from unghost.errors import UnghostError

FACTS = "facts"
"""The family of the given tasks, in addition to the domain's topic families."""

_FILLERS = (
    "a an and as at by can do for from how in into is it its my of on or some that the their this"
    " to tool using via with without library program project script"
)
FILLERS = frozenset(_FILLERS.split())
"""Words that say nothing about the topic of a task."""


@dataclass(frozen=True, slots=True)
class TaskCandidate:
    """A task that the explorer may ask about.

    Attributes:
        task_id: Id of the base task; a mere re-wording keeps the id, a mutation gets its own.
        text: The task as a noun phrase that fits into every question.
        keywords: Its topic words, one to three words each.
        family: The seed family it descends from.
        operator: What made it of its parent; ``plain`` if it is a seed.
        parent_id: Task id of the parent.
        gold: Canonical form of the right name, if known.
    """

    task_id: str
    text: str
    keywords: tuple[str, ...]
    family: str
    operator: str = "plain"
    parent_id: str | None = None
    gold: str | None = None


def content_words(text: str) -> tuple[str, ...]:
    """Return the words of a task that say something about its topic, in order, lower case."""
    words = re.findall(r"[a-z0-9+#]+", text.lower())
    return tuple(word for word in words if word not in FILLERS)


def check_split(tasks: Iterable[Task]) -> None:
    """Refuse tasks whose right name is not of the ``discover`` split.

    Raises:
        UnghostError: Such a task is among them: training on it would spoil the measurement.
    """
    for task in tasks:
        if task.gold is not None and (split := task.split) != "discover":
            raise UnghostError(
                f"task {task.id} belongs to the split {split}, which discovery must never see:"
                " give the explorer only tasks of the split discover"
            )


def facts_candidates(tasks: Sequence[Task]) -> tuple[TaskCandidate, ...]:
    """Build seeds of the family :data:`FACTS` from given tasks, in the given order.

    Raises:
        UnghostError: A task is not of the ``discover`` split.
    """
    check_split(tasks)
    return tuple(
        TaskCandidate(
            task_id=task.id,
            text=task.text,
            keywords=tuple(task.keywords) or content_words(task.text),
            family=FACTS,
            gold=task.gold,
        )
        for task in tasks
    )


def facts_family(candidates: Sequence[TaskCandidate]) -> Family:
    """Build a topic family from the keywords of the facts; their rarest quarter is ``rare``."""
    counts = Counter(word for candidate in candidates for word in candidate.keywords)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    cut = len(ranked) - len(ranked) // 4
    return Family(FACTS, tuple(ranked[:cut]), tuple(ranked[cut:]))
