"""``unghost names``: build, describe, check, ask and hand on snapshots of what exists."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unghost.cli.pull import pull
from unghost.cli.terminal import printable, say

if TYPE_CHECKING:
    from unghost.names.live import LiveCheck
    from unghost.names.naming import Naming
    from unghost.records import Verdict

names = typer.Typer(
    name="names", help="Snapshots of what exists.", no_args_is_help=True, add_completion=False
)
names.command()(pull)

FormatOption = Annotated[str, typer.Option("--format", help="text or json.")]
SnapshotArgument = Annotated[Path, typer.Argument(help="Snapshot file.")]
OutputOption = Annotated[Path, typer.Option("--output", "-o", help="File to write.")]

DomainOption = Annotated[
    Path | None, typer.Option(help="TOML file that declares what the names are of.")
]


@names.command()
def build(
    source: Annotated[str, typer.Argument(help="File with one name a line, or '-' for stdin.")],
    output: OutputOption,
    date: Annotated[str, typer.Option(help="Day on which the names were taken, YYYY-MM-DD.")],
    source_name: Annotated[str, typer.Option("--source", help="Where the names come from.")],
    ecosystem: Annotated[str, typer.Option(help="What the names are of.")] = "pypi",
    domain: DomainOption = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="All names of that day are here: a miss is absent.")
    ] = False,
    popular: Annotated[
        Path | None, typer.Option(help="File of names with evidence of popularity.")
    ] = None,
) -> None:
    """Write a snapshot from a list of names."""
    from unghost.names.building import build_snapshot

    header = build_snapshot(
        _lines(source),
        output,
        ecosystem=ecosystem if domain is None else _naming(domain),
        source=source_name,
        date=date,
        complete=complete,
        popular=() if popular is None else _lines(str(popular)),
    )
    say(f"{output}: {header.count} names, {header.popular} popular")


@names.command()
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


@names.command()
def verify(snapshot: SnapshotArgument, domain: DomainOption = None) -> None:
    """Read a snapshot through: its checksum, its counts, and the form of every name."""
    from unghost.names.snapshot import verify_snapshot

    header = verify_snapshot(snapshot, None if domain is None else _naming(domain))
    say(f"{snapshot}: {header.count} names, sound")


@names.command()
def check(
    names: Annotated[list[str], typer.Argument(help="Names of packages.")],
    universe: Annotated[
        str | None, typer.Option("--universe", help="A snapshot file, or 'demo'.")
    ] = None,
    ecosystem: Annotated[
        str, typer.Option(help="Of what the names are, if no universe says it.")
    ] = "pypi",
    as_of: Annotated[
        str | None,
        typer.Option(
            help="Day, YYYY-MM-DD: names first seen later do not exist; those of no known day do."
        ),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Ask the registry what the universe does not decide.")
    ] = False,
    output_format: FormatOption = "text",
) -> None:
    """Say of each name whether it exists; exit 1 on a ghost, 3 if one cannot be decided."""
    from unghost.domains.packages.verify import Judge
    from unghost.errors import UnghostError
    from unghost.names.universe import load_universe
    from unghost.records import Mention

    if universe is None and not live:
        raise UnghostError("nothing says what exists: give --universe FILE, or ask with --live")
    opened = None if universe is None else load_universe(universe, as_of=as_of)
    kind = ecosystem if opened is None else opened.ecosystem.name
    mentions = [Mention(n, "", 0, len(n), 1, 1, n, n, kind, "install") for n in names]
    judge = Judge() if opened is None else Judge(opened)
    verdicts = [judge(mention) for mention in mentions]
    if live:
        # It imports the HTTP client, which takes longer than all the rest.
        from unghost.domains.packages.confirm import confirm

        verdicts = confirm(mentions, verdicts, _live([kind]))
    for name, verdict in zip(names, verdicts, strict=True):
        typer.echo(_json(name, verdict) if output_format == "json" else _line(name, verdict))
    if opened is not None:
        say(f"{opened.label}, {opened.as_of}")
    statuses = {verdict.status for verdict in verdicts}
    raise typer.Exit(1 if "absent" in statuses else 3 if "unknown" in statuses else 0)


def _live(ecosystems: list[str]) -> LiveCheck:
    """Make what asks registries, from the clients' configuration of this folder and user."""
    import os

    import platformdirs

    from unghost.ecosystems import ecosystem
    from unghost.names.live import LiveCheck
    from unghost.names.live_cache import LiveCache

    setups = {
        name: ecosystem(name).registry.setup(os.environ, Path.cwd(), Path.home())
        for name in ecosystems
    }
    return LiveCheck(setups, LiveCache(platformdirs.user_cache_path("unghost") / "live.sqlite"))


def _json(name: str, verdict: Verdict) -> str:
    row = {
        "name": name,
        "canonical": verdict.canonical,
        "status": verdict.status,
        "resolved_by": verdict.resolved_by,
        "evidence": verdict.evidence,
        "first_seen": verdict.first_seen,
        "suggestions": verdict.suggestions,
        "snapshot": verdict.snapshot_id,
    }
    return json.dumps(row)


def _line(name: str, verdict: Verdict) -> str:
    near = f"; did you mean {', '.join(verdict.suggestions)}?" * bool(verdict.suggestions)
    return f"{verdict.status:<8} {printable(name)}  ({printable(verdict.evidence)}{near})"


@names.command()
def keygen(output: OutputOption) -> None:
    """Make a key pair to sign snapshots with; set UNGHOST_KEY_PASSPHRASE to lock it."""
    from unghost.names.sealed import make_key

    public = make_key(output)
    say(f"{output}: private, keep it; {public}: public, give it to those who import")


@names.command(name="export")
def export_(
    snapshot: SnapshotArgument,
    output: OutputOption,
    key: Annotated[Path, typer.Option(help="Private key, as keygen makes it.")],
) -> None:
    """Sign a snapshot, to carry it to where no registry can be asked."""
    from unghost.names.sealed import export_snapshot

    header = export_snapshot(snapshot, output, key)
    say(f"{output}: {header.count} names, signed")


@names.command(name="import")
def import_(
    sealed: Annotated[Path, typer.Argument(help="File that 'names export' wrote.")],
    output: OutputOption,
    trust: Annotated[Path, typer.Option(help="Public key of whom you trust.")],
) -> None:
    """Take over a signed snapshot, if the key that you trust signed it."""
    from unghost.names.sealed import import_snapshot

    header = import_snapshot(sealed, output, trust)
    say(f"{output}: {header.count} names of {header.source}, {header.date}")


def _naming(domain: Path) -> Naming:
    """Return how the names of a declared domain are written."""
    from unghost.domains.declared import read_declaration, shape_of

    return shape_of(read_declaration(domain))


def _lines(source: str) -> Iterator[str]:
    from unghost.errors import UnghostError

    try:
        if source == "-":
            yield from sys.stdin
        else:
            with open(source, encoding="utf-8") as file:
                yield from file
    except ValueError:
        raise UnghostError(f"{source} is not a text in UTF-8: give one name a line") from None
