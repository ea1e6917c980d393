from __future__ import annotations

import math

import pytest

from unghost.discover.stopping import (
    RoundResult,
    StoppingRule,
    best_round,
    ghost_cut,
    reason_to_stop,
)
from unghost.errors import UnghostError

RULE = StoppingRule(target=0.02, retention_floor=0.98, max_rounds=4, patience=2)


def history(*rounds: tuple[float, float, int]) -> list[RoundResult]:
    """(rate, retention, new ghosts) of each round; the base has rate 0.5."""
    base = RoundResult(0, 0.5, 0.55, 1.0, 0)
    return [base] + [
        RoundResult(number, rate, rate + 0.05, kept, new)
        for number, (rate, kept, new) in enumerate(rounds, 1)
    ]


def test_going_on() -> None:
    assert reason_to_stop(history(), RULE) is None
    assert reason_to_stop(history((0.4, 1, 9)), RULE) is None
    assert reason_to_stop(history((0.4, 1, 9), (0.3, 0.99, 5)), RULE) is None


def test_target_reached_by_the_upper_bound_not_by_the_rate() -> None:
    reached = [*history(), RoundResult(1, 0.005, 0.019, 1.0, 3)]
    assert "target" in str(reason_to_stop(reached, RULE))
    unsure = [*history(), RoundResult(1, 0.005, 0.021, 1.0, 3)]
    assert reason_to_stop(unsure, RULE) is None


def test_two_empty_rounds_in_a_row() -> None:
    assert "no new ghost" in str(reason_to_stop(history((0.4, 1, 0), (0.3, 1, 0)), RULE))
    assert reason_to_stop(history((0.4, 1, 0), (0.3, 1, 1), (0.2, 1, 0)), RULE) is None
    assert reason_to_stop(history((0.4, 1, 0)), RULE) is None


def test_a_frontier_that_got_worse() -> None:
    worse = history((0.2, 1, 9), (0.3, 1, 9), (0.25, 1, 9))
    assert "no better on validate than round 1" in str(reason_to_stop(worse, RULE))
    below_the_floor = history((0.2, 1, 9), (0.1, 0.9, 9), (0.05, 0.8, 9))
    assert "round 1" in str(reason_to_stop(below_the_floor, RULE))
    recovered = history((0.2, 1, 9), (0.3, 1, 9), (0.1, 1, 9))
    assert reason_to_stop(recovered, RULE) is None


def test_the_budget() -> None:
    falling = history((0.4, 1, 9), (0.3, 1, 9), (0.2, 1, 9), (0.1, 1, 9))
    assert reason_to_stop(falling[:-1], RULE) is None
    assert "budget of 4" in str(reason_to_stop(falling, RULE))


def test_the_best_round_has_the_highest_cut_above_the_floor() -> None:
    best = best_round(history((0.3, 1, 9), (0.2, 0.98, 9), (0.05, 0.9, 9)), RULE)
    assert (best.round, best.above_floor) == (2, True)
    assert best.cut == pytest.approx(0.6)


def test_with_all_below_the_floor_the_gentlest_is_kept_and_marked() -> None:
    best = best_round(history((0.3, 0.9, 9), (0.2, 0.95, 9), (0.05, 0.8, 9)), RULE)
    assert (best.round, best.above_floor) == (2, False)
    assert best_round(history(), RULE).round == 0


def test_unknown_figures_are_no_success() -> None:
    silent = history((math.nan, 1, 9), (0.4, 1, 9))
    assert ghost_cut(silent[1], silent[0]) == 0
    assert best_round(silent, RULE).round == 2
    unmeasured = history((0.1, math.nan, 9), (0.4, 1, 9))
    assert best_round(unmeasured, RULE).round == 2


def test_a_base_without_ghosts_has_nothing_to_cut() -> None:
    clean = [RoundResult(0, 0.0, 0.01, 1.0, 0)]
    assert "target" in str(reason_to_stop(clean, RULE))
    assert ghost_cut(clean[0], clean[0]) == 0


@pytest.mark.parametrize(
    "bad", [{"target": 2}, {"retention_floor": -1}, {"max_rounds": 0}, {"patience": 0}]
)
def test_senseless_rules_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(UnghostError):
        StoppingRule(**bad)  # type: ignore[arg-type]


def test_an_empty_history_is_refused() -> None:
    with pytest.raises(UnghostError, match="measure the base"):
        reason_to_stop([], RULE)


def test_where_no_right_answer_is_known_the_cut_alone_counts() -> None:
    def unknown(*rates: float) -> list[RoundResult]:
        return [RoundResult(n, rate, rate + 0.05, math.nan, 9) for n, rate in enumerate(rates)]

    best = best_round(unknown(0.5, 0.4, 0.1, 0.3), RULE)
    assert (best.round, best.above_floor) == (2, True)
    assert reason_to_stop(unknown(0.5, 0.4, 0.3, 0.2), RULE) is None
    reason = str(reason_to_stop(unknown(0.5, 0.2, 0.3, 0.4), RULE))
    assert "no better on validate than round 1" in reason
    assert "right answers" not in reason
