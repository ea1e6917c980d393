"""Huge, odd and hostile trees: bounded, clear, never silently clean."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scan_world import build_names, offline, write_tree
from unghost.scan.reading.examine import MOST
from unghost.scan.scanner import scan_files, scan_text


@pytest.mark.slow
def test_a_hundred_thousand_files(tmp_path: Path, universe: Path) -> None:
    folder = tmp_path / "p"
    for number in range(500):
        place = folder / f"d{number // 25}" / f"e{number}"
        place.mkdir(parents=True)
        for inner in range(200):
            name = f"f{inner}.py" if inner % 10 == 0 else f"f{inner}.bin"
            # An open file would be created twice as slowly.
            os.mknod(place / name)
    (folder / "d3" / "ghost.py").write_text("import ghost_1\n")
    (folder / "d7" / "loop").symlink_to(folder)
    report = scan_files([folder], offline(universe), processes=2)
    assert report.files == 10_001
    assert [one.path for one in report.findings] == ["d3/ghost.py"]
    assert report.problems == ()


_LOCK = """
import json, resource, sys
from pathlib import Path
from unghost.scan.scanner import scan_files
from unghost.scan.settings import ScanSettings

settings = ScanSettings(universe=(sys.argv[2],), offline=True)
report = scan_files([Path(sys.argv[1])], settings)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps([report.names, [one.name for one in report.findings], peak]))
"""


@pytest.mark.slow
def test_a_lock_file_of_fifty_megabytes(tmp_path: Path) -> None:
    """In a process of its own, whose memory is looked at."""
    universe = build_names(tmp_path / "npm.names", ("left-pad", "lodash"), "npm")
    entry = {"version": "1.0.0", "integrity": "sha512-" + "a" * 300, "license": "MIT"}
    packages = {
        f"node_modules/{'left-pad' if n % 2 else 'lodash'}/x{n}/node_modules/lodash": entry
        for n in range(122_000)
    }
    packages["node_modules/ghost-1"] = entry
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "package-lock.json").write_text(
        json.dumps({"lockfileVersion": 3, "packages": packages})
    )
    assert (folder / "package-lock.json").stat().st_size > 50_000_000
    done = subprocess.run(
        [sys.executable, "-c", _LOCK, folder, universe], capture_output=True, check=True
    )
    names, findings, peak = json.loads(done.stdout)
    assert (names, findings) == (122_001, ["ghost-1"])
    assert peak < 1500


def test_a_text_that_is_cut_is_said(tmp_path: Path, universe: Path) -> None:
    folder = write_tree(
        tmp_path / "p", {"requirements.txt": "numpy\n" + f"# {'x' * 400}\n" * 10_001}
    )
    report = scan_files([folder], offline(universe))
    assert [one.reason for one in report.problems] == [
        "only its first 4 million characters were read"
    ]
    assert report.exit_code() == 3


def test_a_file_over_the_largest_size_is_said(tmp_path: Path, universe: Path) -> None:
    folder = write_tree(tmp_path / "p", {"pnpm-lock.yaml": "lockfileVersion: 9\n"})
    with open(folder / "pnpm-lock.yaml", "r+b") as file:
        file.truncate(65 << 20)
    report = scan_files([folder], offline(universe))
    # It is full of NUL bytes, and so it is not a text either.
    assert report.exit_code() == 3
    assert "64 MB" in report.problems[0].reason


def test_too_many_findings_in_a_file_are_cut_and_said(tmp_path: Path, universe: Path) -> None:
    text = "".join(f"ghost-{number}\n" for number in range(MOST + 5))
    report = scan_text(text, offline(universe), root=tmp_path, language="requirements.txt")
    assert len(report.findings) == MOST
    assert "more than 20,000" in report.problems[0].reason


def test_a_line_of_megabytes_is_shown_in_part(tmp_path: Path, universe: Path) -> None:
    text = "[" + ", ".join('"pip install ghost-1"' for _ in range(50_000)) + "]"
    lines = f'{{"tool_calls": [{{"function": {{"arguments": {text!r}}}}}]}}'
    report = scan_text(lines, offline(universe), root=tmp_path, language="json")
    assert all(len(one.text) < 500 for one in report.findings)


def test_a_pipe_or_a_device_in_the_tree_is_passed_over(tmp_path: Path, universe: Path) -> None:
    folder = write_tree(tmp_path / "p", {"a.py": "import numpy\n"})
    os.mkfifo(folder / "b.py")
    report = scan_files([folder], offline(universe))
    assert (report.files, report.exit_code()) == (1, 0)
    named = scan_files([folder / "b.py"], offline(universe))
    assert [one.reason for one in named.problems] == ["it is not a regular file"]
    assert named.exit_code() == 3


def test_names_that_are_no_utf_8_are_scanned(tmp_path: Path, universe: Path) -> None:
    folder = write_tree(tmp_path / "p", {os.fsdecode(b"\xff.py"): "import ghost_1\n"})
    assert len(scan_files([folder], offline(universe)).findings) == 1
