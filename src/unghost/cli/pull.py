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
    ecosystem: Annotated[str, typer.Argument(help="What to pull, such as pypi or npm.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Snapshot file; one that is there is refreshed."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--from", help="Address of the list, if not what the client is set to."),
    ] = None,
    popular: Annotated[
        Path | None,
        typer.Option(help="File of names with evidence of popularity; else they stay as they are."),
    ] = None,
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="More than a tenth of the names may be gone.")
    ] = False,
    output_format: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """Read a registry's list of names into a snapshot; run it again to go on or to refresh."""
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
            say(f"{header.skipped} entries of the list are no names and were left out")
        if not header.complete:
            say("the registry has names that it does not list: a miss proves nothing")
    say(f"sha256 {header.sha256}")


def _lines(path: Path) -> list[str]:
    from unghost.errors import UnghostError

    try:
        return path.read_text(encoding="utf-8").splitlines()
    except ValueError:
        raise UnghostError(f"{path} is not a text in UTF-8: give one name a line") from None
