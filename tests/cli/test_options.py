from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.core import TyperCommand
from typer.main import get_command
from typer.testing import CliRunner

from unghost.cli.options import QuickCommand

WORDS = [
    [],
    ["one"],
    ["one", "two/\udc80", "-"],
    ["--there", "."],
    ["", "--text", "", "--path", "."],
    ["a", "--text", "t", "--path", "p/./q", "--many", "b", "--many", "", "--number", "3", "--flag"],
]


def _app(
    kind: type[TyperCommand] = QuickCommand,
) -> tuple[typer.Typer, list[dict[str, Any]]]:
    app, seen = typer.Typer(add_completion=False), list[dict[str, Any]]()

    @app.command(cls=kind)
    def run(
        paths: Annotated[list[Path] | None, typer.Argument()] = None,
        text: str | None = None,
        path: Path = Path("default"),
        many: Annotated[list[str] | None, typer.Option()] = None,
        number: int = 0,
        maybe: Annotated[bool | None, typer.Option("--maybe", envvar="MAYBE")] = None,
        flag: Annotated[bool, typer.Option("--flag")] = False,
        there: Annotated[Path | None, typer.Option(exists=True, resolve_path=True)] = None,
    ) -> None:
        seen.append({key: value for key, value in locals().items() if key != "seen"})

    return app, seen


@pytest.mark.parametrize("maybe", [None, "1", "no"])
@pytest.mark.parametrize("arguments", WORDS)
def test_words_are_what_typer_itself_makes_of_them(
    arguments: list[str], maybe: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if maybe is not None:
        monkeypatch.setenv("MAYBE", maybe)
    ours, theirs = _app(QuickCommand), _app(TyperCommand)
    for app, _ in (ours, theirs):
        get_command(app)(arguments, standalone_mode=False)
    assert ours[1] == theirs[1]


@pytest.mark.parametrize(
    "arguments", [["--number", "x"], ["--path"], ["--nothing"], ["--there", "/no/such/place"]]
)
def test_what_is_wrong_is_refused_as_before(arguments: list[str]) -> None:
    assert CliRunner().invoke(_app()[0], arguments).exit_code == 2
