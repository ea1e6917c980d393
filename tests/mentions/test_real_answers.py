"""The reader on labelled answers of real models; benchmarks/reader.py has more figures."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def reader(repo_root: Path) -> ModuleType:
    path = repo_root / "benchmarks" / "reader.py"
    spec = importlib.util.spec_from_file_location("reader_benchmark", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_names_in_real_answers_are_read_as_people_read_them(
    reader: ModuleType, tmp_path: Path
) -> None:
    rows = reader.read_corpus()
    assert len(rows) >= 500
    assert len({row["model"] for row in rows}) == 2
    domain = reader.open_domain(tmp_path)
    for half in {row["half"] for row in rows}:
        part = [row for row in rows if row["half"] == half]
        found = reader.figures(reader.score(part, domain), [row["asks"] for row in part])
        assert found["right"] + found["wrong"] >= 100, half
        assert found["precision"] >= 0.97, (half, found)
        assert found["recall"] >= 0.95, (half, found)


def test_a_reader_that_finds_too_little_or_too_much_would_fail(
    reader: ModuleType, tmp_path: Path
) -> None:
    domain = reader.open_domain(tmp_path)
    rows = [row for row in reader.read_corpus() if "absent" in row["names"].values()]
    blind = [row | {"text": "I know none."} for row in rows]
    assert reader.figures(reader.score(blind, domain), [row["asks"] for row in rows])["recall"] == 0
    unlabelled = [row | {"names": {}, "unsure": []} for row in rows]
    found = reader.figures(reader.score(unlabelled, domain), [row["asks"] for row in rows])
    assert found["precision"] == 0
