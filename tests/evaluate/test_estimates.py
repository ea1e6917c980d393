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
    effective_size,
    mean,
    paired,
    proportion,
    resample,
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


def test_effective_size_worked_numbers() -> None:
    # p = 1/10; deviations 9 and nine times -1; variance 10/9 * 90 / 100^2 = 0.01; design effect
    # 0.01 / (0.09 / 100); then Korn and Graubard's factor (t_99 / t_9)^2.
    tops, bottoms = np.array([10.0] + [0.0] * 9), np.full(10, 10.0)
    assert effective_size(tops, bottoms) == pytest.approx(9.0 * (1.98422 / 2.26216) ** 2, abs=1e-3)


def test_one_cluster_is_one_observation() -> None:
    assert effective_size(np.array([30.0]), np.array([100.0])) == 1.0


def test_five_clusters_with_hits_and_misses_use_the_bootstrap() -> None:
    bottoms = np.ones(20)
    assert proportion([1.0] * 4 + [0.0] * 16, bottoms).method == "exact"
    assert proportion([1.0] * 5 + [0.0] * 15, bottoms).method == "bootstrap"


def test_nothing_measured_has_no_figure() -> None:
    assert proportion([], []) == NOTHING
    assert proportion([0.0], [0.0]) == NOTHING
    assert paired(([0.0], [1.0]), ([0.0], [1.0]), "cut") == NOTHING


def test_one_cluster_gives_a_mean_without_interval() -> None:
    assert mean([6.0], [4.0]) == Estimate(1.5, None, None, 6.0, 4.0, 1, "none")


def test_bootstrap_matches_a_plain_loop_over_resampled_clusters() -> None:
    rng = np.random.default_rng(3)
    bottoms = rng.integers(1, 6, 40).astype(float)
    tops = np.minimum(rng.integers(0, 3, 40), bottoms).astype(float)
    draws = []
    for _ in range(4000):
        chosen = rng.integers(0, 40, 40)
        draws.append(tops[chosen].sum() / bottoms[chosen].sum())
    slow = np.percentile(draws, [2.5, 97.5])
    fast = proportion(tops, bottoms, resamples=4000)
    assert [fast.low, fast.high] == pytest.approx(list(slow), abs=0.01)


def test_resampling_is_seeded_and_keeps_rows_together() -> None:
    columns = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    sums = resample(columns, seed=5, resamples=100)
    assert np.array_equal(sums, resample(columns, seed=5, resamples=100))
    assert not np.array_equal(sums, resample(columns, seed=6, resamples=100))
    assert np.allclose(sums[:, 1], 10 * sums[:, 0])


@pytest.mark.parametrize("rate", [0.05, 0.3])
def test_clustered_interval_covers_and_the_naive_one_does_not(rate: float) -> None:
    """Names of one task agree (beta-binomial, correlation 0.4): 95 % intervals must cover it."""
    rng = np.random.default_rng(11)
    strength = 1 / 0.4 - 1
    covered = naive = 0
    runs = 200
    for run in range(runs):
        bottoms = rng.integers(2, 9, 80).astype(float)
        tops = rng.binomial(
            bottoms.astype(int), rng.beta(rate * strength, (1 - rate) * strength, 80)
        )
        estimate = proportion(tops, bottoms, seed=run, resamples=400)
        assert estimate.low is not None
        assert estimate.high is not None
        covered += estimate.low <= rate <= estimate.high
        low, high = clopper_pearson(float(tops.sum()), float(bottoms.sum()))
        naive += low <= rate <= high
    assert covered / runs > 0.88
    assert naive / runs < 0.88


def test_exact_interval_covers_where_ghosts_are_rare() -> None:
    rng = np.random.default_rng(12)
    covered = 0
    for _ in range(300):
        bottoms = np.full(60, 3.0)
        tops = 3.0 * (rng.random(60) < 0.02)  # a task is wholly bad or wholly good
        estimate = proportion(tops, bottoms, resamples=200)
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


def test_unbounded_ratio_bootstraps() -> None:
    ones = np.ones(10)
    estimate = paired((3 * ones, ones), (6 * ones, ones), "ratio", bounded=False)
    assert (estimate.value, estimate.low, estimate.method) == (2.0, 2.0, "bootstrap")


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
    estimate = proportion([t for t, _ in rows], [b for _, b in rows], resamples=200)
    if estimate.value is None:
        return
    assert estimate.low is not None
    assert estimate.high is not None
    assert 0 <= estimate.low <= estimate.value + 1e-9
    assert estimate.value - 1e-9 <= estimate.high <= 1
    assert estimate.low < estimate.high
    assert Estimate.from_json(estimate.to_json()) == estimate
