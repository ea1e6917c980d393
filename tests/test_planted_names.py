"""Every planted name is found where it stands, and nothing else is called a ghost."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from corpus_cases import CORPUS, SHAPES, judge_shape, universes
from unghost.names.universe import Universe


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> list[Universe]:
    return universes(tmp_path_factory.mktemp("universes"))


def _count(kind: str) -> int:
    tables = [tomllib.loads(path.read_text("utf-8")) for path in CORPUS.glob("*/expected.toml")]
    return sum(len(table.get(kind, [])) for table in tables)


def test_the_corpus_is_as_large_as_it_must_be() -> None:
    assert len(SHAPES) >= 40
    assert _count("ghost") >= 300
    assert _count("real") >= 300
    assert _count("silent") >= 300


def test_no_planted_name_exists() -> None:
    real = {
        name.lower()
        for path in Path(CORPUS / "universe").glob("*.txt")
        for name in path.read_text("utf-8").split()
    }
    for path in CORPUS.glob("*/expected.toml"):
        for row in tomllib.loads(path.read_text("utf-8")).get("ghost", []):
            assert row["name"].lower() not in real


@pytest.mark.parametrize("shape", SHAPES)
def test_all_planted_names_are_found_and_none_is_wrong(shape: str, known: list[Universe]) -> None:
    result = judge_shape(shape, known)
    assert (result.missed, result.wrong) == ([], [])
    assert result.found == result.planted > 0
