"""``unghost names``: pull, build, describe, verify and hand on snapshots of what exists."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unghost.cli.options import QuickCommand
from unghost.cli.pull import pull
from unghost.cli.terminal import say
from unghost.ecosystems import DEFAULT
from unghost.syntax.printable import printable

if TYPE_CHECKING:
    from unghost.names.naming import Naming

names = typer.Typer(
    name="names",
    help="Manage lists of existing package names.",
    no_args_is_help=True,
    add_completion=False,
)
names.command(cls=QuickCommand)(pull)

FormatOption = Annotated[str, typer.Option("--format", help="text or json.")]
SnapshotArgument = Annotated[Path, typer.Argument(help="Snapshot file.")]
OutputOption = Annotated[Path, typer.Option("--output", "-o", help="File to write.")]

DomainOption = Annotated[
    Path | None, typer.Option(help="TOML file that declares what the names are of.")
]


@names.command(cls=QuickCommand)
def build(
    source: Annotated[str, typer.Argument(help="File with one name a line, or '-' for stdin.")],
    output: OutputOption,
    date: Annotated[str, typer.Option(help="Date of the list, YYYY-MM-DD.")],
    source_name: Annotated[
        str, typer.Option("--source", help="Where the names come from, in words.")
    ],
    ecosystem: Annotated[str, typer.Option(help="Ecosystem of the names.")] = DEFAULT,
    domain: DomainOption = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="The list holds all names: any other does not exist.")
    ] = False,
    popular: Annotated[Path | None, typer.Option(help="File of popular names, one a line.")] = None,
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


@names.command(cls=QuickCommand)
def info(snapshot: SnapshotArgument, output_format: FormatOption = "text") -> None:
    """Show the header of a snapshot."""
    from dataclasses import asdict

    from unghost.names.snapshot import Snapshot

    opened = Snapshot.open(snapshot)
    facts = {"id": opened.id, **asdict(opened.header)}
    if output_format == "json":
        typer.echo(json.dumps(facts))
        return
    for key, value in facts.items():
        typer.echo(f"{key:<10} {printable(str(value))}")


@names.command(cls=QuickCommand)
def verify(snapshot: SnapshotArgument, domain: DomainOption = None) -> None:
    """Verify the checksum, the counts and every name of a snapshot."""
    from unghost.names.snapshot import verify_snapshot

    header = verify_snapshot(snapshot, None if domain is None else _naming(domain))
    say(f"{snapshot}: {header.count} names, undamaged")


@names.command(cls=QuickCommand)
def keygen(output: OutputOption) -> None:
    """Create a key pair to sign snapshots with; UNGHOST_KEY_PASSPHRASE encrypts it."""
    from unghost.names.sealed import make_key

    public = make_key(output)
    say(f"{output}: private, keep it; {public}: public, give it to those who import")


@names.command(name="export", cls=QuickCommand)
def export_(
    snapshot: SnapshotArgument,
    output: OutputOption,
    key: Annotated[Path, typer.Option(help="Private key, made by keygen.")],
) -> None:
    """Sign a snapshot, to carry it to a machine without network."""
    from unghost.names.sealed import export_snapshot

    header = export_snapshot(snapshot, output, key)
    say(f"{output}: {header.count} names, signed")


@names.command(name="import", cls=QuickCommand)
def import_(
    sealed: Annotated[Path, typer.Argument(help="File that 'names export' wrote.")],
    output: OutputOption,
    trust: Annotated[Path, typer.Option(help="Signer's public key.")],
) -> None:
    """Import a signed snapshot, if the given key signed it."""
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
