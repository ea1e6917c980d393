"""The guide's example is an objective: its files and its command are run as written."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from unghost.cli import app
from unghost.objectives import OBJECTIVES
from unghost.objectives.quantities import QUANTITIES
from unghost.syntax.markdown import blocks

GUIDE = Path(__file__).parents[2] / "docs/guides/add-an-objective.md"


@pytest.fixture
def fences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[str]]]:
    """The guide's blocks by language, in a folder with the guide's file."""
    found: dict[str, list[str]] = {}
    for block in blocks(GUIDE.read_text(encoding="utf-8")):
        found.setdefault(block.language or "", []).append(block.text)
    (tmp_path / "floored.py").write_text("\n".join(found["python"][:2]), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with OBJECTIVES.temporary(), QUANTITIES.temporary():
        yield found


def test_the_example_keeps_the_laws(fences: dict[str, list[str]]) -> None:
    exec(fences["python"][2], {})
    assert QUANTITIES.names()[0] == "entropy"
    assert OBJECTIVES.get("floored").settings().rarity == 8.0


def test_the_command_shows_its_settings(fences: dict[str, list[str]]) -> None:
    (command,) = [
        line for line in fences["console"][0].splitlines() if line.startswith("$ unghost")
    ]
    done = CliRunner().invoke(app, shlex.split(command.removeprefix("$ unghost ")))
    assert done.exit_code == 0, done.output
    assert '"objective": "floored.py:floored"' in done.output
    assert '"rarity": 6.0' in done.output
    assert '"suppress": 0.5' in done.output


def test_the_guide_names_every_quantity_and_no_other() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in QUANTITIES.names())
