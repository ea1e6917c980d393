from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.evaluate.estimates import (
    NOTHING,
    Estimate,
    apply,
    by_cluster,
    clopper_pearson,
    design_effect,
    effective_size,
    mean,
    paired,
    proportion,
    spread,
    t_quantile,
)


def test_clopper_pearson_worked_numbers() -> None:
    assert clopper_pearson(0, 10) == pytest.approx((0.0, 1 - 0.025 ** (1 / 10)))
    assert clopper_pearson(10, 10) == pytest.approx((0.025 ** (1 / 10), 1.0))
    # The classic table: 3 of 20.
    assert clopper_pearson(3, 20) == pytest.approx((0.0321, 0.3789), abs=1e-4)


def test_no_hit_is_never_a_certain_zero() -> None:
    estimate = proportion(np.zeros(50), np.full(50, 2.0))
    assert estimate.value == 0.0
    assert estimate.method == "exact"
    # Each cluster of one mind: fifty observations, not a hundred.
    assert estimate.high == pytest.approx(1 - 0.025 ** (1 / 50))


def test_no_miss_is_never_a_certain_one() -> None:
    estimate = proportion(np.full(30, 1.0), np.full(30, 1.0))
    assert (estimate.value, estimate.high) == (1.0, 1.0)
    assert estimate.low == pytest.approx(0.025 ** (1 / 30))


def test_spread_worked_numbers() -> None:
    # 0, 0, 3: mean 1, squared deviations 1, 1, 4 (sum 6, fourth powers 18); error^2 = 2/3 * 6;
    # freedom = 2 * 36 / (18 - 12) = 12, but never over 2.
    assert spread(np.array([0.0, 0.0, 3.0])) == pytest.approx((2.0, 2.0))
    # One of a hundred differs: the error rests on it alone.
    alone = spread(np.array([100.0] + [0.0] * 99))
    assert alone.freedom == pytest.approx(2 * 9900**2 / (99**4 + 99 - 9900**2 / 100))
    assert alone.freedom < 2.1
    assert spread(np.ones(7)) == (0.0, 6.0)


def test_quantiles_of_student_are_the_known_ones() -> None:
    assert t_quantile(1, 0.975) == pytest.approx(12.7062, abs=1e-3)
    assert t_quantile(1e9, 0.975) == pytest.approx(1.95996, abs=1e-4)


def test_effective_size_worked_numbers() -> None:
    # Ratio 1/10; without the first cluster 0, without another 10/90; the jackknife variance is
    # 9/10 * sum of squares about the mean, the design effect 9, here of 100 observations.
    tops, bottoms = np.array([10.0] + [0.0] * 9), np.full(10, 10.0)
    parts = np.array([0.0] + [1 / 9] * 9)
    variance = 0.9 * ((parts - parts.mean()) ** 2).sum()
    effect = variance / (0.09 / 100)
    assert design_effect(tops, bottoms) == pytest.approx(effect)
    factor = t_quantile(99, 0.975) / t_quantile(spread(parts).freedom, 0.975)
    assert effective_size(tops, bottoms) == pytest.approx(100 / effect * factor**2)
    assert effective_size(tops, bottoms) < 100 / effect


def test_single_observations_are_independent() -> None:
    assert effective_size(np.array([1.0] + [0.0] * 19), np.ones(20)) == 20.0
    assert design_effect(np.array([1.0, 0.0] * 10), np.ones(20)) == pytest.approx(20 / 19)
    assert design_effect(np.zeros(20), np.ones(20)) is None


def test_one_cluster_is_one_observation() -> None:
    assert effective_size(np.array([30.0]), np.array([100.0])) == 1.0


def test_five_clusters_with_hits_and_misses_are_trusted() -> None:
    bottoms = np.ones(20)
    assert proportion([1.0] * 4 + [0.0] * 16, bottoms).method == "exact"
    assert proportion([1.0] * 5 + [0.0] * 15, bottoms).method == "robust"


def test_nothing_measured_has_no_figure() -> None:
    assert proportion([], []) == NOTHING
    assert proportion([0.0], [0.0]) == NOTHING
    assert paired(([0.0], [1.0]), ([0.0], [1.0]), "cut") == NOTHING


def test_one_cluster_gives_a_mean_without_interval() -> None:
    assert mean([6.0], [4.0]) == Estimate(1.5, None, None, 6.0, 4.0, 1, "none")


def test_the_interval_of_single_answers_is_the_textbook_one() -> None:
    hits = np.array([1.0] * 30 + [0.0] * 70)
    found = proportion(hits, np.ones(100))
    error = (0.3 * 0.7 / 99) ** 0.5 / (0.3 * 0.7)
    reach = t_quantile(spread((30 - hits) / 99).freedom, 0.975) * error
    ends = [1 / (1 + math.exp(-(math.log(3 / 7) + sign * reach))) for sign in (-1, 1)]
    assert [found.low, found.high] == pytest.approx(ends)
    assert reach == pytest.approx(1.96 * error, rel=0.02)


def test_doubling_every_cluster_adds_nothing() -> None:
    rng = np.random.default_rng(1)
    tops = rng.integers(0, 4, 60).astype(float)
    one, two = proportion(tops, np.full(60, 3.0)), proportion(2 * tops, np.full(60, 6.0))
    assert (two.low, two.high) == pytest.approx((one.low, one.high))


