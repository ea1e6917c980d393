from __future__ import annotations

import copy
import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from unghost.errors import UnghostError
from unghost.report.compare import check_comparable, print_comparison, write_comparison

Report = dict[str, Any]


def _printed(reports: dict[str, Report]) -> str:
    console = Console(file=io.StringIO(), width=80, force_terminal=False)
    print_comparison(reports, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_runs_stand_one_a_row_with_what_they_end_with(report: Report, measurement: Report) -> None:
    text = _printed({"tuned": report, "a-base-of-a-very-long-name": measurement})
    rows = {line.split()[0]: line for line in text.splitlines() if "% " in line and " to " in line}
    assert "5.0 %" in rows["tuned"]
    assert "37.5 %" in next(row for name, row in rows.items() if name.endswith("…"))
    assert text.startswith("a-base-of-a-very-long-name: 25.0 % of the answers were cut off")
    assert all(len(line) <= 80 for line in text.splitlines())


def test_the_page_has_a_bar_a_run(report: Report, measurement: Report, tmp_path: Path) -> None:
    write_comparison({"<tuned>": report, "base": measurement}, tmp_path / "c.html")
    page = (tmp_path / "c.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "Invented names in answers: &lt;tuned&gt; 5.0\u00a0%, base 37.5\u00a0%." in page
    assert page.count('class="stacked big"') == 2
    assert "<tuned>" not in page
    assert "plotrix" not in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r["universe"].update(as_of="2026-05-01"), "day of the names"),
        (lambda r: r["universe"].update(count=9), r"names \(12345 and 9\)"),
        (lambda r: r["domain"].update(name="cves"), "domain"),
        (lambda r: r["answers"].pop(), "kinds of question"),
        (lambda r: r["answers"][0].update(question="another?"), "tasks"),
        (
            lambda r: r["heldout"]["measured_after"]["validity"]["limits"][0].update(limit=9),
            "limit of tokens",
        ),
    ],
)
def test_what_differs_is_said_and_nothing_compared(
    report: Report, tmp_path: Path, change: Any, said: str
) -> None:
    other = copy.deepcopy(report)
    change(other)
    with pytest.raises(UnghostError, match=said):
        write_comparison({"a": report, "b": other}, tmp_path / "c.html")
    assert list(tmp_path.iterdir()) == []


def test_a_question_with_a_masked_name_is_taken_as_the_same(report: Report) -> None:
    other = copy.deepcopy(report)
    other["answers"][0]["question"] = "what is qzv•••?"
    check_comparable({"a": report, "b": other})


def test_a_run_without_figures_is_named(report: Report) -> None:
    empty = {**copy.deepcopy(report), "heldout": None}
    with pytest.raises(UnghostError, match="b measured nothing"):
        check_comparable({"a": report, "b": empty})
