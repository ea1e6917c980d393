"""``unghost check``: whether packages exist, by the rules of a scan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unghost.cli.options import AsOf, FailOnLevel, ScanConfig, ScanOffline, ScanUniverse
from unghost.cli.terminal import say
from unghost.ecosystems import DEFAULT
from unghost.syntax.printable import printable

if TYPE_CHECKING:
    from unghost.scan.checking import Checked


def check(
    names: Annotated[list[str], typer.Argument(help="Names of packages, as one installs them.")],
    ecosystem: Annotated[
        str | None,
        typer.Option(
            help="Ecosystem of the names. Default: that of --universe if one is given, else"
            f" {DEFAULT}."
        ),
    ] = None,
    universe: ScanUniverse = None,
    offline: ScanOffline = None,
    as_of: AsOf = None,
    fail_on: FailOnLevel = None,
    config: ScanConfig = None,
    output_format: Annotated[
        str, typer.Option("--format", help="text, or json: one object per line.")
    ] = "text",
) -> None:
    """Check whether packages exist.

    Exit codes: 0 all exist, 1 findings, 2 error, 3 something could not be verified.
    """
    from unghost.errors import UnghostError
    from unghost.scan.checking import check as run_check
    from unghost.scan.output.wording import compared_with
    from unghost.scan.reading.listing import find_root
    from unghost.scan.settings import read_settings

    if output_format not in ("text", "json"):
        raise UnghostError(f"--format {output_format[:40]!r}: use text or json")
    given = {
        "universe": tuple(universe) if universe else None,
        "offline": offline or None,
        "as_of": as_of,
        "fail_on": fail_on,
    }
    root = find_root([Path.cwd()])
    settings = read_settings(root, config, given)
    report = run_check(names, ecosystem, settings, root=root)
    for one in report.names:
        for line in [_json(one)] if output_format == "json" else _lines(one):
            typer.echo(line)
    for problem in report.problems:
        say(f"{problem.path}: {problem.reason}")
    for line in compared_with(report.sources):
        say(line)
    raise typer.Exit(report.exit_code(settings.fail_on))


def _json(one: Checked) -> str:
    return json.dumps(
        {
            "name": one.name,
            "ecosystem": one.ecosystem,
            "status": one.status,
            "why": one.why,
            "suggestions": one.suggestions,
            "first_seen": one.first_seen,
            "snapshot": one.snapshot,
        }
    )


def _lines(one: Checked) -> Iterator[str]:
    yield printable(f"{one.name}: {one.status}: {one.why.removeprefix(f'{one.name}: ')}")
    if one.status != "ok":
        from unghost.scan.output.wording import advice_on

        yield printable(f"  {advice_on(one.status, one.suggestions)}")
