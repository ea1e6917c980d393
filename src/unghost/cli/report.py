"""``unghost report``: show a finished run again, or compute its figures anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    output_format: Annotated[str, typer.Option("--format", help="text, json or html.")] = "text",
    full: Annotated[bool, typer.Option("--full", help="Print all figures.")] = False,
    universe: Annotated[
        str | None,
        typer.Option(
            help="Judge the names of a measurement again, by another snapshot, or by one as it was"
            " on a day: pypi@2026-01-31."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for what is computed again. Default: RUN/again."),
    ] = None,
) -> None:
    """Print a finished run's table or JSON, or write its page again."""
    from unghost.cli.terminal import printable_values
    from unghost.errors import UnghostError
    from unghost.report.page import write_page
    from unghost.report.schema import read_report
    from unghost.report.summary import print_summary
    from unghost.syntax.printable import printable

    if universe is not None or out is not None:
        from unghost.measure import measure_again

        out = out or run / "again"
        measure_again(run, out, universe)
        run = out
    path = run / "report.json"
    if not path.exists():
        raise UnghostError(f"{run} has no report.json: finish the run first")
    found = read_report(path)
    if output_format == "json":
        typer.echo(path.read_text(encoding="utf-8"), nl=False)
    elif output_format == "html":
        write_page(found, run / "report.html")
        typer.echo(printable(str(run / "report.html")))
    elif output_format == "text":
        print_summary(printable_values(found), full=full)
    else:
        raise UnghostError(f"there is no format {output_format!r}: use text, json or html")
