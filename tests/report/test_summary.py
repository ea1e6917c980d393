from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from unghost.report.figures import show
from unghost.report.summary import print_summary

Report = dict[str, Any]


def _printed(report: Report, *, full: bool = False, width: int = 140) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    print_summary(report, console, full=full)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_has_figures_intervals_universe_and_verdict(report: Report) -> None:
    text = _printed(report)
    for said in (
        "before",
        "after",
        "change",
        "39.5 % [32.4, 47.2]",
        "3.9 % [1.8, 7.9]",
        "Right answers kept",
        "as of 2026-04-01",
        "Success: ghost rate cut by",
        "Stopped:",
    ):
        assert said in text, said
    assert "Cut off by the token cap" not in text
    assert "Cut off by the token cap" in _printed(report, full=True)


def test_reasons_are_listed(failed: Report) -> None:
    text = _printed(failed)
    assert "Not called a success" in text
    assert "- right answers kept: 61.0 %, under 98.0 %" in text


def test_no_ghost(without_ghosts: Report) -> None:
    text = _printed(without_ghosts)
    assert "No ghost found: nothing to unlearn" in text
    assert "after" not in text


def test_model_text_is_no_console_markup(report: Report) -> None:
    report["model"] = "[red]x[/red] [/nonsense]"
    report["stopping"] = "[/b]"
    text = _printed(report)
    assert "[red]x[/red] [/nonsense]" in text
    assert "[/b]" in text


def test_show_worked_numbers() -> None:
    figure = {"value": 0.5, "low": 0.25, "high": None}
    assert show(figure) == "50.0 % [25.0, n/a]"
    assert show({"value": 0.5, "low": None, "high": None}) == "50.0 %"
    assert show({"value": None, "low": None, "high": None}) == "n/a"
    assert show(None) == "n/a"
