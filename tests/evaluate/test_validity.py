from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from unghost.evaluate.answers import Answer
from unghost.evaluate.validity import sample_size, validity_of


def _long(answers: list[Answer], tokens: list[int], limit: int) -> list[Answer]:
    """Give answers a length; those of the limit are cut off."""
    made = []
    for answer, count in zip(answers, tokens, strict=True):
        sampling = dataclasses.replace(answer.completion.sampling, max_new_tokens=limit)
        finish: Any = "length" if count == limit else "stop"
        completion = dataclasses.replace(
            answer.completion, token_ids=(0,) * count, finish_reason=finish, sampling=sampling
        )
        made.append(dataclasses.replace(answer, completion=completion))
    return made


def _answers(bench: Any, count: int, names: str = "+flask") -> list[Answer]:
    made = bench()
    for n in range(count):
        made.say(f"t{n}", names)
    return made.answers  # type: ignore[no-any-return]


def test_a_run_that_was_cut_short_says_so_and_proposes_a_limit(bench: Any) -> None:
    # Halves end in each 100 tokens after the first 100: 20 end within the limit of 200, 20 do not.
    tokens = [50] * 60 + [150] * 20 + [200] * 20
    found = validity_of(_long(_answers(bench, 100), tokens, 200))
    (limit,) = found.limits
    assert (limit.limit, limit.asks, limit.cut_off.value) == (200, ("packages",), 0.2)
    # 20 endings in 3,000 tokens; ln(0.2 / 0.05) * 150 = 208 more.
    assert limit.proposed == 448
    assert found.warnings[0].startswith("20.0 % of the answers were cut off")
    assert "from 200 to 448 (packages)" in found.warnings[0]


def test_few_cut_off_answers_are_no_warning(bench: Any) -> None:
    found = validity_of(_long(_answers(bench, 100), [50] * 96 + [200] * 4, 200))
    assert found.warnings == ()
    assert found.limits[0].proposed is None


def test_no_limit_ends_a_loop(bench: Any) -> None:
    answers = _answers(bench, 40, " ".join(["-zq"] * 9))
    found = validity_of(_long(answers, [200] * 40, 200))
    assert (found.limits[0].looped, found.limits[0].proposed) == (40, None)
    assert len(found.warnings) == 2
    assert "raise the limit" not in found.warnings[0]
    assert "100.0 % of the answers fell into a loop" in found.warnings[1]


def test_an_end_that_never_comes_doubles_the_limit(bench: Any) -> None:
    found = validity_of(_long(_answers(bench, 20), [50] * 10 + [200] * 10, 200))
    assert found.limits[0].proposed == 400


def test_names_younger_than_the_model_were_inventions(bench: Any) -> None:
    made = bench().say("a", "+old +new -zq").say("b", "+undated +new")
    days = {"old": "2020-01-01", "new": "2026-01-01"}
    made.verdicts = [
        dataclasses.replace(verdict, first_seen=days.get(verdict.canonical))
        for verdict in made.verdicts
    ]
    dates = validity_of(made.answers, cutoff="2024-06-30").dates
    assert dates.as_of == ("2026-04-01",)
    assert dates.dated.value == pytest.approx(3 / 4)
    assert dates.late is not None
    assert dates.late.value == pytest.approx(2 / 3)
    assert dates.rate_if_late_absent is not None
    assert dates.rate_if_late_absent.value == pytest.approx(3 / 5)
    assert validity_of(made.answers).dates.late is None


def test_four_times_the_tasks_halve_the_interval(bench: Any) -> None:
    made = bench()
    for n in range(100):
        made.say(f"t{n}", "-zq" if n % 5 == 0 else "+flask")
    found = sample_size(made.answers)
    assert found.tasks == 100
    assert found.half_width == pytest.approx(0.08, abs=0.005)
    assert found.design_effect == pytest.approx(1.0, abs=0.02)
    wanted = 100 * (found.half_width / 0.02) ** 2  # type: ignore[operator]
    assert found.needed["2"] == pytest.approx(wanted, abs=1)
    assert str(found).startswith("±8.0 points with 100 tasks; ±5 with about ")
    assert sample_size([]).half_width is None
    assert "too few" in str(sample_size([]))
