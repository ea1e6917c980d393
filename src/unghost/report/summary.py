"""The figures of a run for the terminal: the verdict, and a table that fits 80 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from unghost.report.figures import Row, groups, main_rows
from unghost.report.sentences import headline, inventions, scope, twins, universe

_STYLES = {"good": "bold green", "bad": "bold red", "calm": "bold cyan"}
_LABEL = 31


def summary(report: Mapping[str, Any], *, full: bool = False) -> RenderableType:
    """Draw the verdict of a report, and its figures with their intervals below.

    Args:
        report: A report as :mod:`unghost.report.schema` describes it.
        full: All figures; otherwise the eight to begin with.
    """
    line = headline(report)
    parts: list[RenderableType] = [Text(text, style="bold yellow") for text in line.warnings]
    parts.append(Text(line.text, style=_STYLES[line.tone]))
    if line.verdict:
        parts.append(Text(line.verdict, style=_STYLES[line.tone]))
    parts += [Text(f"  - {reason}") for reason in line.reasons]
    rows = main_rows(report)
    has_after = bool((report["heldout"] or {}).get("after"))
    if rows:
        parts += [Text(), _table("", rows, has_after)]
    if full:
        for group in groups(report):
            parts += [Text(), _table(group.title, group.rows, has_after)]
        parts += [Text(), *_said(report)]
    facts = [report["domain"]["title"], report["model"], *scope(report)]
    parts += [Text(), Text("; ".join(facts), style="dim")]
    parts.append(Text(universe(report), style="dim"))
    if report["stopping"]:
        parts.append(Text(f"Stopped: {report['stopping']}", style="dim"))
    return Group(*parts)


def print_summary(
    report: Mapping[str, Any], console: Console | None = None, *, full: bool = False
) -> None:
    """Print :func:`summary` (to standard output unless a console is given)."""
    (console or Console()).print(summary(report, full=full))


def _said(report: Mapping[str, Any]) -> list[RenderableType]:
    measured = (report["heldout"] or {}).get("measured_after")
    measured = measured or (report["heldout"] or {}).get("measured_before")
    return [Text(text) for text in [*inventions(measured), *twins(measured)]] if measured else []


def _table(title: str, rows: Sequence[Row], has_after: bool) -> Table:
    """Draw rows without a line that wraps; the interval is that of the last figure of a row."""
    table = Table(box=None, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column(Text(title), no_wrap=True, min_width=_LABEL)
    heads = ("before", "after", "change") if has_after else ("measured",)
    for heading in (*heads, "95 % interval"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        cells = (row.before, row.after, row.change) if has_after else (row.before,)
        if any(cells):
            figures, intervals = zip(*(_apart(cell) for cell in cells), strict=True)
            last = next((text for text in reversed(intervals) if text), "")
            table.add_row(Text(row.label), *map(Text, figures), Text(last))
    return table


def _apart(cell: str) -> tuple[str, str]:
    """Take a figure and its interval apart."""
    figure, _, interval = cell.partition(" [")
    return figure, interval.removesuffix("]").replace(", ", " to ")
