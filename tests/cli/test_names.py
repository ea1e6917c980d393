from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from unghost.ecosystems.registry import Entry
from unghost.names.building import build_snapshot


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
    ("names", "code"), [(["requests"], 0), (["requests", "reqests"], 1), (["flask.login"], 0)]
)
def test_check_says_so_by_its_exit_code(snapshot: Path, names: list[str], code: int) -> None:
    done = unghost("names", "check", *names, "--universe", str(snapshot), "--format", "json")
    assert done.returncode == code
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["name"] for row in rows] == names
    assert [row["status"] == "absent" for row in rows] == [name == "reqests" for name in names]


def test_check_suggests_in_words(snapshot: Path) -> None:
    done = unghost("names", "check", "reqests", "--universe", str(snapshot))
    assert "; did you mean requests?)" in done.stdout
    assert "complete snapshot of a test" in done.stderr


def test_what_cannot_be_decided_is_exit_three(tmp_path: Path) -> None:
    path = tmp_path / "s"
    arguments = ["-o", str(path), "--date", "2026-01-01", "--source", "a test"]
    unghost("names", "build", "-", *arguments, stdin="requests\n")
    done = unghost("names", "check", "nope", "--universe", str(path))
    assert done.returncode == 3
    assert done.stdout.startswith("unknown")


def test_control_characters_do_not_reach_the_terminal(snapshot: Path) -> None:
    done = unghost("names", "check", "evil\x1b[2J", "--universe", str(snapshot))
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["names", "info", "/no/such/file"],
        ["names", "verify", "/no/such/file"],
        ["names", "check", "x", "--universe", "/no/such/file"],
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
    for line in ("unlearn     Take the ghosts out of a", "names       Snapshots of what exists."):
        assert line in listed
    assert "policy_gradient" in unghost("objectives").stdout


def test_control_characters_in_labels_and_errors_are_not_written_raw(tmp_path: Path) -> None:
    path = tmp_path / "s"
    arguments = ["-o", str(path), "--date", "2026-01-01", "--source", "a\x1b]0;test\x07"]
    assert unghost("names", "build", "-", *arguments, stdin="requests\n").returncode == 0
    for done in (
        unghost("names", "check", "requests", "--universe", str(path)),
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
    assert unghost("names", "check", "@types/node", "--universe", path).returncode == 0


def test_on_an_earlier_day_a_later_name_does_not_exist(tmp_path: Path) -> None:
    path = tmp_path / "s"
    entries = [Entry("old", "2010-01-01"), Entry("new", "2024-01-01"), Entry("undated")]
    build_snapshot(
        entries, path, ecosystem="pypi", source="a test", date="2026-01-01", complete=True
    )
    arguments = ["--universe", str(path), "--format", "json"]
    done = unghost("names", "check", "old", "new", "undated", *arguments, "--as-of", "2020-01-01")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["status"] for row in rows] == ["exists", "absent", "exists"]
    assert rows[0]["first_seen"] == "2010-01-01"
    assert unghost("names", "check", "new", *arguments).returncode == 0


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
