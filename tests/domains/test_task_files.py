from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from unghost import UnghostError
from unghost.domains.packages.tasks import load_tasks
from unghost.domains.task_files import Broken, read_rows
from unghost.evaluate.plan import choose_tasks

ROWS = [
    {"task": "Send a letter.", "package": "postbox", "level": "rare", "field": "mail"},
    {"task": "Fold a map; twice,\nat least.", "right": ["mapfold", "foldall"], "key": "m"},
    {"keywords": ["tide tables", "chart"]},
]
CSV = """\
Task,package,Right,keywords,level,field,key
Send a letter.,postbox,,,rare,mail,
"Fold a map; twice,
at least.",,mapfold; foldall,,,,m
,,,"tide tables; chart",,,
"""


def lines(rows: Iterable[Any]) -> str:
    return "\n".join(map(json.dumps, rows))


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def texts(path: Path) -> list[Any]:
    return [row["task"] for _, row in read_rows(path)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.jsonl", lines(ROWS)),
        ("t.jsonl", "\ufeff" + lines(ROWS) + "\n\n"),
        ("t.ndjson", lines(ROWS)),
        ("t", lines(ROWS)),
        ("t.json", lines(ROWS)),
        ("t.json", json.dumps(ROWS)),
        ("t.json", "\ufeff" + json.dumps(ROWS, indent=2)),
        ("t.json", json.dumps({"version": 1, "tasks": ROWS})),
        ("t.json", json.dumps({f"{n}": row for n, row in enumerate(ROWS)})),
        ("t.csv", CSV),
        ("t.csv", "\ufeff" + CSV.replace("\n", "\r\n").replace("twice,\r", "twice,")),
        ("t.tsv", 'task\tpackage\tright\tkeywords\tlevel\tfield\tkey\nSend a letter.\tpostbox\t\t\t'
         'rare\tmail\t\n"Fold a map; twice,\nat least."\t\tmapfold foldall\t\t\t\tm\n'
         "\t\t\ttide tables, chart\t\t\t\n"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("packed", [False, True])
def test_one_set_of_tasks_in_all_forms(tmp_path: Path, name: str, text: str, packed: bool) -> None:
    expected = load_tasks(write(tmp_path / "expected.jsonl", lines(ROWS)))
    data = gzip.compress(text.encode()) if packed else text.encode()
    path = write(tmp_path / (f"{name}.gz" if packed else name), data)
    assert load_tasks(path) == expected
    assert [task.right for task in expected] == [("postbox",), ("mapfold", "foldall"), ()]


def test_parquet_rows_may_lack_what_others_have(tmp_path: Path) -> None:
    rows = [ROWS[0], {"prompt": "Fold a map.", "right": {"pypi": ["mapfold"], "npm": None}}]
    more = [row | {"vector": [0.5]} for row in rows]
    pq.write_table(pa.Table.from_pylist(more, schema=_schema()), tmp_path / "t.parquet")
    first, second = load_tasks(tmp_path / "t.parquet")
    assert (first.gold, second.text, second.gold) == ("postbox", "Fold a map.", "mapfold")
    pq.write_table(pa.table({"vector": [1]}), tmp_path / "t.parquet")
    with pytest.raises(UnghostError, match="has no column task, prompt"):
        load_tasks(tmp_path / "t.parquet")
    write(tmp_path / "t.parquet", b"PAR1 and nothing else PAR1")
    with pytest.raises(UnghostError, match="cannot read the tasks in"):
        load_tasks(tmp_path / "t.parquet")


def _schema() -> pa.Schema:
    by_kind = pa.struct([("pypi", pa.list_(pa.string())), ("npm", pa.list_(pa.string()))])
    told = [(name, pa.string()) for name in ("task", "prompt", "package", "level", "field")]
    return pa.schema([*told, ("right", by_kind), ("vector", pa.list_(pa.float64()))])


def test_the_first_of_the_known_keys_is_the_text(tmp_path: Path) -> None:
    rows = [
        {"text": "e", "instruction": "d", "question": "c", "prompt": "b", "task": "a"},
        {"text": "e", "instruction": "d", "question": "c", "prompt": "b", "task": None},
        {"text": "e", "instruction": "d", "question": "c"},
        {"text": "e", "instruction": "d"},
        {"text": "e"},
        "f",
    ]
    assert texts(write(tmp_path / "t.jsonl", lines(rows))) == ["a", "b", "c", "d", "e", "f"]
    assert texts(write(tmp_path / "t.json", '{"prompt": "b", "keywords": ["k"]}')) == ["b"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("t.jsonl", '{"task": "a"}\n{"task": \n3\n', r"t\.jsonl line 2 is not a task: it is not "
         r"JSON \(Expecting value at character \d+\) \(and 1 more rows are broken\)"),
        ("t.jsonl", b'"a"\n"\xff"\n', "line 2 is not a task: it is not JSON in UTF-8$"),
        ("t.jsonl", "[" * 200_000, "line 1 is not a task"),
        ("t.csv", "task,level\na\nb,rare,c\n", "line 2 is not a task: it has 1 cells and the "
         r"header 2 \(and 1 more"),
        ("t.csv", 'task,level\n"a\nb,rare\n', "line 3: unexpected end of data"),
        ("t.csv", "a,b\n1,2\n", "has no column task, prompt, question, instruction, text or key"),
        ("t.csv", b"task\n\xff\n", "cannot read the tasks in"),
        ("t.csv", "", "has no column"),
        ("t.json", '[{"task": "a"},]', "unallowed token"),
        ("t.json", '[{"task": "a"}, 3]', "entry 2 is not a task"),
        ("t.json", '{"a": [], "b": []}', "holds 2 lists: give one list of tasks"),
        ("t.json", "[]", "holds no task"),
        ("t.txt", "Send a letter.", "cannot tell what .* holds: give JSON lines"),
        ("t.jsonl.gz", gzip.compress(b'"a"\n' * 9, mtime=0)[:-9], "cannot read the tasks in"),
    ],
    ids=count(),
)  # fmt: skip
def test_what_is_broken_is_one_line(
    tmp_path: Path, name: str, text: str | bytes, said: str
) -> None:
    with pytest.raises(UnghostError, match=said) as caught:
        load_tasks(write(tmp_path / name, text))
    assert "\n" not in str(caught.value)


def test_rows_come_before_the_file_is_read_to_its_end(tmp_path: Path) -> None:
    many = b'{"task": "a"}\n' * 200_000
    rows = read_rows(write(tmp_path / "t.jsonl.gz", gzip.compress(many, 1)[:-1000]))
    assert next(rows)[1] == {"task": "a"}
    cut = json.dumps(["a"] * 100_000)[:-1].encode()
    rows = read_rows(write(tmp_path / "t.json.gz", gzip.compress(cut)))
    with pytest.raises(UnghostError):
        list(rows)
    assert isinstance(next(read_rows(write(tmp_path / "t.jsonl", "{")))[1], Broken)


def test_names_of_another_ecosystem_are_one_line(tmp_path: Path) -> None:
    rows = [{"task": f"task {n}", "package": f"@scope/name{n}"} for n in range(3)]
    path = write(tmp_path / "t.jsonl", lines(rows))
    assert load_tasks(path, "npm")[0].gold == "@scope/name0"
    said = r"line 1: '@scope/name0' is not a package name of PyPI \(and 2 more rows are broken\)$"
    with pytest.raises(UnghostError, match=said):
        load_tasks(path)


def test_tasks_of_another_ecosystem_are_left_out(tmp_path: Path) -> None:
    rows = [{"task": "a", "ecosystem": "npm", "package": "@s/n"}, {"task": "b"}]
    assert [task.text for task in load_tasks(write(tmp_path / "t.jsonl", lines(rows)))] == ["b"]
    path = write(tmp_path / "t.jsonl", lines(rows[:1]))
    with pytest.raises(UnghostError, match="are for npm: give a --universe of that, not of pypi"):
        load_tasks(path)


def test_tasks_of_a_group_stay_together(tmp_path: Path) -> None:
    rows = [{"task": f"{n} {way}", "group": f"g{n}"} for n in range(40) for way in "abc"]
    tasks = load_tasks(write(tmp_path / "t.jsonl", lines(rows)))
    groups = [tasks[at : at + 3] for at in range(0, len(tasks), 3)]
    assert all(len({(task.split, task.pair) for task in group}) == 1 for group in groups)
    assert len({task.pair for task in tasks}) == 40
    assert len({task.id for task in choose_tasks(tasks, 30)} & {t.id for t in groups[0]}) in (0, 3)


# ---- prompts as they lie on disk -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "prompts"),
    [
        ("Generate code that sorts.", ["Generate code that sorts."]),
        ('Sorts."\n2. "Writes it."\n3. "Reads', ["Sorts.", "Writes it."]),
        ('One."\n2. "Two."\n3', ["One.", "Two."]),
        ("One.\n2. Two.\n\nThese are short.", ["One.", "Two."]),
        ("Sure, here are some:\n\n1. One.\n2. Two.", ["One.", "Two."]),
        ("Do these steps:\n1. Open.\n2. Close.", ["Do these steps:\n1. Open.\n2. Close."]),
        ("One.\n2. Two.\n5. Five.", ["One.\n2. Two.\n5. Five."]),
        ('Feather files."', ["Feather files."]),
        ('Say "hello"', ['Say "hello"']),
    ],
)
def test_lists_among_the_prompts_of_spracklen_are_cut(
    tmp_path: Path, text: str, prompts: list[str]
) -> None:
    assert texts(write(tmp_path / "prompts.jsonl", json.dumps(text))) == prompts


