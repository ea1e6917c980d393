from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from unghost.evaluate.pairs import pair_section, sign_flip


def test_the_difference_is_of_the_same_questions(bench: Any) -> None:
    before = bench().say("a", "-x +flask").say("b", "+six").say("c", "-x").answers
    after = bench().say("a", "+flask").say("b", "+six").say("d", "-x").answers
    found = pair_section(before, after)
    assert (found["tasks"], found["questions"]) == (2, 2)
    assert found["answers_with_ghost"]["before"]["value"] == 0.5
    assert found["answers_with_ghost"]["after"]["value"] == 0.0
    assert found["answers_with_ghost"]["change"]["value"] == -0.5
    assert found["answers_with_ghost"]["p"] == 1.0


def test_names_move_by_question(bench: Any) -> None:
    before = bench().say("a", "-x +flask +six").say("b", "+six -y").answers
    after = bench().say("a", "-x +flask -z").say("b", "+flask -z").answers
    found = pair_section(before, after)
    assert found["gained"]["names"] == [{"name": "flask", "questions": 1}]
    assert found["lost"] == {
        "total": 2,
        "distinct": 1,
        "names": [{"name": "six", "questions": 2}],
    }
    assert found["cured"]["names"] == [{"name": "y", "questions": 1}]
    assert found["new"]["names"] == [{"name": "z", "questions": 2}]


def test_nothing_is_compared_where_nothing_is_common(bench: Any) -> None:
    found = pair_section(bench().say("a", "-x").answers, bench().say("b", "-x").answers)
    assert found["questions"] == 0
    assert found["answers_with_ghost"]["p"] is None
    assert found["answers_with_ghost"]["change"]["value"] is None


def _by_hand(before: list[tuple[int, int]], after: list[tuple[int, int]]) -> float:
    def difference(flipped: tuple[bool, ...]) -> float:
        one = [a if f else b for b, a, f in zip(before, after, flipped, strict=True)]
        two = [b if f else a for b, a, f in zip(before, after, flipped, strict=True)]
        shares = [sum(h for h, _ in x) / sum(n for _, n in x) for x in (one, two)]
        return shares[1] - shares[0]

    seen = abs(difference((False,) * len(before)))
    found = [abs(difference(f)) >= seen - 1e-12 for f in product((False, True), repeat=len(before))]
    return sum(found) / len(found)


def test_few_tasks_are_tested_exactly() -> None:
    before = [(3, 3), (2, 3), (1, 2), (2, 2), (0, 1), (1, 3)]
    after = [(0, 3), (1, 3), (1, 2), (0, 2), (1, 2), (0, 3)]
    found = sign_flip(np.array(before, dtype=float), np.array(after, dtype=float))
    assert found == pytest.approx(_by_hand(before, after))


def test_many_tasks_are_tested_by_draws() -> None:
    rng = np.random.default_rng(0)
    ones = np.ones(200)
    before = np.stack([rng.random(200) < 0.5, ones], axis=1).astype(float)
    after = np.stack([rng.random(200) < 0.2, ones], axis=1).astype(float)
    again = np.stack([rng.random(200) < 0.5, ones], axis=1).astype(float)
    clear, chance = sign_flip(before, after), sign_flip(before, again)
    assert clear is not None
    assert chance is not None
    assert clear < 0.001 < 0.05 < chance
    assert clear == sign_flip(before, after)


def test_p_values_are_uniform_where_nothing_differs() -> None:
    rng = np.random.default_rng(1)
    ones = np.ones(60)
    values = []
    for _ in range(200):
        first, second = (
            np.stack([rng.random(60) < 0.3, ones], axis=1).astype(float) for _ in range(2)
        )
        found = sign_flip(first, second, flips=400)
        assert found is not None
        values.append(found)
    assert 0.01 <= np.mean(np.array(values) <= 0.05) <= 0.1
