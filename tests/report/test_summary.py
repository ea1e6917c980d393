from __future__ import annotations

import io
import re
from typing import Any

import pytest
from rich.console import Console

from unghost.report.figures import show
from unghost.report.summary import print_summary

Report = dict[str, Any]


def _printed(report: Report, *, full: bool = False, width: int = 140) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    print_summary(report, console, full=full)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_verdict_comes_first_and_eight_rows_follow(report: Report) -> None:
    lines = _printed(report, width=80).splitlines()
    assert lines[0].startswith("Invented names in 5.0 % of answers, was 37.5 %.")
    assert any(line.startswith("Success:") for line in lines[:4])
    table = lines[lines.index("") + 1 :]
    table = table[: table.index("")]
    assert len(table) == 1 + 8
    row = next(line for line in table if line.startswith("Answers with an invented name"))
    assert re.fullmatch(r"Answers with an invented name +37.5 % +5.0 % +\d.* to \d.*", row)
    assert "as of 2026-04-01" in _printed(report)
    assert "Stopped:" in _printed(report)


@pytest.mark.parametrize("full", [False, True])
def test_no_row_wraps_at_80_columns(report: Report, full: bool) -> None:
    text = _printed(report, full=full, width=80)
    assert "…" not in text
    rows = [line for line in text.splitlines() if re.search(r"\d to \d", line)]
    assert len(rows) >= 5
    assert all(re.match(r"\w.{30} .*\d to [+\d.n/a]+\s*$", line) for line in rows), rows


def test_the_rest_is_for_full(report: Report) -> None:
    assert "Cut off by the token cap" not in _printed(report)
    text = _printed(report, full=True)
    for said in ("Cut off by the token cap", "Fit, shuffled control", "by level of the task"):
        assert said in text


def test_a_warning_comes_before_all_else(measurement: Report) -> None:
    assert _printed(measurement).startswith("25.0 % of the answers were cut off")


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