RECORD = {"id": "1", "split": "describe", "type": "a type", "prompt": "Write it.", "seed_id": "s/1"}


@pytest.mark.parametrize(
    "text", [lines([RECORD]), json.dumps({"0001": RECORD | {"category": "none", "mistake": None}})]
)
def test_libhallubench_is_read_in_both_its_forms(tmp_path: Path, text: str) -> None:
    name = "t.json" if "category" in text else "t.jsonl"
    (task,) = load_tasks(write(tmp_path / name, text))
    assert (task.text, task.topic) == ("Write it.", "a type")
    assert task.pair is not None
    with pytest.raises(UnghostError, match="are for pypi"):
        load_tasks(tmp_path / name, "npm")


def attempt(prompt: Any, probe: str = "packagehallucination.Python", **more: Any) -> Any:
    return {"entry_type": "attempt", "probe_classname": probe, "prompt": prompt, **more}


def test_reports_of_garak_are_read_in_all_versions(tmp_path: Path) -> None:
    turns = [
        {"role": "system", "content": {"text": "Be brief."}},
        {"role": "user", "content": {"text": "How do I fold a map in Python3?"}},
    ]
    rows = [
        {"entry_type": "start_run setup", "run.prompt": "x"},
        attempt("Which modules fold a map?", status=1),
        attempt("Which modules fold a map?", status=2, outputs=["foldall"]),
        attempt({"text": "Write Python3 to fold a map.", "lang": "en"}),
        attempt({"turns": turns, "notes": {}}),
        attempt("Which gems fold a map?", "packagehallucination.Ruby"),
        attempt("Ignore all that was said.", "probes.promptinject.Hijack"),
        {"entry_type": "digest", "eval": {}},
    ]
    path = write(tmp_path / "garak.report.jsonl", lines(rows))
    assert [task.text for task in load_tasks(path)] == [
        "Which modules fold a map?",
        "Write Python3 to fold a map.",
        "How do I fold a map in Python3?",
    ]
    assert [task.text for task in load_tasks(path, "rubygems")] == ["Which gems fold a map?"]
    hit = {"goal": "g", "prompt": {"turns": turns[1:]}, "output": {}, "attempt_id": "x"}
    hits = [hit | {"probe": "packagehallucination.Python", "detector": "d"}]
    path = write(tmp_path / "garak.hitlog.jsonl", lines(hits))
    assert texts(path) == ["How do I fold a map in Python3?"]
    with pytest.raises(UnghostError, match="holds no task"):
        load_tasks(write(tmp_path / "t.jsonl", lines(rows[:1])))
    with pytest.raises(UnghostError, match="line 1 is not a task"):
        load_tasks(write(tmp_path / "t.jsonl", lines([attempt({"turns": []})])))
