"""Tasks of the packages domain: the open task set, the embedded model's, or a user's own file."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from unghost.domains.tasks import Task, TaskForm, read_tasks
from unghost.ecosystems import DEFAULT, ecosystem
from unghost.records import unit_hash

_FILES = Path(str(files("unghost")))
OPEN_TASKS = _FILES / "data/tasks/tasks.jsonl"
"""The open task set: requests in whole sentences, for any ecosystem (docs/data.md)."""
TEST_BED = _FILES / "embedded/tasks.jsonl"
"""Facts that the embedded model was taught, and such that it was not."""


def load_tasks(path: Path = TEST_BED, name: str = DEFAULT) -> list[Task]:
    """Read the tasks of an ecosystem (:func:`~unghost.domains.tasks.read_tasks`).

    A right name is a ``"package"``, or one of those that ``"right"`` lists for the ecosystem;
    ``"taught"`` says whether the embedded model was taught it.
    """
    eco = ecosystem(name)
    noun = f"package name of {eco.title}"
    form = TaskForm(eco, noun, "package", "taught", phrase=task_text, kind=name)
    return read_tasks(path, form)


def task_text(keywords: Sequence[str]) -> str:
    """Phrase keywords as a task, in one of several wordings chosen by a hash of the keywords."""
    *start, end = keywords
    if not start:
        return end
    listed = ", ".join(start)
    wordings = (
        f"{listed} and {end}",
        f"{start[0]} with {' and '.join([*start[1:], end])}",
        f"a tool for {listed} and {end}",
        f"something about {listed} and {end}",
        f"handling {' '.join(start)} with {end}",
        f"working with {', '.join([*start, end])}",
    )
    return wordings[int(unit_hash(b"unghost-task-v1:", " ".join(keywords)) * len(wordings))]
