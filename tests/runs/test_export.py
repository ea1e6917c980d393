from __future__ import annotations

from pathlib import Path

import pytest

from unghost import UnghostError
from unghost.config import UnlearnConfig
from unghost.runs.export import check_export, export

CONFIG = UnlearnConfig()


def _earlier_export(path: Path) -> Path:
    path.mkdir()
    (path / "config.json").write_text("{}")
    (path / "README.md").write_text("---\ntags:\n- unghost\n- unlearning\n---\n")
    return path


def test_free_places_and_earlier_exports_may_be_written(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    _earlier_export(tmp_path / "old")
    for name in ("new", "deep/new", "empty", "old", "run/merged"):
        check_export(CONFIG, tmp_path / "run", tmp_path / name)


def test_what_is_something_else_is_refused_and_kept(tmp_path: Path) -> None:
    run = tmp_path / "run"
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/thesis.txt").write_text("mine")
    (_earlier_export(tmp_path / "model") / "README.md").write_text("a model of somebody else")
    (tmp_path / "link").symlink_to(_earlier_export(tmp_path / "old"))
    for name in ("file", "folder", "model", "link"):
        with pytest.raises(UnghostError, match="would be lost"):
            check_export(CONFIG, run, tmp_path / name)
    assert (tmp_path / "folder/thesis.txt").read_text() == "mine"


def test_the_run_and_the_original_are_never_written_over(tmp_path: Path) -> None:
    original = _earlier_export(tmp_path / "original")
    config = UnlearnConfig(model=str(original))
    for path in (tmp_path / "runs/one", tmp_path / "runs", original):
        with pytest.raises(UnghostError, match="needed by the run itself"):
            check_export(config, tmp_path / "runs/one", path)


def test_without_a_kept_round_there_is_nothing_to_merge(tmp_path: Path) -> None:
    said = export(CONFIG, tmp_path / "run", {"config": {"kept_round": 0}}, tmp_path / "merged")
    assert said.startswith("nothing to merge")
    assert not (tmp_path / "merged").exists()
