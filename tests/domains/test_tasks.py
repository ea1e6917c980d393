from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from unghost import UnghostError
from unghost.domains.packages.tasks import load_tasks

SOLVABLE = {
    "key": "a-1",
    "task": "Draw the walks that I recorded on a map.",
    "field": "maps",
    "level": "rare",
    "right": {"pypi": ["Trail_Maker", "walks"], "npm": ["@me/walks"]},
}
IMPOSSIBLE = {
    "key": "a-2",
    "task": "Draw the walks from our club's own tracker.",
    "field": "maps",
    "level": "impossible",
    "twin": "a-1",
}


def written(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "tasks.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_right_names_are_those_of_the_ecosystem(tmp_path: Path) -> None:
    path = written(tmp_path, SOLVABLE)
    (python,) = load_tasks(path)
    assert (python.gold, python.right) == ("trail-maker", ("trail-maker", "walks"))
    assert (python.level, python.topic) == ("rare", "maps")
    (javascript,) = load_tasks(path, "npm")
    assert javascript.right == ("@me/walks",)
    (rust,) = load_tasks(path, "crates")
    assert (rust.gold, rust.right) == (None, ())
    assert python.id == javascript.id == rust.id


def test_an_impossible_task_is_of_its_twins_split(tmp_path: Path) -> None:
    solvable, impossible = load_tasks(written(tmp_path, SOLVABLE, IMPOSSIBLE))
    assert impossible.pair == solvable.pair == solvable.id
    assert impossible.split == solvable.split
    assert impossible.id != solvable.id
    # Without a right package in the ecosystem they still stay together.
    solvable, impossible = load_tasks(written(tmp_path, SOLVABLE, IMPOSSIBLE), "crates")
    assert impossible.split == solvable.split


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"level": "hard"}, "line 1: the level is one of everyday, specialised, rare, impossible"),
        ({"right": {"pypi": ["a b"]}}, "line 1: 'a b' is not a package name"),
        ({"right": {"pypi": "walks"}}, "line 1: write right as lists of names by kind"),
        ({"twin": "a-9"}, "line 1: no task has the key 'a-9', named as its twin"),
        ({"field": 3}, "line 1 is not a task"),
    ],
)
def test_a_broken_row_names_its_line(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(UnghostError, match=said):
        load_tasks(written(tmp_path, SOLVABLE | change))
