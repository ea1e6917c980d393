from __future__ import annotations

from typing import Any

import pytest

from unghost.errors import UnghostError
from unghost.evaluate.limits import FIGURES, check_limits, figure, parse_limit


def _value(value: float | None) -> dict[str, Any]:
    return {"value": value}


def _coding(change: float) -> dict[str, Any]:
    return {"figures": {"humaneval": {"change": _value(0.0)}, "humaneval_plus": _change(change)}}


def _change(change: float) -> dict[str, Any]:
    return {"change": _value(change)}


@pytest.fixture
def report() -> dict[str, Any]:
    return {
        "heldout": {
            "after": {"rate": _value(0.03), "answers": 50, "classes": {"abstention": 5}},
            "retention": _value(0.99),
            "names_ratio": _value(0.9),
            "names_ratio_answering": _value(0.97),
            "perplexity": {"before": _value(5.0), "after": _value(5.25)},
        },
        "comparison": {
            "answers_with_ghost": {"after": _value(0.02), "change": _value(-0.1)},
            "coding": [_coding(-0.02)],
            "drift": {"classes": {"names": _value(0.5), "code": _value(0.01), "prose": None}},
        },
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("answers_with_ghost", 0.02),
        ("answers_with_ghost_change", -0.1),
        ("package_rate", 0.03),
        ("right_kept", 0.99),
        ("names_ratio", 0.9),
        ("names_ratio_answering", 0.97),
        ("abstains", 0.1),
        ("humaneval", 0.0),
        ("humaneval_plus", -0.02),
        ("mbpp", None),
        ("mbpp_plus", None),
        ("perplexity", 0.25),
        ("drift_names", 0.5),
        ("drift_code", 0.01),
        ("drift_prose", None),
    ],
)
def test_figures(report: dict[str, Any], name: str, value: float | None) -> None:
    assert figure(report, name) == value


def test_every_figure_can_be_read(report: dict[str, Any]) -> None:
    empty = report | {"comparison": report["comparison"] | {"drift": None, "coding": []}}
    for name in FIGURES:
        figure(report, name)
        figure(empty, name)


@pytest.mark.parametrize(
    ("gate", "holds"),
    [
        ("answers_with_ghost<=0.02", True),
        ("answers_with_ghost<0.02", False),
        ("humaneval_plus >= -0.01", False),
        ("humaneval_plus>-1e-1", True),
        ("mbpp_plus>=-1", False),
    ],
)
def test_gates_are_held_against_the_figures(report: dict[str, Any], gate: str, holds: bool) -> None:
    (found,) = check_limits([parse_limit(gate)], report)
    assert found["holds"] is holds
    assert parse_limit(found["gate"]) == parse_limit(gate)


@pytest.mark.parametrize(
    "text", ["", "rate", "names_ratio=1", "names_ratio<=", "names_ratio<=nan", "names_ratio<=x"]
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(UnghostError, match="figure<=number"):
        parse_limit(text)


def test_an_unknown_figure_is_answered_with_the_list() -> None:
    with pytest.raises(UnghostError, match=r"'speed'.*answers_with_ghost.*drift_prose"):
        parse_limit("speed>=1")
