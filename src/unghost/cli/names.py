"""``unghost names``: build, describe, check and ask snapshots of what exists."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from unghost.cli.terminal import printable, say

names_app = typer.Typer(help="Snapshots of what exists.", no_args_is_help=True)

FormatOption = Annotated[str, typer.Option("--format", help="text or json.")]
SnapshotArgument = Annotated[Path, typer.Argument(help="Snapshot file.")]


@names_app.command()
def build(
    source: Annotated[str, typer.Argument(help="File with one name a line, or '-' for stdin.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Snapshot file to write.")],
    date: Annotated[str, typer.Option(help="Day on which the names were taken, YYYY-MM-DD.")],
    source_name: Annotated[str, typer.Option("--source", help="Where the names come from.")],
    complete: Annotated[
        bool, typer.Option("--complete", help="All names of that day are here: a miss is absent.")
    ] = False,
    popular: Annotated[
        Path | None, typer.Option(help="File of names with evidence of popularity.")
    ] = None,
) -> None:
    """Write a snapshot from a list of names."""
    from datetime import date as day

    from unghost.errors import UnghostError
    from unghost.names.snapshot import build_snapshot

    try:
        day.fromisoformat(date)
    except ValueError:
        raise UnghostError(f"--date {date!r} is not a day: write it as YYYY-MM-DD") from None
    header = build_snapshot(
        _lines(source),
        output,
        ecosystem="pypi",
        source=source_name,
        date=date,
        complete=complete,
        popular=() if popular is None else _lines(str(popular)),
    )
    say(f"{output}: {header.count} names, {header.popular} popular")


@names_app.command()
def info(snapshot: SnapshotArgument, output_format: FormatOption = "text") -> None:
    """Show what a snapshot says of itself."""
    from dataclasses import asdict

    from unghost.names.snapshot import Snapshot

    opened = Snapshot.open(snapshot)
    facts = {"id": opened.id, **asdict(opened.header)}
    if output_format == "json":
        typer.echo(json.dumps(facts))
        return
    for key, value in facts.items():
        typer.echo(f"{key:<10} {printable(str(value))}")


@names_app.command()
def verify(snapshot: SnapshotArgument) -> None:
    """Read a snapshot through: its checksum, its count, and the form of every name."""
    from unghost.errors import UnghostError
    from unghost.names.normalise import canonical, is_valid
    from unghost.names.snapshot import Snapshot

    opened = Snapshot.open(snapshot)
    names = list(opened)
    wrong = [name for name in names if not is_valid(name) or canonical(name) != name]
    if len(names) != opened.header.count or wrong:
        raise UnghostError(f"{snapshot} does not agree with its header: build it again")
    say(f"{snapshot}: {len(names)} names, sound")


@names_app.command()
def check(
    names: Annotated[list[str], typer.Argument(help="Names of packages.")],
    universe: Annotated[str, typer.Option("--universe", help="A snapshot file, or 'demo'.")],
    output_format: FormatOption = "text",
) -> None:
    """Say of each name whether it exists; exit 1 on a ghost, 3 if one cannot be decided."""
    from unghost.domains.packages.verify import Judge
    from unghost.names.universe import load_universe
    from unghost.records import Mention

    opened = load_universe(universe)
    judge = Judge(opened)
    statuses = []
    for name in names:
        mention = Mention("", "", 0, len(name), 1, 1, name, name, "pypi", "install")
        verdict = judge(mention)
        statuses.append(verdict.status)
        if output_format == "json":
            row = {
                "name": name,
                "canonical": verdict.canonical,
                "status": verdict.status,
                "resolved_by": verdict.resolved_by,
                "suggestions": verdict.suggestions,
                "snapshot": verdict.snapshot_id,
            }
            typer.echo(json.dumps(row))
        else:
            near = f"  did you mean {', '.join(verdict.suggestions)}?" * bool(verdict.suggestions)
            typer.echo(f"{verdict.status:<8} {printable(name)}{near}")
    say(f"{opened.label}, {opened.as_of}")
    raise typer.Exit(1 if "absent" in statuses else 3 if "unknown" in statuses else 0)


def _lines(source: str) -> list[str]:
    from unghost.errors import UnghostError

    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except ValueError:
        raise UnghostError(f"{source} is not a text in UTF-8: give one name a line") from None
    return text.splitlines()
