from __future__ import annotations

from typing import Any

import pytest

from unghost.evaluate.compare import (
    fit,
    names_ratio,
    only,
    prone_questions,
    rate_change,
    recall,
    retention,
    right_answers,
)


def test_cut_and_difference(bench: Any) -> None:
    before = bench().say("a", "-x -y +flask +numpy").say("b", "-z +scipy -w +six").answers
    after = bench().say("a", "-x +flask +numpy +six").say("b", "+z +scipy +w +six").answers
    assert rate_change(before, after, "cut").value == pytest.approx(1 - (1 / 8) / (4 / 8))
    assert rate_change(before, after, "difference").value == pytest.approx(-3 / 8)


def test_only_common_tasks_take_part(bench: Any) -> None:
    before = bench().say("a", "-x +y").say("b", "-x").answers
    after = bench().say("a", "+x +y").say("c", "-x").answers
    assert rate_change(before, after, "difference").value == pytest.approx(-0.5)
    assert rate_change(before, [], "cut").value is None


def test_no_ghost_before_has_no_cut(bench: Any) -> None:
    clean = bench().say("a", "+x").answers
    assert rate_change(clean, clean, "cut").value is None


def test_silence_shows_and_honesty_is_told_from_it(bench: Any) -> None:
    before = bench().say("a", "-x -y").say("b", "-z -w").answers
    silent = bench().say("a", "+x +y").say("b", text="").answers
    honest = bench().say("a", "+x +y").say("b", text="I know none").answers
    assert names_ratio(before, silent).value == pytest.approx(0.5)
    assert names_ratio(before, silent, without_abstentions=True).value == pytest.approx(0.5)
    assert names_ratio(before, honest).value == pytest.approx(0.5)
    assert names_ratio(before, honest, without_abstentions=True).value == pytest.approx(1.0)


def test_retention_counts_only_what_the_base_had_right(bench: Any) -> None:
    before = (
        bench()
        .say("a", "+flask -x", gold="flask")
        .say("b", "+numpy", gold="numpy")
        .say("c", "+six", gold="scipy")  # wrong before: no part of retention
        .say("d", "-rich", gold="rich")  # named, but judged absent: wrong
        .say("e", "+tqdm", gold="tqdm", temperature=0.7)  # sampled: left out
    ).answers
    after = bench().say("a", "+flask", gold="flask").say("b", "-num", gold="numpy")
    after.say("c", "+scipy", gold="scipy")
    kept = retention(before, after.answers)
    assert (kept.value, kept.hits, kept.total) == (0.5, 1, 2)
    assert right_answers(before).value == pytest.approx(2 / 4)
    assert right_answers(before, {"flask": True, "numpy": False}).value == 1.0


def test_retention_without_right_answers_is_not_measured(bench: Any) -> None:
    answers = bench().say("a", "-x", gold="flask").answers
    assert retention(answers, answers).value is None


def test_recall_is_divided_by_the_base_against_itself(bench: Any) -> None:
    base = bench().say("a", "+flask +numpy").say("b", "+six +rich").answers
    again = bench().say("a", "+flask +scipy").say("b", "+six +rich").answers
    tuned = bench().say("a", "+flask").say("b", "+six -x").answers
    result = recall(base, tuned, again)
    assert result.tuned.value == pytest.approx(2 / 4)
    assert result.again.value == pytest.approx(3 / 4)
    assert result.ratio.value == pytest.approx(2 / 3)
    assert recall(base, tuned).again.value == 1.0
    assert recall(base, base).ratio.value == 1.0


TASKS = {"a": ["web", "server"], "b": ["array", "math"]}
PACKAGES = {
    "flask": ["web", "server", "routing"],
    "numpy": ["array", "math"],
    "six": ["compatibility"],
}


def test_fit_worked_numbers(bench: Any) -> None:
    before = bench().say("a", "+flask -x").say("b", "+numpy +six").answers
    after = bench().say("a", "+numpy").say("b", "+numpy +mystery").answers
    result = fit(before, after, TASKS, PACKAGES)
    assert result.before.value == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert result.after.value == pytest.approx((0 + 1) / 2)
    # Two tasks: the control swaps them.
    assert result.shuffled_before.value == pytest.approx(0.0)
    assert result.shuffled_after.value == pytest.approx((1 + 0) / 2)
    assert (result.rated_before, result.rated_after) == (1.0, pytest.approx(2 / 3))
    assert result.difference.value == pytest.approx(0.5 - 5 / 9)


def test_fit_sees_a_collapse_onto_one_real_name(bench: Any) -> None:
    keywords = {f"t{i}": [f"k{i}", f"l{i}"] for i in range(30)}
    packages = {f"p{i}": words for i, words in enumerate(keywords.values())}
    good, collapsed = bench(), bench()
    for i in range(30):
        good.say(f"t{i}", f"+p{i}")
        collapsed.say(f"t{i}", "+p0")
    result = fit(good.answers, collapsed.answers, keywords, packages)
    assert result.before.value == 1.0
    assert result.difference.high is not None
    assert result.difference.high < 0
    assert result.shuffled_before.value == 0.0


def test_the_control_does_not_depend_on_the_order_of_answers(bench: Any) -> None:
    keywords = {f"t{i}": ["shared", f"k{i % 7}"] for i in range(20)}
    packages = {f"p{i}": words for i, words in enumerate(keywords.values())}
    made = bench()
    for i in range(20):
        made.say(f"t{i}", f"+p{i}")
    answers = made.answers
    first = fit(answers, answers, keywords, packages)
    second = fit(answers[::-1], answers[::-1], keywords, packages)
    assert first == second
    assert 0 < first.shuffled_before.value < first.before.value  # type: ignore[operator]


def test_prone_questions_are_those_with_a_ghost_of_the_base(bench: Any) -> None:
    answers = bench().say("a", "-x").say("b", "+y").say("a", "+y", prompt="a2").answers
    assert prone_questions(answers) == {"p-a"}
    assert [a.prompt.id for a in only(answers, {"a2"})] == ["a2"]


def test_questions_about_own_code_match_by_task(bench: Any) -> None:
    asked = {"asks": "requirements", "gold": "flask"}
    before = bench().say("a", "+flask -x", prompt="code of the base", **asked).answers
    after = bench().say("a", "+flask", prompt="code of the tuned", **asked).answers
    assert retention(before, after).value == 1.0
    assert recall(before, after).tuned.value == 1.0
    assert len(only(after, prone_questions(before))) == 1
