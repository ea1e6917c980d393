"""What is installed says where modules come from, but not whatever environment says it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scan_world import offline, write_tree
from unghost.scan.judging.resolve import installed_for
from unghost.scan.scanner import scan_files


def installed(folder: Path, name: str = "inner-tool") -> Path:
    """Make an environment with a distribution that says that it came from a folder."""
    info = f"lib/python3.11/site-packages/{name.replace('-', '_')}-1.dist-info"
    files = {
        "pyvenv.cfg": "",
        "bin/python": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
        f"{info}/RECORD": "ghost_module/__init__.py,,\n",
        f"{info}/direct_url.json": '{"url": "file:///home/x"}',
    }
    return write_tree(folder, files)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_tree(tmp_path / "p", {"a.py": "import ghost_module\n", ".gitignore": ".venv\n"})
    installed(folder / ".venv")
    return folder


def rule(project: Path, universe: Path) -> list[str]:
    return [one.rule for one in scan_files([project], offline(universe)).findings]


def test_an_environment_that_was_made_here_is_believed(project: Path, universe: Path) -> None:
    git(project, "init", "-q")
    git(project, "add", "a.py", ".gitignore")
    assert rule(project, universe) == []


def test_one_that_came_with_the_project_is_not_read(project: Path, universe: Path) -> None:
    git(project, "init", "-q")
    git(project, "add", "-f", "a.py", ".venv")
    assert rule(project, universe) == ["ghost"]


def test_where_nothing_tells_it_is_not_believed(project: Path, universe: Path) -> None:
    assert rule(project, universe) == ["ghost"]


def test_the_active_one_is_believed(
    project: Path, universe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", str(project / ".venv"))
    assert rule(project, universe) == []


@pytest.mark.parametrize("record", ["x" * 200_000 + ",,\n", "\udcff", "a\0b,,\n"])
def test_damaged_records_are_passed_over(tmp_path: Path, record: str) -> None:
    installed(tmp_path / "env")
    info = "lib/python3.11/site-packages/broken-1.dist-info"
    files = {
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: broken\nVersion: 1\n",
        f"{info}/RECORD": record.encode("utf-8", "surrogateescape"),
    }
    write_tree(tmp_path / "env", files)
    found = installed_for(tmp_path, {"VIRTUAL_ENV": str(tmp_path / "env")}, ["pypi"])["pypi"]
    assert found is not None
    assert "inner-tool" in found.names


def test_environments_elsewhere_and_none(tmp_path: Path) -> None:
    assert installed_for(tmp_path, {}, ["pypi"]) == {}
    assert installed_for(tmp_path, {"VIRTUAL_ENV": str(tmp_path / "gone")}, ["pypi"]) == {}
    installed(tmp_path / "env")
    found = installed_for(tmp_path, {"CONDA_PREFIX": str(tmp_path / "env")}, ["pypi"])["pypi"]
    assert found is not None
    assert found.elsewhere == {"inner-tool"}
