"""Tasks: what a user wants, and the right name where it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from unghost.domains.task_files import Broken, read_rows
from unghost.errors import UnghostError
from unghost.names.naming import Naming
from unghost.records import Split, record_id, split_of

IMPOSSIBLE = "impossible"
LEVELS = ("everyday", "specialised", "rare", IMPOSSIBLE)
"""How hard it is to know a right name; of ``impossible`` tasks there is none."""


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
        pair: For an impossible task and its solvable twin, and for tasks of one group, the id that
            they share, which is the cluster of their answers; else None.
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
        kind: Which list of right names is meant where they are given by kind; tasks that state
            another ecosystem are left out. Empty where there are no kinds.
        levels: The levels that a task may have.
    """

    naming: Naming
    noun: str
    name_key: str = "name"
    known_key: str | None = None
    phrase: Callable[[Sequence[str]], str] = in_words
    split_key: Callable[[str], str] = str
    kind: str = ""
    levels: tuple[str, ...] = LEVELS


def read_tasks(path: Path, form: TaskForm) -> list[Task]:
    """Read tasks from a file.

    Args:
        path: The file (docs/guides/tasks.md). Its rows have a ``task`` in words or ``keywords``,
            and may have: a right name, or lists of right ones by kind under ``right``, the best
            first; a ``level``; a ``field``; an ``ecosystem``; a ``group`` of which all are of one
            split; a ``key``, and a ``twin``, the key of the solvable task that an impossible one
            resembles.
        form: How they are written.

    Returns:
        The tasks in order, each once. Tasks that give only a name share an id if they share it.

    Raises:
        UnghostError: The file cannot be read, is empty, or a row is not of that form.
    """
    return make_tasks(read_rows(path), form, str(path))


def make_tasks(rows: Iterable[tuple[str, Any]], form: TaskForm, source: str) -> list[Task]:
    """Build tasks from rows, each given with its place for messages.

    Raises:
        UnghostError: No rows are given, or one has another form; the first is named and the others
            are counted.
    """
    tasks: list[Task] = []
    links: list[tuple[str, str | None, str | None]] = []
    broken: list[str] = []
    others: set[str] = set()
    for place, row in rows:
        try:
            task = _task(row, place, form)
        except UnghostError as error:
            broken.append(str(error))
            continue
        stated = row.get("ecosystem")
        if form.kind and stated is not None and stated != form.kind:
            others.add(str(stated))
            continue
        tasks.append(task)
        links.append((place, row.get("key"), row.get("twin")))
    if broken:
        more = f" (and {len(broken) - 1} more rows are broken)" if broken[1:] else ""
        raise UnghostError(f"{broken[0]}{more}")
    if others and not tasks:
        raise UnghostError(
            f"all tasks of {source} are for {', '.join(sorted(others))}: give a --universe of that,"
            f" not of {form.kind}"
        )
    if not tasks:
        raise UnghostError(f"{source} holds no task")
    paired = _paired(tasks, links)
    return list({(task.id, task.text): task for task in paired}.values())


def _task(row: Any, place: str, form: TaskForm) -> Task:
    if isinstance(row, Broken):
        raise UnghostError(f"{place} is not a task: {row.why}")
    wrong = UnghostError(
        f'{place} is not a task: write {{"task": text}} or {{"keywords": [words]}}, with an'
        f' optional "{form.name_key}"'
    )
    if not isinstance(row, dict):
        raise wrong
    text, keywords = row.get("task"), row.get("keywords") or []
    known = row.get(form.known_key) if form.known_key else None
    words_are_words = isinstance(keywords, list) and all(isinstance(w, str) for w in keywords)
    if not words_are_words or not isinstance(text, str | None) or not (text or keywords):
        raise wrong
    said_of_it = [row.get(key) for key in ("field", "ecosystem", "group", "key", "twin")]
    if not isinstance(known, bool | None) or any(not isinstance(x, str | None) for x in said_of_it):
        raise wrong
    level, group = row.get("level"), row.get("group")
    if level is not None and level not in form.levels:
        raise UnghostError(f"{place}: the level is one of {', '.join(form.levels)}")
    said = text or form.phrase(keywords)
    try:
        "".join([said, *(x for x in said_of_it if x)]).encode("utf-8")
    except UnicodeEncodeError:  # JSON can hold halves of surrogate pairs
        raise wrong from None
    of_others = form.kind and row.get("ecosystem") not in (None, form.kind)
    right = () if of_others else _right_names(row, place, form)
    gold = right[0] if right else None
    shared = None if group is None else record_id("group", group)
    return Task(
        id=record_id("task", said if row.get("key") is not None else gold or said),
        text=said,
        keywords=tuple(keywords),
        gold=gold,
        known=known,
        key=shared if gold is None else form.split_key(gold),
        right=right,
        level=level,
        topic=row.get("field"),
        pair=shared,
    )


def _right_names(row: dict[str, Any], place: str, form: TaskForm) -> tuple[str, ...]:
    """Return a row's right names in their canonical forms, the best first."""
    right = row.get("right") or []
    names = (right.get(form.kind) or []) if isinstance(right, dict) else right
    one = row.get(form.name_key)
    names = [one, *names] if one is not None and isinstance(names, list) else names
    if not isinstance(names, list):
        raise UnghostError(f"{place}: write right as lists of names by kind")
    for name in names:
        if not (isinstance(name, str) and form.naming.is_valid(name)):
            raise UnghostError(f"{place}: {str(name)[:60]!r} is not a {form.noun}")
    return tuple(dict.fromkeys(form.naming.canonical(name) for name in names))


def _paired(
    tasks: Sequence[Task], links: Sequence[tuple[str, str | None, str | None]]
) -> Iterator[Task]:
    """Give an impossible task the split of its twin, and both the id of the pair.

    ``links`` has the place, the key and the twin's key of each task.
    """
    by_key = {key: task for task, (_, key, _) in zip(tasks, links, strict=True) if key is not None}
    twins = {}
    for task, (place, _, twin_key) in zip(tasks, links, strict=True):
        if twin_key is None:
            continue
        twin = by_key.get(twin_key)
        if twin is None:
            raise UnghostError(f"{place}: no task has the key {twin_key!r}, named as its twin")
        twins[task.id] = twin
    solvable = {twin.id for twin in twins.values()}
    for task in tasks:
        twin = twins.get(task.id)
        if twin is not None:
            yield replace(task, pair=twin.id, key=twin.key or twin.id)
        else:
            yield replace(task, pair=task.id) if task.id in solvable else task
