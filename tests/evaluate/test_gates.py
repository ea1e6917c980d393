from __future__ import annotations

import copy
from typing import Any

import pytest

from unghost.evaluate.gates import Tolerances, found_no_ghost, judge
from unghost.evaluate.heldout import heldout_section

Report = dict[str, Any]


def _figure(value: float | None, low: float | None = None, high: float | None = None) -> Report:
    return {"value": value, "low": low, "high": high}


@pytest.fixture
def report() -> Report:
    rates = {"statuses": {"absent": 40}, "top_share": 0.03}
    return {
        "rounds": [
            {"discover": None, "train": None},
            {"discover": {"new_ghosts": 12}, "train": {"tokens": 9}},
        ],
        "heldout": {
            "before": rates,
            "after": {"statuses": {"absent": 3}, "top_share": 0.04},
            "measured_before": {"twins": {"over_refusal": _figure(0.1)}},
            "measured_after": {"twins": {"over_refusal": _figure(0.12)}},
            "cut": _figure(0.9, 0.8, 0.95),
            "retention": _figure(0.985),
            "recall": {"ratio": _figure(0.7)},
            "names_ratio": _figure(0.96),
            "names_ratio_answering": _figure(0.99),
            "fit": {
                "before": _figure(0.4),
                "after": _figure(0.39),
                "difference": _figure(-0.01, -0.03, 0.01),
            },
            "perplexity": {"change": _figure(1.009)},
            "exact_match": {
                "before": _figure(0.97),
                "after": _figure(0.96),
                "change": _figure(-0.01, -0.02, 0.001),
            },
        },
    }


