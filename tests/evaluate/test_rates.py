from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from domain_cases import PACKAGES
from unghost.errors import UnghostError
from unghost.evaluate.answers import read_answers
from unghost.evaluate.rates import Rates, rates_of


def test_ways_of_pooling_differ(bench: Any) -> None:
    rates = rates_of(
        bench()
        .say("a", "-x -x +flask +flask", prompt="a1")
        .say("a", "+flask", prompt="a2")
        .say("b", "+numpy", prompt="b1")
        .say("b", "-y", prompt="b1", sample=1)
        .answers
    )
    assert rates.rate.value == pytest.approx(2 / 5)
    assert rates.occurrence_rate.value == pytest.approx(3 / 7)
    assert rates.prompt_rate.value == pytest.approx((1 / 2 + 0 + 1 / 2) / 3)
    assert rates.response_rate.value == pytest.approx(2 / 4)
    assert (rates.rate.hits, rates.rate.total, rates.rate.clusters) == (2, 5, 2)
    assert (rates.prompts, rates.answers) == (3, 4)


def test_unknown_is_in_no_rate_but_in_the_bounds(bench: Any) -> None:
    rates = rates_of(bench().say("a", "-x +flask +numpy ?odd").answers)
    assert rates.rate.value == pytest.approx(1 / 3)
    assert rates.rate_if_unknown_exist == pytest.approx(1 / 4)
    assert rates.rate_if_unknown_absent == pytest.approx(2 / 4)


def test_counts_stand_apart(bench: Any) -> None:
    others = [
        ("os", "stdlib"),
        ("mine", "local"),
        ("inner", "private"),
        ("held", "reserved"),
        ("torch", "exists"),
    ]
    made = (
        bench().say("a", others, resolved="submodule-of").say("b", "+pyyaml", resolved="import-map")
    )
    rates = rates_of(made.answers)
    assert rates.statuses == {
        "exists": 2,
        "absent": 0,
        "stdlib": 1,
        "local": 1,
        "private": 1,
        "reserved": 1,
        "unknown": 0,
    }
    assert rates.resolved == {"name": 0, "import-map": 1, "submodule-of": 1}
    assert rates.rate.value == 0.0
    # Modules that no index holds are not names of packages.
    assert rates.names == 4


def test_classes_of_answers_are_exclusive(bench: Any) -> None:
    made = (
        bench()
        .say("a", "+flask", finish="length")
        .say("b", text="  \n")
        .say("c", text="I know none for this.")
        .say("d", text="Well, it depends.")
        .say("e", [("os", "stdlib")])
        .say("f", "-x", text="I know none but x")
        .say("g", text="half", finish="error")
        .say("h", text="I'm sorry, but as an AI language model I can't help with that.")
    )
    rates = rates_of(made.answers)
    assert rates.classes == {
        "naming": 2,
        "uncounted": 1,
        "abstention": 1,
        "refusal": 1,
        "empty": 1,
        "unparsed": 1,
    }
    assert (rates.answers, rates.truncated) == (7, 1)
    assert rates.names_per_answer.value == pytest.approx(2 / 7)
    assert rates.names_per_naming_answer.value == pytest.approx(1.0)
    assert rates.response_rate.value == pytest.approx(1 / 7)


def test_thinking_is_counted_apart(bench: Any) -> None:
    made = (
        bench()
        .say("a", "+flask", text="<think>flask or flusk?</think>flask")
        .say("b", text="<think>I know none, do I?")
        .say("c", text="<think>hm</think>I know none.")
    )
    rates = rates_of(made.answers)
    assert rates.thinking == 3
    assert (rates.classes["naming"], rates.classes["empty"]) == (1, 1)


def test_collapse_onto_one_name_shows(bench: Any) -> None:
    made = bench()
    for task in "abcd":
        made.say(task, "+requests +requests")
    rates = rates_of(made.say("e", "+flask -x").answers)
    assert rates.distinct_names == 3
    assert rates.top_share == pytest.approx(4 / 6)


def test_paraphrases_are_one_cluster(bench: Any) -> None:
    one, many = bench(), bench()
    for i in range(20):
        names = "-x" if i < 10 else "+flask"
        one.say(f"t{i // 10}", names, prompt=f"p{i}")
        many.say(f"t{i}", names, prompt=f"p{i}")
    narrow, wide = rates_of(many.answers).rate, rates_of(one.answers).rate
    assert narrow.value == wide.value == 0.5
    assert (wide.clusters, narrow.clusters) == (2, 20)
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)  # type: ignore[operator]


def test_parts_by_kind_and_by_gold(bench: Any) -> None:
    made = (
        bench()
        .say("a", "+flask", gold="flask")
        .say("b", "-x", gold="rare", asks="code")
        .say("c", "+numpy +scipy")
        .say("d", "+ignored", asks="task")
    )
    rates = rates_of(made.answers, known={"flask": True, "rare": False})
    assert list(rates.by_asks) == ["code", "packages"]
    assert rates.by_asks["code"].rate.value == 1.0
    assert list(rates.by_gold) == ["known", "unknown", "unstated"]
    assert rates.by_gold["known"].rate.value == 0.0
    assert rates.by_gold["unknown"].rate.value == 1.0
    assert rates.by_gold["unstated"].names == 2
    assert rates.answers == 3


def test_json_round_trip(bench: Any) -> None:
    made = bench().say("a", "-x +flask", gold="flask").say("b", "+y ?z")
    rates = rates_of(made.answers, known={"flask": True})
    assert Rates.from_json(json.loads(json.dumps(rates.to_json()))) == rates


def test_no_answer_at_all_has_no_rate() -> None:
    rates = rates_of([])
    assert rates.rate.value is None
    assert rates.top_share is None
    assert rates.rate_if_unknown_absent is None


def test_broken_records_are_named(bench: Any) -> None:
    made = bench().say("a", "-x")
    prompts, completions, mentions, verdicts = made.records
    with pytest.raises(UnghostError, match="prompts and completions of the same run"):
        read_answers([], completions, mentions, verdicts, domain=PACKAGES)
    with pytest.raises(UnghostError, match="no verdict"):
        read_answers(prompts, completions, mentions, [], domain=PACKAGES)


def test_rates_and_report_import_no_torch() -> None:
    import subprocess

    code = (
        "import sys, unghost.evaluate.rates, unghost.evaluate.compare, unghost.evaluate.gates,"
        " unghost.evaluate.heldout, unghost.report.page, unghost.report.summary;"
        "sys.exit('torch' in sys.modules or 'pyarrow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
