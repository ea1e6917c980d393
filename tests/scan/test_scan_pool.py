"""Many files in processes of their own, and processes that die."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from scan_world import offline, write_tree
from unghost.scan.context import ScanContext
from unghost.scan.reading import examine as examine_module
from unghost.scan.reading import pool
from unghost.scan.reading.examine import Examined
from unghost.scan.reading.pool import examine_all
from unghost.scan.scanner import scan_files

MANY = {f"m{number:04}.py": f"import numpy\nimport ghost_{number % 7}\n" for number in range(1200)}


def test_processes_find_what_one_finds_in_the_same_order(tmp_path: Path, universe: Path) -> None:
    folder = write_tree(tmp_path / "p", MANY)
    told: list[tuple[str, int, int]] = []
    one = scan_files([folder], offline(universe))
    several = scan_files(
        [folder], offline(universe), processes=3, progress=lambda *step: told.append(step)
    )
    assert several == one
    assert len(one.findings) == 1200
    assert told[-1] == ("reading files", 1200, 1200)


def _deadly(path: str, context: ScanContext) -> Examined:
    if path == "m0405.py":
        os.kill(os.getpid(), signal.SIGKILL)
    return Examined(path, names=1)


def test_a_file_that_kills_its_reader_costs_that_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(tmp_path, MANY)
    monkeypatch.setattr(pool, "examine_file", _deadly)
    found = list(examine_all(sorted(MANY), ScanContext(str(tmp_path)), 2))
    assert [one.path for one in found] == sorted(MANY)
    bad = [one for one in found if not one.read]
    assert [(one.path, one.problem) for one in bad] == [
        ("m0405.py", "reading it ended the process that read it")
    ]


def test_a_file_that_cannot_be_read_is_a_problem(
    tmp_path: Path, universe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_tree(tmp_path / "p", {"a.py": "import numpy\n", "b.py": "import numpy\n"})
    read = examine_module.read_file

    def refused(path: Path, limit: int) -> bytes | str:
        return "Permission denied" if path.name == "a.py" else read(path, limit)

    monkeypatch.setattr(examine_module, "read_file", refused)
    report = scan_files([folder], offline(universe))
    assert [(one.path, one.reason) for one in report.problems] == [("a.py", "Permission denied")]
    assert (report.files, report.exit_code()) == (1, 3)
