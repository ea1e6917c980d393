"""``unghost names pull``: a snapshot from the list of an ecosystem's registry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unghost.cli.terminal import say

if TYPE_CHECKING:
    from unghost.names.pull import Pulled


def pull(
    ecosystem: Annotated[str, typer.Argument(help="Ecosystem, such as pypi or npm.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Snapshot file; an existing one is refreshed."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from", help="Address of the list. Default: the one that your package manager uses."
        ),
    ] = None,
    popular: Annotated[
        Path | None,
        typer.Option(help="File of popular names, one a line. Default: those of the old snapshot."),
    ] = None,
    allow_shrink: Annotated[
        bool,
        typer.Option(
            "--allow-shrink", help="Accept a list that lost more than a tenth of its names."
        ),
    ] = False,
    output_format: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """Download a registry's list of names; run it again to resume or to refresh."""
    from unghost.cli.progress import Bars
    from unghost.ecosystems import ecosystem as find
    from unghost.names import pull as engine
    from unghost.names.universe import default_path
    from unghost.registries.address import shown

    eco = find(ecosystem)
    address = engine.list_address(eco, source)
    path = output or default_path(eco.name)
    say(f"{eco.title}: {shown(address.url)} ({address.said_by})")
    with Bars() as bars:
        pulled = engine.pull(
            eco.name,
            path,
            address,
            popular=None if popular is None else _lines(popular),
            allow_shrink=allow_shrink,
            progress=lambda done, total: bars.update("reading", done, max(total or 0, done)),
        )
    if output_format == "json":
        typer.echo(_json(pulled, path))
    else:
        _tell(pulled, path)


def _json(pulled: Pulled, path: Path) -> str:
    header = pulled.header
    facts = {
        "path": str(path),
        "ecosystem": header.ecosystem,
        "source": header.source,
        "date": header.date,
        "names": header.count,
        "names_before": pulled.before,
        "skipped": header.skipped,
        "complete": header.complete,
        "dated": header.dated,
        "unchanged": pulled.unchanged,
        "sha256": header.sha256,
    }
    return json.dumps(facts)


def _tell(pulled: Pulled, path: Path) -> None:
    header = pulled.header
    if pulled.unchanged:
        say(f"{path}: unchanged since {header.date}, {header.count} names")
    else:
        before = "" if pulled.before is None else f", {pulled.before} before"
        say(f"{path}: {header.count} names of {header.date}{before}")
        if header.skipped:
            entries = "1 entry" if header.skipped == 1 else f"{header.skipped} entries"
            say(f"{entries} skipped: not a valid name")
        if not header.complete:
            say("the registry does not list all its names: a name that is not listed may exist")
    say(f"sha256 {header.sha256}")


def _lines(path: Path) -> list[str]:
    from unghost.errors import UnghostError

    try:
        return path.read_text(encoding="utf-8").splitlines()
    except ValueError:
        raise UnghostError(f"{path} is not a text in UTF-8: give one name a line") from None