def test_a_run_within_all_tolerances_is_a_success(report: Report) -> None:
    assert judge(report) == []


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("cut",), _figure(-0.1, -0.3, 0.1), "did not fall"),
        (("cut",), _figure(0.2, -0.1, 0.4), "may be chance"),
        (("cut",), _figure(None), "no cut can be measured"),
        (("retention",), _figure(0.979), "right answers kept: 97.9 %, under 98.0 %"),
        (("retention",), None, "right answers kept: not measured"),
        (("recall", "ratio"), _figure(0.2), "valid names given again: 20.0 %, under 50.0 %"),
        (("recall",), None, "valid names given again: not measured"),
        (("after", "top_share"), 0.5, "one name makes up 50.0 % of all names given, 3.0 % before"),
        (
            ("measured_after", "twins"),
            {"over_refusal": _figure(0.4)},
            "solvable twins declined: 40.0 %, 10.0 % before",
        ),
        (("names_ratio_answering",), _figure(0.8), "80.0 %, under 95.0 % (96.0 % with them"),
        (("fit", "difference"), _figure(-0.1, -0.2, -0.01), "fit their tasks less"),
        (("fit",), None, "fit of the names given: not measured"),
        (("perplexity", "change"), _figure(1.02), "grew by 2.0 %"),
        (("perplexity",), None, "perplexity of other tasks: not measured"),
        (("exact_match", "change"), _figure(-0.1, -0.2, -0.01), "fell from 97.0 % to 96.0 %"),
        (("exact_match",), None, "exact match on other tasks: not measured"),
        (("after",), None, "not measured on held-out tasks"),
    ],
)
def test_each_price_is_a_reason_of_its_own(
    report: Report, path: tuple[str, ...], value: Any, said: str
) -> None:
    place = report["heldout"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    reasons = judge(report)
    assert len(reasons) == 1
    assert said in reasons[0]


def test_honesty_is_no_silence(report: Report) -> None:
    report["heldout"]["names_ratio"] = _figure(0.5)
    assert judge(report) == []


def test_all_prices_are_named(report: Report) -> None:
    report["heldout"]["retention"] = _figure(0.5)
    report["heldout"]["names_ratio_answering"] = _figure(0.1)
    assert len(judge(report)) == 2
    assert judge(report, Tolerances(retention=0.4, names=0.1)) == []


def test_no_ghost_found_has_no_reasons(report: Report) -> None:
    report["rounds"] = report["rounds"][:1]
    report["heldout"] = {"before": {"statuses": {"absent": 0}}, "after": None}
    assert found_no_ghost(report)
    assert judge(report) == []


def test_a_measurement_with_ghosts_is_not_judged(report: Report) -> None:
    report["rounds"] = []
    report["heldout"]["after"] = None
    assert not found_no_ghost(report)
    assert judge(report) == []


def test_a_trained_run_without_measurement_is_no_success(report: Report) -> None:
    report["heldout"] = None
    assert judge(report) == ["the tuned model was not measured on held-out tasks"]


def test_judging_changes_nothing(report: Report) -> None:
    before = copy.deepcopy(report)
    judge(report)
    assert report == before


def test_a_trained_run_whose_held_out_tasks_bring_no_ghost_is_no_success(report: Report) -> None:
    # The ghosts of `validate` may be what it trained on.
    report["rounds"][1]["discover"]["new_ghosts"] = 0
    report["heldout"]["before"] = {"statuses": {"absent": 0, "exists": 30}}
    report["heldout"]["cut"] = _figure(None)
    assert not found_no_ghost(report)
    assert "no cut can be measured" in judge(report)[0]


@pytest.mark.parametrize(
    ("statuses", "complete", "clean"),
    [
        ({"absent": 0, "exists": 9, "unknown": 0}, False, True),
        ({"absent": 0, "exists": 9, "unknown": 1}, False, False),
        ({"absent": 0, "exists": 9, "unknown": 1}, True, True),
        ({"absent": 0, "exists": 0, "unknown": 5}, True, False),
        ({"absent": 0, "exists": 0, "unknown": 0}, True, True),
    ],
)
def test_unknown_is_never_silently_clean(
    report: Report, statuses: dict[str, int], complete: bool, clean: bool
) -> None:
    report["rounds"] = report["rounds"][:1]
    report["universe"] = {"complete": complete, "closed_world": False}
    report["heldout"] = {"before": {"statuses": statuses}, "after": None}
    assert found_no_ghost(report) is clean
    assert (judge(report) == []) is clean


def test_a_run_that_met_ghosts_and_trained_nothing_is_no_success(report: Report) -> None:
    report["rounds"] = report["rounds"][:1]
    report["heldout"]["after"] = None
    assert judge(report) == ["nothing was trained, though the base made a ghost on held-out tasks"]


TASKS = 60
TRAINED: Report = {"rounds": [{"discover": None, "train": {"tokens": 9}}]}
ELSEWHERE: Report = {
    "perplexity": {"change": _figure(1.0)},
    "exact_match": {"change": _figure(0.0, -0.01, 0.01)},
}


def _base(bench: Any) -> Any:
    """Build a usual model: it invents a name in a third of its answers, and else is right."""
    made = bench()
    for n in range(TASKS):
        made.say(f"t{n}", f"-zq-ghost-{n}" if n % 3 == 0 else f"+real-{n}", gold=f"real-{n}")
    return made


def _after(bench: Any, names: str, text: str | None) -> Any:
    made = bench()
    for n in range(TASKS):
        made.say(f"t{n}", names.format(n=n), text=text, gold=f"real-{n}")
    return made


@pytest.mark.parametrize(
    ("names", "text", "reasons"),
    [
        ("", "Well, it depends.", ["names per answer, of before"]),
        ("", "", ["names per answer, of before"]),
        ("+requests", None, ["one name makes up 100.0 %"]),
        ("", "I know none.", ["names per answer, of before, abstentions apart: not measured"]),
        ("", "I'm sorry, but I can't help with that.", ["names per answer, of before"]),
    ],
)
def test_models_that_only_look_clean_fail(
    bench: Any, names: str, text: str | None, reasons: list[str]
) -> None:
    before, after = _base(bench).answers, _after(bench, names, text).answers
    keywords = {f"t{n}": [f"k{n}"] for n in range(TASKS)}
    by_name = {f"real-{n}": [f"k{n}"] for n in range(TASKS)} | {"requests": ["k0"]}
    heldout = heldout_section(before, after, task_keywords=keywords, name_keywords=by_name)
    found = judge(TRAINED | {"heldout": heldout | ELSEWHERE})
    for said in [*reasons, "right answers kept: 0.0 %", "valid names given again: 0.0 %"]:
        assert any(reason.startswith(said) for reason in found), (said, found)
    # Each of them fails too where no right name and no keyword is stated, as for most models.
    for answer in (*before, *after):
        object.__setattr__(answer.prompt, "gold", None)
    bare = judge(TRAINED | {"heldout": heldout_section(before, after) | ELSEWHERE})
    for said in [*reasons, "valid names given again: 0.0 %"]:
        assert any(reason.startswith(said) for reason in bare), (said, bare)


def test_a_model_that_lost_its_ghosts_alone_succeeds(bench: Any) -> None:
    before = _base(bench).answers
    after = bench()
    for n in range(TASKS):
        after.say(f"t{n}", "" if n % 3 == 0 else f"+real-{n}", gold=f"real-{n}", text="I know none")
    keywords = {f"t{n}": [f"k{n}"] for n in range(TASKS)}
    by_name = {f"real-{n}": [f"k{n}"] for n in range(TASKS)}
    heldout = heldout_section(before, after.answers, task_keywords=keywords, name_keywords=by_name)
    assert judge(TRAINED | {"heldout": heldout | ELSEWHERE}) == []


def _compared(report: Report, high: float) -> Report:
    figure = {"before": _figure(0.5), "after": _figure(0.4), "change": _figure(-0.1, -0.2, high)}
    heldout = report["heldout"] | {"exact_match": None}
    parts = {"coding": [{"figures": {"humaneval_plus": figure}}]}
    return report | {"rounds": [], "heldout": heldout, "comparison": parts}


def test_a_comparison_is_judged_by_its_coding_problems(report: Report) -> None:
    assert judge(_compared(report, 0.01)) == []
    assert judge(_compared(report, -0.01)) == ["humaneval_plus fell from 50.0 % to 40.0 %"]
    nothing = _compared(report, 0.01) | {"comparison": {"coding": []}}
    assert judge(nothing) == ["exact match on other tasks: not measured"]
