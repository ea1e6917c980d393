"""Tasks of the packages domain: the bundled facts, or a user's own file."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from unghost.domains.tasks import Task, TaskForm, read_tasks
from unghost.ecosystems import ecosystem
from unghost.records import unit_hash

_BUNDLED = Path(str(files("unghost").joinpath("data/tasks.jsonl")))


def tasks_path(given: str | None) -> Path:
    """Return where the tasks lie: in the file given, or the bundled facts."""
    return _BUNDLED if given is None else Path(given)


def load_tasks(path: Path = _BUNDLED) -> list[Task]:
    """Read tasks (:func:`~unghost.domains.tasks.read_tasks`), whose right name is a ``"package"``.

    ``"taught"`` says whether the embedded model was taught it.
    """
    form = TaskForm(ecosystem("pypi"), "package name", "package", "taught", task_text)
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
