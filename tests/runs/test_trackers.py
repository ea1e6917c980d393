from __future__ import annotations

import json
from pathlib import Path

import pytest

from tracker_stub import Lines
from unghost.errors import UnghostError
from unghost.runs.trackers import Trackers, heldout_figures

tracking = pytest.importorskip("accelerate.tracking")


def test_figures_and_flat_settings_reach_a_tracker(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(tracking.LOGGER_TYPE_TO_CLASS, "lines", Lines)
    trackers = Trackers(["lines", "lines"], tmp_path, {"train": {"lr": 0.1}, "tasks": None})
    assert list(tmp_path.iterdir()) == []
    trackers.log({"rate": 0.5}, 0)
    trackers.log({"rate": 0.25, "kept": float("nan")}, 1)
    trackers.finish()
    lines = (tmp_path / "trackers/unghost.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"event": "start"},
        {"train.lr": 0.1, "tasks": "None"},
        {"rate": 0.5, "step": 0},
        {"rate": 0.25, "step": 1},
        {"event": "finish"},
    ]


def test_without_trackers_nothing_is_written(tmp_path: Path) -> None:
    trackers = Trackers([], tmp_path, {})
    trackers.log({"rate": 0.5}, 0)
    trackers.finish()
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_tracker_and_one_that_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(UnghostError, match=r"no tracker 'wandbb': accelerate knows .*wandb"):
        Trackers(["wandbb"], tmp_path, {})
    monkeypatch.setattr(tracking, "get_available_trackers", list)
    with pytest.raises(UnghostError, match="wandb is not installed"):
        Trackers(["wandb"], tmp_path, {})


def test_figures_that_were_not_measured_are_left_out() -> None:
    none = {"value": None}
    shares = dict.fromkeys(("real", "abstained", "right", "cut_off"), none)
    measured = {"outcomes": {"answers": 1, "invented": {"value": 0.5}, **shares}}
    assert heldout_figures({"heldout": {"measured_before": measured, "cut": None}}) == {
        "heldout/before/invented": 0.5
    }
