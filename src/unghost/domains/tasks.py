"""Tasks: what a user wants, and the right name where it is known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unghost.errors import UnghostError
from unghost.names.naming import Naming
from unghost.records import Split, record_id, split_of


@dataclass(frozen=True, slots=True)
class Task:
    """One task.

    Attributes:
        id: Drawn from the right name or, where none is stated, from the text.
        text: What is wanted.
        keywords: Its topic words, if stated.
        gold: The canonical form of the right name; the first of ``right``.
        known: Whether the embedded model was taught that name; None for any other model.
        key: What its split is drawn by; None for the right name, else the id.
        right: The canonical forms of all right names, the best first.
        level: How hard it is to know a right name: ``everyday``, ``specialised``, ``rare``, or
            ``impossible`` where no right name exists; None if nobody said.
        topic: The field that it is of, if stated.
        pair: For an impossible task and its solvable twin, the id that both share, which is the
            cluster of their answers; else None.
    """

    id: str
    text: str
    keywords: tuple[str, ...] = ()
    gold: str | None = None
    known: bool | None = None
    key: str | None = None
    right: tuple[str, ...] = ()
    level: str | None = None
    topic: str | None = None
    pair: str | None = None

    @property
    def split(self) -> Split:
        """The split that it belongs to."""
        return split_of(self.key or self.gold or self.id)


def in_words(keywords: Sequence[str]) -> str:
    """Join keywords in a sentence: ``a, b and c``."""
    *start, end = keywords
    return f"{', '.join(start)} and {end}" if start else end


@dataclass(frozen=True, slots=True)
class TaskForm:
    """The form of a domain's tasks.

    Attributes:
        naming: Of the right names.
        noun: What a right name is called in messages.
        name_key: Key of the right name.
        known_key: Key that says whether the model was taught it; None where that is not stated.
        phrase: Puts keywords into words where no text is given.
        split_key: From a canonical name to what its split is drawn by.
    """

    naming: Naming
    noun: str
    name_key: str = "name"
    known_key: str | None = None
    phrase: Callable[[Sequence[str]], str] = in_words
    split_key: Callable[[str], str] = str


def read_tasks(path: Path, form: TaskForm) -> list[Task]:
    """Read tasks from a JSONL file.

    Args:
        path: Lines of ``{"task": text}`` or ``{"keywords": [...]}``, each with an optional right
            name.
        form: How they are written.

    Returns:
        The tasks in order, each once. Tasks of one name share its id, the cluster of intervals.

    Raises:
        UnghostError: The file cannot be read, is empty, or a line is not of that form.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise UnghostError(f"cannot read the tasks in {path}: {error}") from error
    rows = ((f"{path} line {n}", _row(line)) for n, line in enumerate(lines, 1) if line.strip())
    return make_tasks(rows, form, str(path))


def make_tasks(rows: Iterable[tuple[str, Any]], form: TaskForm, source: str) -> list[Task]:
    """Build tasks from rows, each given with its place for messages.

    Raises:
        UnghostError: No rows are given, or one has another form.
    """
    tasks = [_task(row, place, form) for place, row in rows]
    if not tasks:
        raise UnghostError(f"{source} holds no task: give one JSON object a line")
    return list({(task.id, task.text): task for task in tasks}.values())


def _row(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _task(row: Any, place: str, form: TaskForm) -> Task:
    wrong = UnghostError(
        f'{place} is not a task: write {{"task": text}} or {{"keywords": [words]}}, with an'
        f' optional "{form.name_key}"'
    )
    if not isinstance(row, dict):
        raise wrong
    text, keywords, name = row.get("task"), row.get("keywords") or [], row.get(form.name_key)
    known = row.get(form.known_key) if form.known_key else None
    words_are_words = isinstance(keywords, list) and all(isinstance(w, str) for w in keywords)
    if not words_are_words or not isinstance(text, str | None) or not (text or keywords):
        raise wrong
    if not isinstance(known, bool | None):
        raise wrong
    if name is not None and not (isinstance(name, str) and form.naming.is_valid(name)):
        raise UnghostError(f"{place}: {str(name)[:60]!r} is not a {form.noun}")
    gold = None if name is None else form.naming.canonical(name)
    said = text or form.phrase(keywords)
    try:
        said.encode("utf-8")
    except UnicodeEncodeError:  # JSON can hold halves of surrogate pairs
        raise wrong from None
    key = None if gold is None else form.split_key(gold)
    return Task(record_id("task", gold or said), said, tuple(keywords), gold, known, key)
