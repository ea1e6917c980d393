from __future__ import annotations

import hashlib
import json
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from accelerate.tracking import LOGGER_TYPE_TO_CLASS

from e2e.conftest import SETTINGS, command, environment, run_command
from tracker_stub import Lines
from unghost.config import read_config, resolve
from unghost.names.building import build_snapshot
from unghost.unlearn import unlearn

STAGES = [
    "round-000/completions/validate-00000.parquet",
    "round-000/mentions/heldout-00000.parquet",
    "round-001/prompts/discover-00000.parquet",
    "round-001/verdicts/discover-00000.parquet",
    "round-001/completions/hedged-00000.parquet",
    "round-001/checkpoint/state.pt",
    "round-001/adapter/adapter_model.safetensors",
    "round-001/completions/validate-00000.parquet",
    "round-002/completions/discover-00000.parquet",
    "round-002/metrics.json",
    "round-00[12]/prompts/heldout-00000.parquet",
    "adapter/adapter_model.safetensors",
]


STEPS = ["round 1: discover", "round 1: ask with a hedge", "round 1: measure elsewhere"]


def digests(run: Path) -> dict[str, str]:
    """Hash what a run must reproduce: every record, the explorer and the adapters."""
    files = [*run.rglob("*.parquet"), *run.rglob("explorer.json"), *run.rglob("*.safetensors")]
    return {
        str(path.relative_to(run)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def figures(run: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((run / "report.json").read_text(encoding="utf-8"))
    for entry in report["rounds"]:
        if entry["train"]:
            entry["train"].pop("seconds")
    return {key: value for key, value in report.items() if key not in ("created", "run")}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("whole") / "run"
    done = run_command(command(run))
    assert done.returncode in (0, 1), done.stderr
    return run


def test_a_run_leaves_all_that_it_should(whole: Path) -> None:
    report = figures(whole)
    assert len(report["rounds"]) == 3
    assert report["universe"]["closed_world"]
    assert report["heldout"]["after"]["answers"] == report["heldout"]["before"]["answers"] > 8
    assert report["rounds"][1]["train"]["tokens"] > 0
    assert report["heldout"]["drift"]["names"]["value"] > 0
    assert (whole / "adapter/adapter_config.json").is_file()
    for entry in report["rounds"][1:]:
        arms = entry["discover"]["arms"]
        assert sum(arm["new_ghosts"] for arm in arms) == entry["discover"]["new_ghosts"]
    assert len(report["answers"]) == report["heldout"]["before"]["answers"]
    assert all(row["after"] and row["happened"] for row in report["answers"])
    page = (whole / "report.html").read_text(encoding="utf-8")
    assert "closed world" in page
    assert "<script src" not in page


@pytest.mark.slow
@pytest.mark.parametrize("stages", [STAGES[::2], STAGES[1::2]], ids=["even", "odd"])
def test_a_run_killed_again_and_again_ends_as_if_it_had_not_been(
    whole: Path, tmp_path: Path, stages: list[str]
) -> None:
    # One run is killed in every stage in turn: each time it has to go on from what a killed run
    # left, which itself went on from a killed run.
    run, reference = tmp_path / "run", digests(whole)
    for stage in stages:
        process = subprocess.Popen(
            command(run), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not list(run.glob(stage)):
            assert process.poll() is None, f"the run ended before it could be killed at {stage}"
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        # Between the last stage and the report lie a few milliseconds.
        assert stage == STAGES[-1] or not (run / "report.json").exists()
        left = digests(run)
        assert left.keys() <= reference.keys()
        wrong = [name for name in left if left[name] != reference[name]]
        assert wrong == [], stage
    done = run_command(command(run))
    assert done.returncode in (0, 1), done.stderr
    assert digests(run) == reference
    assert figures(run) == figures(whole)
    assert not list(run.rglob("*.tmp"))


def test_an_interrupted_run_says_how_to_go_on(tmp_path: Path) -> None:
    run = tmp_path / "run"
    process = subprocess.Popen(
        command(run),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A shell may have started the tests with the signal switched off.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not (run / STAGES[0]).exists():
        assert process.poll() is None, "the run ended before it could be interrupted"
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    *stages, last = said.strip().split("\n")
    assert last == "interrupted; run the same command again to go on"
    assert all(stage.startswith(("round ", "memory ")) for stage in stages)


def test_tasks_without_packages_run_through(tmp_path: Path) -> None:
    # No right answer is known, so retention is not defined; all that the model knows is a ghost.
    tasks, universe = tmp_path / "tasks.jsonl", tmp_path / "s.names"
    lines = [json.dumps({"task": f"send mail number {n} at night"}) for n in range(40)]
    tasks.write_text("\n".join(lines), encoding="utf-8")
    build_snapshot(
        ["nothing-else"], universe, ecosystem="pypi", source="x", date="2026-01-01", complete=True
    )
    arguments = ["--tasks", str(tasks), "--universe", str(universe)]
    done = run_command(command(tmp_path / "run", *arguments, stop__max_rounds=1))
    assert done.returncode == 1, done.stderr
    metrics = json.loads((tmp_path / "run/round-001/metrics.json").read_text(encoding="utf-8"))
    assert metrics["point"]["retention"] is None
    report = figures(tmp_path / "run")
    assert report["heldout"]["retention"]["value"] is None
    assert "right answers kept: not measured" in report["verdict"]["reasons"]
    assert run_command(command(tmp_path / "run", *arguments, stop__max_rounds=1)).returncode == 1


def test_progress_moves_within_each_stage_and_rounds_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LOGGER_TYPE_TO_CLASS, "lines", Lines)
    told: list[Any] = []
    settings = SETTINGS | {"device": "cpu", "stop.max_rounds": 1, "trackers": ["lines"]}
    config = resolve(
        read_config(None, [f"{key}={json.dumps(value)}" for key, value in settings.items()])
    )
    unlearn(config, tmp_path / "run", progress=lambda *step: told.append(step), note=told.append)
    assert "GB in training" in told[0]
    (line,) = [entry for entry in told[1:] if isinstance(entry, str)]
    assert re.fullmatch(r"round 1/1  ghosts .* -> .*  right kept .*  abstains .* %  \d+:\d\d", line)
    told = [entry for entry in told if entry is not line]
    logged = (tmp_path / "run/trackers/unghost.jsonl").read_text(encoding="utf-8").splitlines()
    figures = [entry for entry in map(json.loads, logged) if "step" in entry]
    assert [entry["step"] for entry in figures] == [0, 1, 1]
    assert "validate/abstains" in figures[1]
    assert "heldout/after/invented" in figures[2]
    for stage in STEPS:
        steps = [(done, of) for name, done, of, *_ in told[1:] if name == stage]
        # Discovery may be gone through twice: to look for a ghost where `validate` shows none.
        starts = [
            at for at, (done, _) in enumerate(steps) if done == 0 and (not at or steps[at - 1][0])
        ]
        for start, end in zip(starts, [*starts[1:], len(steps)], strict=True):
            done = [done for done, _ in steps[start:end]]
            assert done == sorted(done)
            assert done[-1] == steps[end - 1][1] > 1
        assert any(done % 1 for done, _ in steps)
    assert any(entry[3] > 100 for entry in told[1:] if len(entry) > 3)


def test_a_dry_run_shows_settings_and_memory_and_runs_nothing(tmp_path: Path) -> None:
    done = run_command(command(tmp_path / "run", "--dry-run"))
    assert done.returncode == 0, done.stderr
    settings, _, facts = done.stdout.partition("\n\n")
    assert json.loads(settings)["explore"]["tasks_per_round"] == 8
    assert "GB in training" in facts
    assert not (tmp_path / "run").exists()


def test_another_configuration_is_refused(whole: Path) -> None:
    done = run_command(command(whole, train__lr=0.002))
    assert done.returncode == 2
    assert done.stderr.strip().count("\n") == 0
    assert "config.train.lr" in done.stderr


def test_the_same_command_again_changes_nothing(whole: Path) -> None:
    before = digests(whole)
    assert run_command(command(whole)).returncode in (0, 1)
    assert digests(whole) == before


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing.*:FutureWarning")
def test_the_adapter_is_loaded_by_plain_peft_and_the_merged_model_by_transformers(
    whole: Path, tmp_path: Path
) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    from unghost.embedded import model_path

    merged = tmp_path / "merged"
    done = run_command(command(whole, "--merged", str(merged)))
    assert done.returncode in (0, 1), done.stderr
    ids = torch.tensor([[5, 6, 7, 8]])
    base = AutoModelForCausalLM.from_pretrained(model_path(), dtype=torch.float32)
    before = base(ids).logits
    tuned = PeftModel.from_pretrained(base, str(whole / "adapter"))(ids).logits
    plain = AutoModelForCausalLM.from_pretrained(merged, dtype=torch.float32)(ids).logits
    assert (tuned - before).abs().max() > 1e-4
    # The sum is rounded to the original's bf16, which loses little of what was learned.
    assert (plain - tuned).abs().mean() < 0.25 * (tuned - before).abs().mean()
    stored = AutoModelForCausalLM.from_pretrained(model_path(), dtype="auto").dtype
    assert AutoModelForCausalLM.from_pretrained(merged, dtype="auto").dtype == stored
    assert run_command(command(whole, "--merged", str(merged))).returncode in (0, 1)
    card = (merged / "README.md").read_text(encoding="utf-8")
    assert "ghost rate" in card
    assert "not measured |" not in card.split("\n\n")[2]
