"""Check the open task set: `python tools/lint_tasks.py [FILE] [--universe SNAPSHOT] [--sheet]`.

Prints each problem with its line, and exits with 1 if there is any. What it keeps out: texts that
are no sentences, name a language, a package or what packages are called, nearly repeat another
text, or are written by a template (too many begin or go on alike); unsolvable tasks without a
solvable twin. With a snapshot of an ecosystem, right packages that do not exist are problems too.
With --sheet it prints the tables of the data sheet in docs/data.md instead.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from unghost.discover.dedupe import features, jaccard
from unghost.domains.packages.tasks import OPEN_TASKS, load_tasks
from unghost.domains.tasks import LEVELS
from unghost.ecosystems import ecosystem, ecosystem_names
from unghost.names.universe import load_universe
from unghost.records import SPLITS

FIELDS = 40
"""Fewest fields."""
TASKS = 2000
"""Fewest tasks."""
NEAR = 0.6
"""Jaccard index of words and pairs of words from which two texts are near-duplicates."""
SHORTEST, LONGEST = 6, 48
"""Words of a text."""
ALIKE = 0.02
"""Share of the tasks from which an opening of three words, or a run of five, is a template."""
_ANSWERS = re.compile(
    r"\b(python|javascript|typescript|node\.?js|rust|ruby|golang|php|kotlin|pip|npm|pypi|crates?"
    r"|rubygems?|packagist|nuget|maven|third-party (package|library))\b",
    re.IGNORECASE,
)
_KEYS = {"key", "task", "field", "level", "right", "twin"}
Row = dict[str, Any]


def problems(rows: list[Row]) -> Iterator[str]:
    """Yield what is wrong with the rows of a task set, each with its line."""
    for number, row in enumerate(rows, 1):
        yield from (f"line {number}: {what}" for what in _of_row(row))
    by_key = {row["key"]: row for row in rows}
    if len(by_key) < len(rows):
        seen = Counter(row["key"] for row in rows)
        yield f"keys given twice: {', '.join(key for key, n in seen.items() if n > 1)}"
    for number, row in enumerate(rows, 1):
        twin = by_key.get(row.get("twin", ""))
        if row["level"] == "impossible" and (twin is None or not twin.get("right")):
            yield f"line {number}: an impossible task needs a twin with right packages"
    yield from _near(rows)
    yield from _templates(rows)


def _of_row(row: Row) -> Iterator[str]:
    text = row["task"]
    if extra := set(row) - _KEYS:
        yield f"keys that mean nothing: {', '.join(sorted(extra))}"
    if not SHORTEST <= len(text.split()) <= LONGEST:
        yield f"{len(text.split())} words"
    if not text[:1].isupper() or text[-1:] not in (".", "?", "!"):
        yield "no whole sentence"
    if row["level"] not in LEVELS or not re.fullmatch(r"[a-z][a-z ]+", row["field"]):
        yield "a level or a field that is none"
    if row["level"] == "impossible" and row.get("right"):
        yield "impossible, but with right packages"
    if found := _ANSWERS.search(text):
        yield f"says {found[0]!r}, which is for the question to say"
    names = {name.lower() for right in row.get("right", {}).values() for name in right}
    words = set(re.findall(r"[\w@./+-]*\w", text.lower()))
    if told := {name for name in names & words if len(name) > 3}:
        yield f"tells a right package: {', '.join(sorted(told))}"
    if listed := re.search(r"[^\W\d]\w*(, [^\W\d]\w*){4,}", text):
        yield f"a list of keywords: {listed[0]}"


def _near(rows: list[Row]) -> Iterator[str]:
    """Compare each text with all before it; an impossible task may resemble its twin."""
    found = [features(row["task"]) for row in rows]
    for at, mine in enumerate(found):
        for before in range(at):
            pair = {rows[at].get("twin"), rows[before].get("twin")}
            if not pair.isdisjoint({rows[at]["key"], rows[before]["key"]}):
                continue
            if jaccard(mine, found[before]) >= NEAR:
                yield f"line {at + 1}: nearly the text of line {before + 1}"


def _templates(rows: list[Row]) -> Iterator[str]:
    openings, runs = Counter[str](), Counter[str]()
    for row in rows:
        words = re.findall(r"[\w']+", row["task"].lower())
        openings[" ".join(words[:3])] += 1
        runs.update({" ".join(words[at : at + 5]) for at in range(len(words) - 4)})
    most = max(5, int(ALIKE * len(rows)))
    for what, counted in (("begin with", openings), ("hold", runs)):
        yield from (f"{n} tasks {what} {words!r}" for words, n in counted.items() if n > most)


def missing(rows: list[Row], universe: str) -> Iterator[str]:
    """Yield the right packages of a snapshot's ecosystem that the snapshot does not have."""
    world = load_universe(universe)
    name = world.ecosystem.name
    for number, row in enumerate(rows, 1):
        for said in row.get("right", {}).get(name, ()):
            if world.ecosystem.canonical(said) not in world.snapshot:
                yield f"line {number}: {world.ecosystem.title} has no package {said}"


def sheet(path: Path, rows: list[Row]) -> Iterator[str]:
    """Yield the lines of the data sheet's tables: levels, ecosystems with their splits, fields."""
    levels = Counter(row["level"] for row in rows)
    yield from _table(["", *LEVELS, "all"], [["tasks", *(levels[x] for x in LEVELS), len(rows)]])
    yield ""
    found = []
    for name in sorted(ecosystem_names()):
        tasks = load_tasks(path, name)
        splits = Counter(task.split for task in tasks)
        known = sum(bool(task.right) for task in tasks)
        found.append([ecosystem(name).title, known, *(splits[split] for split in SPLITS)])
    yield from _table(["ecosystem", "tasks with a right package", *SPLITS], found)
    yield ""
    fields = Counter(row["field"] for row in rows)
    listed = ", ".join(f"{field} {count}" for field, count in sorted(fields.items()))
    yield f"{len(fields)} fields: {listed}."


def _table(head: list[str], rows: list[list[Any]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for name, *counts in rows:
        yield f"| {name} | {' | '.join(f'{count:,}' for count in counts)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=OPEN_TASKS)
    parser.add_argument("--universe", help="snapshot to look right packages up in")
    parser.add_argument("--sheet", action="store_true", help="print the tables of the data sheet")
    given = parser.parse_args()
    lines = given.file.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    if given.sheet:
        print("\n".join(sheet(given.file, rows)))
        return
    found = [*problems(rows), *(missing(rows, given.universe) if given.universe else ())]
    for row in rows:
        for name, names in row.get("right", {}).items():
            if name not in ecosystem_names() or not all(map(ecosystem(name).is_valid, names)):
                found.append(f"{row['key']}: right packages of {name} that are no names")
    fields = Counter(row["field"] for row in rows)
    if len(rows) < TASKS or len(fields) < FIELDS:
        found.append(f"{len(rows)} tasks of {len(fields)} fields: {TASKS} and {FIELDS} are owed")
    print("\n".join(found) or f"{len(rows)} tasks of {len(fields)} fields, no problem")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
