"""Modules of packages that bear another name: whom each way of looking believes."""

from __future__ import annotations

from pathlib import Path

import pytest

from unghost.domains.packages.project import Project
from unghost.domains.packages.verify import Judge
from unghost.names.building import build_snapshot
from unghost.names.imports import ImportMap
from unghost.names.snapshot import Snapshot
from unghost.names.universe import Universe
from unghost.records import Mention, MentionKind


@pytest.fixture
def universe(tmp_path: Path) -> Universe:
    build_snapshot(
        ["python-miio", "flask"],
        tmp_path / "s",
        ecosystem="pypi",
        source="a test",
        date="2026-01-01",
        complete=True,
    )
    return Universe(Snapshot.open(tmp_path / "s"), ImportMap({}, "a test"))


def declaring(text: str) -> Project:
    return Project(["requirements.txt"], {"requirements.txt": text}.get)


def status(judge: Judge, module: str, kind: MentionKind = "import") -> str:
    mention = Mention("i", "a.py", 0, 1, 1, 1, module, module, "pypi", kind, "python")
    return judge(mention).status


def test_only_who_asks_for_it_leaves_likely_names_open(universe: Universe) -> None:
    assert status(Judge(universe), "miio") == "absent"
    assert status(Judge(universe, likely=True), "miio") == "unknown"
    assert status(Judge(universe, likely=True), "miio", "install") == "absent"
    assert status(Judge(universe, likely=True), "invented") == "absent"


def test_what_is_declared_and_exists_has_its_module(universe: Universe) -> None:
    assert status(Judge(universe, project=declaring("python-miio\n")), "miio.device") == "exists"
    assert status(Judge(universe, project=declaring("flask\n")), "flask_client") == "absent"
    # A declared ghost makes no other name real.
    assert status(Judge(universe, project=declaring("python-ghostly\n")), "ghostly") == "absent"


def test_a_closed_world_knows_what_its_modules_are_of(tmp_path: Path, universe: Universe) -> None:
    closed = Universe(Snapshot.open(tmp_path / "s"), ImportMap({}, "a test"), closed_world=True)
    judge = Judge(closed, project=declaring("python-miio\n"), likely=True)
    assert status(judge, "miio") == "absent"
