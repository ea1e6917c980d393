"""Tasks: what a user wants done, and the right package where it is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from unghost.errors import UnghostError
from unghost.names.normalise import canonical, is_valid
from unghost.records import record_id, unit_hash

_BUNDLED = Path(str(files("unghost").joinpath("data/tasks.jsonl")))


@dataclass(frozen=True, slots=True)
class Task:
    """One task.

    ``id`` is drawn from the right package or, where none is stated, from the text; ``keywords`` are
    its topic words, if stated; ``gold`` is the canonical name of the right package; ``known`` says
    whether the model under test was taught that package, None if nobody can say.
    """

    id: str
    text: str
    keywords: tuple[str, ...] = ()
    gold: str | None = None
    known: bool | None = None


def tasks_path(given: str | None) -> Path:
    """Return where the tasks lie: in the file given, or the bundled facts."""
    return _BUNDLED if given is None else Path(given)


def load_tasks(path: Path = _BUNDLED) -> list[Task]:
    """Read tasks from a JSONL file.

    Args:
        path: Lines of ``{"task": text}`` or ``{"keywords": [...]}``, each with an optional
            ``"package"`` and ``"taught"``.

    Returns:
        The tasks in order, each once. Tasks of one package share its id, the cluster of intervals.

    Raises:
        UnghostError: The file cannot be read, is empty, or a line is not of that form.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise UnghostError(f"cannot read the tasks in {path}: {error}") from error
    tasks = [_task(line, f"{path} line {n}") for n, line in enumerate(lines, 1) if line.strip()]
    if not tasks:
        raise UnghostError(f"{path} holds no task: give one JSON object a line")
    return list({(task.id, task.text): task for task in tasks}.values())


def task_text(keywords: Sequence[str]) -> str:
    """Put keywords into words, in one of several wordings chosen by a hash of the keywords."""
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


def _task(line: str, place: str) -> Task:
    wrong = UnghostError(
        f'{place} is not a task: write {{"task": text}} or {{"keywords": [words]}}, with an'
        ' optional "package"'
    )
    try:
        row: Any = json.loads(line)
        text, keywords = row.get("task"), row.get("keywords") or []
        package, taught = row.get("package"), row.get("taught")
    except (ValueError, AttributeError):
        raise wrong from None
    words_are_words = isinstance(keywords, list) and all(isinstance(w, str) for w in keywords)
    if not words_are_words or not isinstance(text, str | None) or not (text or keywords):
        raise wrong
    if not isinstance(taught, bool | None):
        raise wrong
    if package is not None and not (isinstance(package, str) and is_valid(package)):
        raise UnghostError(f"{place}: {str(package)[:60]!r} is not a package name")
    gold = None if package is None else canonical(package)
    said = text or task_text(keywords)
    try:
        said.encode("utf-8")
    except UnicodeEncodeError:  # JSON can hold halves of surrogate pairs
        raise wrong from None
    return Task(record_id("task", gold or said), said, tuple(keywords), gold, taught)
