"""The table before/after for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from unghost.report.figures import COUNTS, caption, groups, headline

_STYLES = {"good": "bold green", "bad": "bold red", "calm": "bold cyan"}


def summary(report: Mapping[str, Any], *, full: bool = False) -> RenderableType:
    """Draw the figures of a report with their intervals, and the verdict below.

    Args:
        report: A report as :mod:`unghost.report.schema` describes it.
        full: All rows; otherwise answers and occurrences by class are left to the page.
    """
    parts: list[RenderableType] = []
    shown = [g for g in groups(report) if full or g.title not in COUNTS]
    has_after = any(row.after for group in shown for row in group.rows)
    if shown:
        parts.append(_table(report, shown, has_after))
    line = headline(report)
    parts.append(Text(line.text, style=_STYLES[line.tone]))
    parts += [Text(f"  - {reason}") for reason in line.reasons]
    if report["stopping"]:
        parts.append(Text(f"Stopped: {report['stopping']}", style="dim"))
    return Group(*parts)


def print_summary(
    report: Mapping[str, Any], console: Console | None = None, *, full: bool = False
) -> None:
    """Print :func:`summary` (to standard output unless a console is given)."""
    (console or Console()).print(summary(report, full=full))


def _table(report: Mapping[str, Any], shown: list[Any], has_after: bool) -> Table:
    title = Text(f"{report['model']}, held-out tasks" if has_after else report["model"])
    table = Table(title=title, caption=Text(caption(report)), title_justify="left")
    table.add_column("")
    for heading in ("before", "after", "change") if has_after else ("measured",):
        table.add_column(heading, justify="right")
    for group in shown:
        table.add_section()
        table.add_row(Text(group.title, style="bold"))
        for row in group.rows:
            cells = (row.before, row.after, row.change) if has_after else (row.before,)
            if any(cells):
                table.add_row(Text(f"  {row.label}"), *(Text(cell) for cell in cells))
    return table
