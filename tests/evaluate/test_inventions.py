from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from unghost.evaluate.inventions import chao, discovery_curve, inventions_of, persistence


def test_counts_and_the_commonest_name(bench: Any) -> None:
    made = bench().say("a", "-x -y", prompt="a1").say("a", "-x", prompt="a2").say("b", "-x +flask")
    found = inventions_of(made.answers)
    assert (found.distinct, found.events, found.in_tasks) == (2, 4, 3)
    assert found.top_share == pytest.approx(3 / 4)
    assert (found.near, found.elsewhere) == (None, None)


def test_exposure_on_other_tasks_is_that_of_an_attacker(bench: Any) -> None:
    shared, lone = bench(), bench()
    for n in range(200):
        shared.say(f"t{n}", "-common" if n % 2 else f"-zq-{n}")
        lone.say(f"t{n}", f"-zq-{n}")
    found = inventions_of(shared.answers).exposure
    assert [one.names for one in found] == [1, 10, 100]
    assert found[0].seen.value == found[0].fresh.value == 0.5
    # Names that are invented once: registering a hundred of them reaches nobody else.
    alone = inventions_of(lone.answers).exposure[2]
    assert alone.seen.value == 0.5
    assert alone.fresh.value == 0.0
    assert alone.fresh.high is not None
    assert alone.fresh.high > 0


def test_good_turing_by_hand(bench: Any) -> None:
    # Names by tasks: x in two, y and z in one each: two of four inventions are of names met once.
    made = bench().say("a", "-x -y").say("b", "-x -z").say("c", "+flask")
    unseen = inventions_of(made.answers).unseen
    assert (unseen.once, unseen.twice) == (2, 1)
    assert (unseen.new_share.hits, unseen.new_share.total) == (2, 4)
    assert unseen.all_names.value == pytest.approx(3 + (2 / 3) * 2 * 1 / (2 * 2))


def test_chao_finds_how_many_kinds_there_are() -> None:
    rng = np.random.default_rng(5)
    kinds, covered = 400, 0
    for _ in range(100):
        met = rng.binomial(300, 0.004, kinds)  # equally common: no lower bound, but the truth
        met = met[met > 0]
        found = chao(int((met == 1).sum()), int((met == 2).sum()), len(met), 300)
        assert found.value is not None
        assert found.low is not None
        assert found.high is not None
        assert found.value >= len(met)
        covered += found.low <= kinds <= found.high
    assert covered >= 85


def test_nothing_met_is_no_estimate() -> None:
    assert chao(0, 0, 0, 50).value is None
    assert chao(0, 3, 7, 50).value == 7


def test_the_curve_is_the_mean_over_draws_without_replacement() -> None:
    rng = np.random.default_rng(2)
    held = rng.random((30, 12)) < 0.15
    held = held[:, held.any(axis=0)]
    curve = dict(discovery_curve([int(n) for n in held.sum(axis=0)], 30))
    assert curve[30] == pytest.approx(held.shape[1])
    draws = [held[rng.permutation(30)[:12]].any(axis=0).sum() for _ in range(4000)]
    assert curve[12] == pytest.approx(float(np.mean(draws)), abs=0.1)
    assert list(curve.values()) == sorted(curve.values())
    assert discovery_curve([], 30) == ()


def test_distances_and_names_of_elsewhere(bench: Any) -> None:
    made = bench().say("a", "-one -two -five -far -alone")
    edits = {"one": 1, "two": 2, "five": 5, "far": 9, "alone": None}
    found = inventions_of(
        made.answers,
        distances=lambda names: [edits[name] for name in names],
        elsewhere=lambda names: [["npm", "crates"] if n == "two" else [] for n in names],
    )
    assert found.near == {"1": 1, "2": 1, "3 to 5": 1, "6 or more": 1, "none near": 1}
    assert found.elsewhere == {"crates": 1, "npm": 1}


def test_persistence_over_repeats(bench: Any) -> None:
    first = bench().say("a", "-x -y").say("b", "+flask").say("c", "-z").answers
    again = bench()
    for sample, names in enumerate(["-x", "-x -w", "-x +six", "-x"]):
        again.say("a", names, sample=sample).say("b", "-v", sample=sample)
    found = persistence(first, again.answers)
    assert found is not None
    assert (found.inventions, found.repeats) == (2, 4)  # c was not asked again
    assert found.again.value == pytest.approx(4 / 8)
    assert (found.always.value, found.never.value) == (0.5, 0.5)
    assert persistence(first, []) is None
