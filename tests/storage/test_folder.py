from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from unghost import Prompt, UnghostError
from unghost.records import Completion, Mention, Message, Verdict
from unghost.storage.folder import Batch, RunFolder, read_header

HEADER = {"config": {"seed": 1, "train": {"lr": 0.1}}, "universe": "demo"}


def prompt(identity: str) -> Prompt:
    return Prompt(identity, "t", (Message("user", "?"),), "packages", "task", "f", "o", "discover")


def test_a_run_is_created_and_continued(tmp_path: Path) -> None:
    for _ in range(2):
        with RunFolder.open(tmp_path / "run", HEADER) as run:
            assert run.round(3).path.name == "round-003"
    assert read_header(tmp_path / "run")["universe"] == "demo"


def test_other_settings_are_refused_by_name(tmp_path: Path) -> None:
    RunFolder.open(tmp_path, HEADER).close()
    other = {"config": {"seed": 1, "train": {"lr": 0.2}}, "universe": "demo"}
    with pytest.raises(UnghostError, match=r"config\.train\.lr differ"):
        RunFolder.open(tmp_path, other)
    RunFolder.open(tmp_path, HEADER).close()


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from unghost import UnghostError\n"
        "from unghost.storage.folder import RunFolder\n"
        "try: RunFolder.open(Path(sys.argv[1]), {})\n"
        "except UnghostError as error: print(error)\n"
    )
    with RunFolder.open(tmp_path, {}):
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
        )
        with pytest.raises(UnghostError, match="another process is writing"):
            RunFolder.open(tmp_path, {})
    assert "another process is writing" in done.stdout
    RunFolder.open(tmp_path, {}).close()


def test_a_killed_writer_keeps_nobody_out(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from unghost.storage.folder import RunFolder\n"
        "RunFolder.open(Path(sys.argv[1]), {}); print('open', flush=True); time.sleep(600)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        process.kill()
    RunFolder.open(tmp_path, {}).close()


def test_a_strange_folder_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UnghostError, match="not a run"):
        RunFolder.open(tmp_path, {})
    assert (tmp_path / "thesis.txt").read_text() == "mine"
    with pytest.raises(UnghostError, match=r"no run\.json"):
        read_header(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", ""])
def test_a_damaged_header_is_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(UnghostError, match="damaged"):
        RunFolder.open(tmp_path, {})


def test_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"run_version": 99}')
    with pytest.raises(UnghostError, match="version 99"):
        read_header(tmp_path)


def test_a_batch_is_done_with_its_verdicts(tmp_path: Path) -> None:
    with RunFolder.open(tmp_path, {}) as run:
        folder = run.round(0)
        folder.write(Prompt, "discover", 0, [prompt("p")])
        folder.write(Completion, "discover", 0, [])
        folder.write(Mention, "discover", 0, [])
        assert folder.read_batch("discover", 0) is None
        folder.write(Verdict, "discover", 0, [])
        assert folder.read_batch("discover", 0) == Batch([prompt("p")], [], [], [])
        assert folder.read_phase("discover").prompts == [prompt("p")]
        assert folder.read_phase("validate").prompts == []
        assert folder.metrics is None
        folder.finish({"rate": 0.5})
        assert folder.metrics == {"rate": 0.5}


@pytest.mark.parametrize("cut", [0, 10, -5])
def test_a_damaged_part_is_one_line(tmp_path: Path, cut: int) -> None:
    with RunFolder.open(tmp_path, {}) as run:
        folder = run.round(0)
        folder.write(Prompt, "discover", 0, [prompt("p")])
        path = folder.part(Prompt, "discover", 0)
        path.write_bytes(path.read_bytes()[:cut])
        with pytest.raises(UnghostError, match="damaged"):
            folder.read(Prompt, "discover", 0)


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    with RunFolder.open(tmp_path, {}) as run:
        folder = run.round(0)
        folder.write(Verdict, "discover", 0, [])
        with pytest.raises(UnghostError, match="lacks a file"):
            folder.read_batch("discover", 0)


def test_leftovers_of_a_killed_writer_go(tmp_path: Path) -> None:
    RunFolder.open(tmp_path, {}).close()
    (tmp_path / ".report.json.x.tmp").write_text("half")
    RunFolder.open(tmp_path, {}).close()
    assert sorted(os.listdir(tmp_path)) == ["lock", "run.json"]
