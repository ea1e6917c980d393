from __future__ import annotations

import json
import resource
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from e2e.conftest import command, environment, run_command
from unghost.embedded import model_path
from unghost.names.building import build_snapshot


def refused(arguments: list[str], *words: str) -> None:
    """Run a command that must end with exit code 2 and one line of error."""
    done = run_command(arguments)
    assert_one_line(done, *words)


def assert_one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Before the error there may be a line for each stage that was begun."""
    assert done.returncode == 2, done.stderr
    *stages, last = done.stderr.strip().split("\n")
    assert last.startswith("unghost: ")
    assert all(stage.startswith(("round ", "memory ")) for stage in stages)
    for word in words:
        assert word in last


def test_a_path_that_is_not_a_model(tmp_path: Path) -> None:
    refused(command(tmp_path / "run", model=str(tmp_path)), "is not a model")
    assert not (tmp_path / "run").exists()


def test_a_tokenizer_that_does_not_round_trip(tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(model_path(), model)
    state = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))
    state["normalizer"] = {"type": "Lowercase"}
    (model / "tokenizer.json").write_text(json.dumps(state), encoding="utf-8")
    refused(command(tmp_path / "run", model=str(model)), "do not round-trip")


@pytest.mark.parametrize("content", [b"", b"unghost names 1\nrubbish"])
def test_an_empty_or_corrupt_snapshot(tmp_path: Path, content: bytes) -> None:
    snapshot = tmp_path / "s.names"
    snapshot.write_bytes(content)
    arguments = command(tmp_path / "run", "--universe", str(snapshot))
    refused(arguments, "snapshot")


def test_a_broken_tasks_file(tmp_path: Path) -> None:
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text('{"task": "fine"}\n{"task": 3}\n', encoding="utf-8")
    refused(command(tmp_path / "run", "--tasks", str(tasks)), "line 2 is not a task")


def test_tasks_that_leave_a_split_empty(tmp_path: Path) -> None:
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text('{"task": "one alone"}\n', encoding="utf-8")
    refused(command(tmp_path / "run", "--tasks", str(tasks)), "of the 1 task(s)", "into validate")
    assert not (tmp_path / "run").exists()


def test_an_incomplete_snapshot(tmp_path: Path) -> None:
    snapshot = tmp_path / "s.names"
    build_snapshot(
        ["requests"], snapshot, ecosystem="pypi", source="a test", date="2026-01-01", complete=False
    )
    refused(command(tmp_path / "run", "--universe", str(snapshot)), "incomplete", "--complete")
    assert not (tmp_path / "run").exists()


def test_a_merged_model_takes_nothing_away(tmp_path: Path) -> None:
    place = tmp_path / "mine"
    place.mkdir()
    (place / "thesis.txt").write_text("mine", encoding="utf-8")
    refused(command(tmp_path / "run", "--merged", str(place)), "would be lost")
    assert (place / "thesis.txt").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        ("train.nonsense=1", "train.nonsense"),
        ("objective=magic", "magic"),
        ("seed=x", "seed"),
        ("adapter.targets=['nowhere']", "nowhere"),
    ],
)
def test_settings_that_make_no_sense(tmp_path: Path, setting: str, word: str) -> None:
    refused(command(tmp_path / "run", "--set", setting), word)


def test_a_loss_that_is_not_finite(tmp_path: Path) -> None:
    run = tmp_path / "run"
    refused(command(run, train__lr=1e30, train__clip=1e30, train__warmup_steps=1), "not finite")
    assert not (run / "round-001/adapter").exists()
    assert (run / "round-000/metrics.json").exists()


def test_a_full_disk(tmp_path: Path) -> None:
    # A limit on file size stands for a full disk: the adapter's file does not fit.
    run = tmp_path / "run"

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    done = subprocess.run(
        command(run),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )
    assert_one_line(done, "cannot write")
    assert not list(run.rglob("*.tmp"))
    assert not (run / "report.json").exists()
    again = run_command(command(run))
    assert again.returncode in (0, 1), again.stderr


@pytest.mark.mount
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    # In a mount namespace of its own; the run's file system has 400 kB, then more.
    script = """
set -e
mount -t tmpfs -o size=400k tmpfs "$1"
folder=$1; shift
"$@" && exit 90 || code=$?
[ -z "$(find "$folder" -name '*.tmp')" ] || exit 91
[ ! -e "$folder/run/report.json" ] || exit 92
mount -o remount,size=200m "$folder"
"$@" 2>/dev/null || [ $? = 1 ] || exit 93
[ -e "$folder/run/report.json" ] || exit 94
exit $code
"""
    folder = tmp_path / "disk"
    folder.mkdir()
    asked = command(folder / "run", stop__max_rounds=1)
    done = run_command(["unshare", "-m", "sh", "-c", script, "sh", str(folder), *asked])
    assert_one_line(done, "No space left on device")


def test_no_ghost_at_all_is_a_fine_result(tmp_path: Path) -> None:
    # A universe that holds whatever the model names: nothing is left to unlearn.
    run, one = tmp_path / "first", tmp_path / "one.names"
    build_snapshot(
        ["requests"], one, ecosystem="pypi", source="a test", date="2026-01-01", complete=True
    )
    done = run_command(command(run, "--universe", str(one), stop__max_rounds=1))
    assert done.returncode in (0, 1), done.stderr
    import pyarrow.parquet as pq

    names: set[str] = set()
    for path in [*run.rglob("round-000/verdicts/*.parquet"), *run.rglob("round-001/verdicts/*")]:
        names |= set(pq.read_table(path)["canonical"].to_pylist())
    everything = tmp_path / "all.names"
    build_snapshot(
        names, everything, ecosystem="pypi", source="a test", date="2026-01-01", complete=True
    )
    merged = tmp_path / "merged"
    arguments = ["--universe", str(everything), "--merged", str(merged)]
    again = run_command(command(tmp_path / "second", *arguments))
    assert again.returncode == 0, again.stderr
    assert "nothing to merge" in again.stderr
    assert not merged.exists()
    report = json.loads((tmp_path / "second/report.json").read_text(encoding="utf-8"))
    assert "no ghost found" in report["stopping"]
    assert report["verdict"] == {"success": True, "reasons": []}
    assert "no ghost found" in (tmp_path / "second/report.html").read_text(encoding="utf-8")
