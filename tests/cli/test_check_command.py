"""The command as people run it before they install something: the rules of a scan, by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from registry_stub import Reply, running
from scan_world import build_names, isolate, write_tree
from unghost.cli import app
from unghost.ecosystems.registry import Entry
from unghost.names.building import build_snapshot


@pytest.fixture(autouse=True)
def universe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    isolate(monkeypatch, tmp_path)
    monkeypatch.setenv("UNGHOST_OFFLINE", "1")
    path = build_names(tmp_path / "pypi.names")
    monkeypatch.setenv("UNGHOST_UNIVERSE", str(path))
    monkeypatch.chdir(
        write_tree(tmp_path / "p", {"pyproject.toml": "[project]\nname = 'our-own'\n"})
    )
    return path


def check(*words: str) -> Result:
    return CliRunner().invoke(app, ["check", *words], catch_exceptions=False)


def rows(*words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in check(*words, "--format", "json").stdout.splitlines()]


@pytest.mark.parametrize(
    ("names", "code"), [(["requests"], 0), (["requests", "reqests"], 1), (["flask.cors"], 0)]
)
def test_check_says_so_by_its_exit_code(names: list[str], code: int) -> None:
    assert check(*names).exit_code == code
    found = rows(*names)
    assert [row["name"] for row in found] == names
    assert [row["status"] == "ghost" for row in found] == [name == "reqests" for name in names]


def test_the_rules_are_those_of_a_scan() -> None:
    names = ["cv2", "sqlite3", "our-own", "no name", "requests"]
    statuses = [row["status"] for row in rows(*names)]
    assert statuses == ["import-name", "builtin-name", "ok", "ghost", "ok"]
    assert rows("cv2")[0]["suggestions"] == ["opencv-python"]
    for name in names[:2]:
        assert check(name).exit_code == 1
        assert check(name, "--fail-on", "never").exit_code == 0


def test_the_words_are_those_of_a_scan(tmp_path: Path) -> None:
    done = check("reqests", "cv2", "requests")
    assert done.stdout.splitlines()[:3] == [
        "reqests: ghost: PyPI has no package called reqests (not in pypi:2026-01-01:"
        + done.stdout.split("pypi:2026-01-01:")[1][:8]
        + ")",
        "  did you mean requests?",
        "cv2: import-name: cv2 is a module of opencv-python and not a package on PyPI",
    ]
    assert "requests: ok: in pypi:" in done.stdout
    assert "compared with a complete snapshot of a test (10 names), 2026-01-01" in done.stderr


def test_what_cannot_be_decided_is_exit_three(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = build_names(tmp_path / "open.names", ("requests",), complete=False)
    done = check("nope", "--universe", str(path))
    assert done.exit_code == 3
    assert done.stdout.startswith("nope: unverified: ")
    assert check("nope", "--universe", str(path), "--fail-on", "never").exit_code == 3
    # Without any snapshot too; no option has to be given for that.
    monkeypatch.delenv("UNGHOST_UNIVERSE")
    assert check("requests").exit_code == 3


def test_the_registry_is_asked_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as registry:
        registry.routes["/simple/really-new/"] = Reply(b"here")
        monkeypatch.setenv("PIP_INDEX_URL", f"{registry.url}/simple/")
        assert check("really-new").exit_code == 1
        assert registry.asked == []
        monkeypatch.delenv("UNGHOST_OFFLINE")
        done = check("really-new", "reqests", "requests")
        assert [line.split(":")[1] for line in done.stdout.splitlines() if line[0] != " "] == [
            " new",
            " ghost",
            " ok",
        ]
        assert sorted(registry.paths()) == ["/simple/really-new/", "/simple/reqests/"]
        assert done.exit_code == 1
        assert check("really-new").exit_code == 0
        assert check("really-new", "--fail-on", "warning").exit_code == 1
        assert "asked live" in done.stderr


def test_control_characters_do_not_reach_the_terminal() -> None:
    for form in ("text", "json"):
        assert "\x1b" not in check("evil\x1b[2J", "--format", form).stdout


def test_the_ecosystem_is_that_of_the_one_universe_that_is_given(tmp_path: Path) -> None:
    path = str(build_names(tmp_path / "n", ("@types/node",), "npm"))
    assert check("@types/node", "--universe", path).exit_code == 0
    assert check("@types/nodes", "--universe", path).exit_code == 1
    assert check("requests", "--universe", path, "--ecosystem", "pypi").exit_code == 3


def test_on_an_earlier_day_a_later_name_does_not_exist(tmp_path: Path) -> None:
    path = tmp_path / "s"
    entries = [Entry("old", "2010-01-01"), Entry("new", "2024-01-01"), Entry("undated")]
    build_snapshot(
        entries, path, ecosystem="pypi", source="a test", date="2026-01-01", complete=True
    )
    given = ("--universe", str(path))
    found = rows("old", "new", "undated", *given, "--as-of", "2020-01-01")
    assert [row["status"] for row in found] == ["ok", "ghost", "ok"]
    assert found[0]["first_seen"] == "2010-01-01"
    assert check("new", *given).exit_code == 0


def test_settings_of_the_project_count(tmp_path: Path) -> None:
    text = '[[scan.ignore]]\nname = "acme-*"\nreason = "ours"\n'
    write_tree(tmp_path / "p", {"unghost.toml": text})
    done = check("acme-core")
    assert (done.exit_code, done.stdout) == (0, "acme-core: ok: ours\n")