def test_a_few_clusters_that_decide_widen_the_interval() -> None:
    even = proportion(np.full(60, 1.0) * ([1, 0] * 30), np.full(60, 2.0))
    tops = np.array([20.0] * 6 + [0.0] * 54)
    few = proportion(tops, np.array([20.0] * 6 + [5.0] * 54))
    assert even.low is not None
    assert even.high is not None
    assert few.low is not None
    assert few.high is not None
    assert few.high - few.low > 2 * (even.high - even.low)


def test_means_that_cannot_be_negative_have_no_negative_end() -> None:
    found = mean([0.0, 0.0, 0.0, 9.0, 1.0], np.ones(5))
    assert found.low is not None
    assert found.low > 0
    signed = mean([-3.0, 1.0, 0.5, 2.0], np.ones(4))
    assert signed.low is not None
    assert signed.low < 0 < signed.high  # type: ignore[operator]


@pytest.mark.parametrize("rate", [0.05, 0.3])
def test_clustered_interval_covers_and_the_naive_one_does_not(rate: float) -> None:
    """Names of one task agree (beta-binomial, correlation 0.4): 95 % intervals must cover it."""
    rng = np.random.default_rng(11)
    strength = 1 / 0.4 - 1
    covered = naive = 0
    runs = 200
    for _ in range(runs):
        bottoms = rng.integers(2, 9, 80).astype(float)
        tops = rng.binomial(
            bottoms.astype(int), rng.beta(rate * strength, (1 - rate) * strength, 80)
        )
        estimate = proportion(tops, bottoms)
        assert estimate.low is not None
        assert estimate.high is not None
        covered += estimate.low <= rate <= estimate.high
        low, high = clopper_pearson(float(tops.sum()), float(bottoms.sum()))
        naive += low <= rate <= high
    assert covered / runs > 0.9
    assert naive / runs < 0.88


def test_exact_interval_covers_where_ghosts_are_rare() -> None:
    rng = np.random.default_rng(12)
    covered = 0
    for _ in range(300):
        bottoms = np.full(60, 3.0)
        tops = 3.0 * (rng.random(60) < 0.02)  # a task is wholly bad or wholly good
        estimate = proportion(tops, bottoms)
        assert estimate.low is not None
        assert estimate.high is not None
        covered += estimate.low <= 0.02 <= estimate.high
    assert covered / 300 > 0.93


def test_paired_worked_numbers() -> None:
    before = ([4.0, 0.0, 4.0, 2.0], [4.0, 4.0, 4.0, 4.0])
    after = ([1.0, 0.0, 1.0, 0.0], [4.0, 4.0, 4.0, 4.0])
    assert paired(before, after, "cut").value == pytest.approx(0.8)
    assert paired(before, after, "ratio").value == pytest.approx(0.2)
    assert paired(before, after, "difference").value == pytest.approx(-0.5)


def test_pairing_makes_an_equal_cut_certain() -> None:
    rng = np.random.default_rng(4)
    tops, bottoms = rng.integers(2, 9, 40).astype(float), np.full(40, 10.0)
    estimate = paired((tops, bottoms), (tops / 2, bottoms), "cut")
    assert (estimate.low, estimate.value, estimate.high) == pytest.approx((0.5, 0.5, 0.5))


def test_a_perfect_cut_is_not_certain() -> None:
    before = (np.array([1.0] * 20 + [0.0] * 20), np.ones(40))
    after = (np.zeros(40), np.ones(40))
    estimate = paired(before, after, "cut")
    assert (estimate.value, estimate.high, estimate.method) == (1.0, 1.0, "exact")
    assert estimate.low is not None
    assert 0.5 < estimate.low < 0.95


def test_unbounded_ratio_of_equal_clusters_is_certain() -> None:
    ones = np.ones(10)
    estimate = paired((3 * ones, ones), (6 * ones, ones), "ratio", bounded=False)
    assert (estimate.value, estimate.low, estimate.method) == (2.0, 2.0, "robust")


def test_by_cluster_sums_in_order_and_drops_strangers() -> None:
    sums = by_cluster(["b", "a", "b", "z"], [[1, 2], [3, 4], [5, 6], [7, 8]], ["b", "a", "c"])
    assert sums.tolist() == [[6, 8], [3, 4], [0, 0]]


def test_apply_maps_all_three_numbers() -> None:
    estimate = apply(Estimate(0.0, -1.0, None, 0, 1, 1, "none"), math.exp)
    assert (estimate.value, estimate.low, estimate.high) == (1.0, math.exp(-1), None)


@given(
    st.lists(
        st.integers(0, 6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=30
    )
)
def test_the_interval_holds_the_figure_and_stays_within_bounds(rows: list[tuple[int, int]]) -> None:
    estimate = proportion([t for t, _ in rows], [b for _, b in rows])
    if estimate.value is None:
        return
    assert estimate.low is not None
    assert estimate.high is not None
    assert 0 <= estimate.low <= estimate.value + 1e-9
    assert estimate.value - 1e-9 <= estimate.high <= 1
    assert estimate.low < estimate.high
    assert Estimate.from_json(estimate.to_json()) == estimate
