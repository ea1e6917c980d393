from __future__ import annotations

import json
import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.discover.bandit import Bandit

ARMS = [(family, operator) for family in "abc" for operator in "xyz"]
RICH = ("b", "y")


def simulate(bandit: Bandit, rates: dict[tuple[str, str], float], seed: int, rounds: int) -> None:
    noise = Random(seed)
    for _ in range(rounds):
        for arm in bandit.allocate(40, noise):
            tokens = 50
            found = sum(noise.random() < rates[arm] / 1000 for _ in range(tokens))
            bandit.update(arm, tokens=tokens, new_ghosts=found)
        bandit.fade()


@pytest.mark.parametrize("seed", range(3))
def test_the_richer_arm_is_drawn_most(seed: int) -> None:
    bandit = Bandit(ARMS, exploration=0.2)
    simulate(bandit, {arm: 40.0 if arm == RICH else 2.0 for arm in ARMS}, seed, rounds=8)
    assert max(ARMS, key=bandit.pulls) == RICH
    assert bandit.pulls(RICH) > 320 / 3
    assert max(bandit.rates(), key=bandit.rates().__getitem__) == RICH


def test_it_follows_when_the_richer_arm_changes() -> None:
    bandit = Bandit(ARMS, exploration=0.2, discount=0.5)
    simulate(bandit, {arm: 40.0 if arm == RICH else 2.0 for arm in ARMS}, 0, rounds=6)
    before = {arm: bandit.pulls(arm) for arm in ARMS}
    other = ("c", "z")
    simulate(bandit, {arm: 40.0 if arm == other else 2.0 for arm in ARMS}, 1, rounds=10)
    assert max(ARMS, key=lambda arm: bandit.pulls(arm) - before[arm]) == other


def test_an_untried_arm_borrows_from_its_family_and_operator() -> None:
    bandit = Bandit(ARMS, exploration=0)
    for arm in [("b", "x"), ("b", "z"), ("a", "y"), ("c", "y")]:
        bandit.update(arm, tokens=2000, new_ghosts=60)
    for arm in [("a", "x"), ("c", "z")]:
        bandit.update(arm, tokens=2000, new_ghosts=0)
    rates = bandit.rates()
    assert rates["b", "y"] > rates["a", "z"]
    assert rates["b", "y"] > rates["c", "x"]
    drawn = bandit.allocate(200, Random(0))
    assert drawn.count(("b", "y")) > 5 * drawn.count(("a", "z"))


@given(st.floats(0.05, 1), st.lists(st.integers(0, 30), min_size=1, max_size=8))
def test_every_arm_gets_its_floor(exploration: float, counts: list[int]) -> None:
    bandit = Bandit(ARMS, exploration=exploration)
    bandit.update(RICH, tokens=1000, new_ghosts=500)
    explored = 0
    for number, count in enumerate(counts):
        chosen = bandit.allocate(count, Random(number))
        assert len(chosen) == count
        explored += math.ceil(exploration * count)
    assert min(bandit.pulls(arm) for arm in ARMS) >= explored // len(ARMS)
    assert sum(bandit.pulls(arm) for arm in ARMS) == sum(counts)


def test_closed_arms_are_left_out() -> None:
    bandit = Bandit(ARMS)
    assert set(bandit.allocate(50, Random(0), without=ARMS[1:])) == {ARMS[0]}
    assert bandit.allocate(5, Random(0), without=ARMS) == []


def test_state_survives_json_and_goes_on_the_same() -> None:
    one, two = Bandit(ARMS), Bandit(ARMS)
    simulate(one, dict.fromkeys(ARMS, 20.0), 3, rounds=3)
    two.load_json(json.loads(json.dumps(one.to_json())))
    assert two.to_json() == one.to_json()
    assert two.allocate(30, Random(5)) == one.allocate(30, Random(5))


def test_evidence_fades() -> None:
    bandit = Bandit(ARMS, discount=0.5)
    bandit.update(RICH, tokens=100, new_ghosts=50)
    before = bandit.rates()[RICH]
    for _ in range(20):
        bandit.fade()
    assert bandit.rates()[RICH] < before / 4
