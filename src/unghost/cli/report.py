"""``unghost report``: show finished runs again, compare them, or compute their figures anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer


def report(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Folder of a finished run, or several.")
    ],
    output_format: Annotated[
        str, typer.Option("--format", help="text, json, html, or card.")
    ] = "text",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File of the page. Default: RUN/report.html."),
    ] = None,
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
    """Print a run's figures, its JSON or page; of several runs, a comparison."""
    from unghost.errors import UnghostError

    if universe is not None or out is not None:
        if out is not None and len(runs) > 1:
            raise UnghostError("--out is the folder of one run: give one run, or leave it out")
        runs = [_again(run, out, universe) for run in runs]
    if output_format not in ("text", "json", "html", "card"):
        raise UnghostError(f"there is no format {output_format!r}: use text, json, html or card")
    if len(runs) > 1:
        _compare(runs, output_format, output)
    else:
        _show(runs[0], output_format, output, full=full)


def _again(run: Path, out: Path | None, universe: str | None) -> Path:
    from unghost.measure import measure_again

    out = out or run / "again"
    measure_again(run, out, universe)
    return out


def _read(run: Path) -> dict[str, Any]:
    from unghost.errors import UnghostError
    from unghost.report.schema import read_report

    path = run / "report.json"
    if not path.exists():
        raise UnghostError(f"{run} has no report.json: finish the run first")
    return dict(read_report(path))


def _show(run: Path, output_format: str, output: Path | None, *, full: bool) -> None:
    from unghost.cli.terminal import printable_values
    from unghost.report.card import card
    from unghost.report.page import write_page
    from unghost.report.summary import print_summary
    from unghost.syntax.printable import printable

    found = _read(run)
    if output_format == "json":
        typer.echo((run / "report.json").read_text(encoding="utf-8"), nl=False)
    elif output_format == "html":
        page = output or run / "report.html"
        write_page(found, page)
        typer.echo(printable(str(page)))
    elif output_format == "card":
        typer.echo(card(printable_values(found)), nl=False)
    else:
        print_summary(printable_values(found), full=full)


def _compare(runs: Sequence[Path], output_format: str, output: Path | None) -> None:
    from unghost.cli.terminal import printable_values
    from unghost.errors import UnghostError
    from unghost.report.compare import print_comparison, write_comparison
    from unghost.syntax.printable import printable

    reports = {name: _read(run) for name, run in zip(_names(runs), runs, strict=True)}
    if output_format in ("json", "card"):
        raise UnghostError(f"--format {output_format} is for one run: a comparison is text or html")
    if output_format == "text":
        print_comparison(printable_values(reports))
    elif output is None:
        raise UnghostError("name the page of a comparison: --format html -o FILE")
    else:
        write_comparison(reports, output)
        typer.echo(printable(str(output)))


def _names(runs: Sequence[Path]) -> list[str]:
    """Name runs by their folders; by the whole path where two folders have the same name."""
    count = Counter(run.resolve().name for run in runs)
    return [run.name if count[run.resolve().name] == 1 else str(run) for run in runs]
