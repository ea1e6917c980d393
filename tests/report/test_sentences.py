from __future__ import annotations

from typing import Any

from unghost.report.sentences import headline, inventions, round_line, twins, universe

Report = dict[str, Any]
NAN = float("nan")


def test_a_round_is_one_line() -> None:
    assert round_line(2, 5, (0.254, 0.033), 0.987, 0.38, 112.4, 336) == (
        "round 2/5  ghosts 25.4 -> 3.3 %  right kept 98.7 %  abstains 38.0 %"
        "  1:52, at most about 6 min left"
    )
    assert round_line(5, 5, (0.25, NAN), NAN, 0, 9, 0) == (
        "round 5/5  ghosts 25.0 -> n/a  right kept n/a  abstains 0.0 %  0:09"
    )


def test_what_is_not_in_an_open_list_is_not_judged(report: Report) -> None:
    report["universe"] |= {"complete": False, "closed_world": False}
    assert universe(report).endswith("any other name is not judged.")
    report["universe"] |= {"label": "a list of 12,345 names"}
    assert universe(report).count("12,345") == 1


def test_a_run_that_lost_too_much_is_not_called_a_success(failed: Report) -> None:
    found = headline(failed)
    assert (found.tone, found.verdict) == ("bad", "Not called a success")
    assert found.reasons


def test_nothing_found(report: Report) -> None:
    report |= {"heldout": None, "rounds": []}
    assert headline(report).text == "No ghost found: nothing to unlearn"


def test_inventions_that_return_are_said_to(measurement: Report) -> None:
    measured = measurement["heldout"]["measured_before"]
    share = {"value": 0.5, "low": 0.4, "high": 0.6}
    measured["persistence"] = {"repeats": 3, "again": share, "always": share, "never": share}
    assert any(
        text.startswith("Asked again up to 3 times, 50.0 %") for text in inventions(measured)
    )
    measured["inventions"]["distinct"] = 0
    assert inventions(measured) == ["No name was invented."]


def test_twins_are_told_of_where_there_are_some(measurement: Report) -> None:
    measured = measurement["heldout"]["measured_before"]
    assert twins(measured) == []
    share = {"value": 0.5, "low": 0.4, "high": 0.6}
    keys = ("over_refusal", "honest", "invented_solvable", "invented_impossible", "difference")
    measured["twins"] = {"pairs": 12, "table": {}, **dict.fromkeys(keys, share)}
    assert twins(measured)[0].startswith("12 tasks that nothing solves")
