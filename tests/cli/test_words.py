from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
import typer.core
from typer.main import get_command
from typer.testing import CliRunner

from unghost.cli import words

WORDS = [
    [],
    ["one"],
    ["one", "two/\udc80", "-"],
    ["--there", "."],
    ["", "--text", "", "--path", "."],
    ["a", "--text", "t", "--path", "p/./q", "--many", "b", "--many", "", "--number", "3", "--flag"],
]


def _app() -> tuple[typer.Typer, list[dict[str, Any]]]:
    app, seen = typer.Typer(add_completion=False), list[dict[str, Any]]()

    @app.command()
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
        seen.append(locals())

    return app, seen


@pytest.mark.parametrize("maybe", [None, "1", "no"])
@pytest.mark.parametrize("arguments", WORDS)
def test_words_are_what_typer_itself_makes_of_them(
    arguments: list[str], maybe: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, seen = _app()
    if maybe is not None:
        monkeypatch.setenv("MAYBE", maybe)
    get_command(app)(arguments, standalone_mode=False)
    build = getattr(typer.core, "build_runtime_param", None)
    if build is not None:
        assert build.func is words._Words
        monkeypatch.setattr(typer.core, "build_runtime_param", build.args[0])
    get_command(app)(arguments, standalone_mode=False)
    ours, theirs = seen
    assert ours == theirs


@pytest.mark.parametrize(
    "arguments", [["--number", "x"], ["--path"], ["--nothing"], ["--there", "/no/such/place"]]
)
def test_what_is_wrong_is_refused_as_before(arguments: list[str]) -> None:
    assert CliRunner().invoke(_app()[0], arguments).exit_code == 2
