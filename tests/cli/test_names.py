from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


def unghost(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "unghost.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        input=stdin,
    )


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("names") / "s.names"
    arguments = ["-o", str(path), "--date", "2026-01-01", "--source", "a test", "--complete"]
    done = unghost("names", "build", "-", *arguments, stdin="requests\nFlask_Login\n\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    return path


def test_info_and_verify(snapshot: Path) -> None:
    facts = json.loads(unghost("names", "info", str(snapshot), "--format", "json").stdout)
    assert (facts["count"], facts["complete"], facts["date"]) == (2, True, "2026-01-01")
    assert "pypi:2026-01-01" in unghost("names", "info", str(snapshot)).stdout
    assert unghost("names", "verify", str(snapshot)).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["names", "info", "/no/such/file"],
        ["names", "verify", "/no/such/file"],
        ["check", "x", "--universe", "/no/such/file"],
        ["names", "build", "/no/such/file", "-o", "x", "--date", "2026-01-01", "--source", "x"],
        ["names", "build", "-", "-o", "x", "--date", "yesterday", "--source", "x"],
        ["report", "/no/such/run"],
    ],
)
def test_errors_are_one_line_and_exit_two(arguments: list[str]) -> None:
    done = unghost(*arguments, stdin="requests\n")
    assert done.returncode == 2
    assert done.stderr.startswith("unghost: ")
    assert done.stderr.count("\n") == 1


def test_version_help_and_objectives() -> None:
    assert unghost("--version").stdout.strip() == "0.1.0"
    listed = unghost("--help").stdout
    for line in (
        "unlearn     Take the ghosts out of a",
        "names       Manage lists of existing package names.",
    ):
        assert line in listed
    assert "policy_gradient" in unghost("objectives").stdout


def test_control_characters_in_labels_and_errors_are_not_written_raw(tmp_path: Path) -> None:
    path = tmp_path / "s"
    arguments = ["-o", str(path), "--date", "2026-01-01", "--source", "a\x1b]0;test\x07"]
    assert unghost("names", "build", "-", *arguments, stdin="requests\n").returncode == 0
    for done in (
        unghost("check", "requests", "--universe", str(path)),
        unghost("names", "info", str(path)),
        unghost("names", "info", "/no/such\x1b[2J\x07"),
    ):
        assert "?" in done.stdout + done.stderr
        assert not {"\x1b", "\x07"} & set(done.stdout + done.stderr)


def test_a_line_that_is_no_name_is_named(tmp_path: Path) -> None:
    arguments = ["-o", str(tmp_path / "s"), "--date", "2026-01-01", "--source", "a test"]
    done = unghost("names", "build", "-", *arguments, stdin="requests\n\nno name\n")
    assert done.returncode == 2
    assert "line 3: 'no name' is not a pypi name" in done.stderr


def test_a_list_may_be_of_another_ecosystem(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    arguments = ["-o", path, "--date", "2026-01-01", "--source", "a test", "--ecosystem", "npm"]
    assert unghost("names", "build", "-", *arguments, stdin="@types/node\n").returncode == 0
    assert unghost("names", "verify", path).returncode == 0
    assert unghost("check", "@types/node", "--universe", path).returncode == 0


def test_a_signed_snapshot_is_carried_over(snapshot: Path, tmp_path: Path) -> None:
    key, other, sealed, output = (tmp_path / name for name in ("key", "other", "sealed", "out"))
    assert unghost("names", "keygen", "-o", str(key)).returncode == 0
    assert unghost("names", "keygen", "-o", str(other)).returncode == 0
    done = unghost("names", "export", str(snapshot), "-o", str(sealed), "--key", str(key))
    assert done.returncode == 0, done.stderr
    arguments = ["names", "import", str(sealed), "-o", str(output), "--trust"]
    refused = unghost(*arguments, f"{other}.pub")
    assert refused.returncode == 2
    assert refused.stderr.startswith("unghost: ")
    assert refused.stderr.count("\n") == 1
    assert not output.exists()
    assert unghost(*arguments, f"{key}.pub").returncode == 0
    assert output.read_bytes() == snapshot.read_bytes()
