from __future__ import annotations

import itertools

import pytest

from unghost.generate.limits import AdaptiveLimit


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def answer_round(limit: AdaptiveLimit, clock: Clock, seconds: float, tokens: int = 1) -> None:
    """Let as many answers come as requests are allowed."""
    started = clock.now
    clock.now += seconds
    for _ in range(limit.size):
        limit.answered(started, tokens)


def test_it_begins_small_doubles_and_stops_at_the_most() -> None:
    clock = Clock()
    limit, sizes = AdaptiveLimit(20, clock=clock), []
    for _ in range(6):
        sizes.append(limit.size)
        answer_round(limit, clock, 1.0)
    assert sizes == [2, 4, 8, 16, 20, 20]
    assert AdaptiveLimit(1, clock=clock).size == 1


def test_a_busy_server_halves_it_once_for_all_that_was_under_way() -> None:
    clock = Clock()
    limit = AdaptiveLimit(64, clock=clock)
    for _ in range(4):
        answer_round(limit, clock, 1.0)
    started = clock.now
    clock.now += 1.0
    for _ in range(32):
        limit.overloaded(started)
    assert limit.size == 16
    limit.overloaded(clock.now)
    assert limit.size == 8
    for _ in range(9):
        clock.now += 1
        limit.overloaded(clock.now)
    assert limit.size == 1


def test_after_a_cut_it_grows_by_one_a_round() -> None:
    clock = Clock()
    limit = AdaptiveLimit(64, clock=clock)
    for _ in range(3):
        answer_round(limit, clock, 1.0)
    limit.overloaded(clock.now)
    sizes = []
    for _ in range(8):
        sizes.append(limit.size)
        answer_round(limit, clock, 1.0)
    assert sizes[0] == 8
    assert all(0 <= later - earlier <= 1 for earlier, later in itertools.pairwise(sizes))
    assert sizes[-1] >= 14


def test_it_does_not_grow_while_answers_wait_in_a_queue() -> None:
    """A server that answers one at a time: the more at once, the longer each takes."""
    clock = Clock()
    limit = AdaptiveLimit(64, clock=clock)
    for _ in range(30):
        answer_round(limit, clock, float(limit.size))
    assert 4 <= limit.size <= 16


def test_long_answers_are_not_taken_for_slow_ones() -> None:
    clock = Clock()
    limit = AdaptiveLimit(32, clock=clock)
    for tokens in (10, 100, 10, 1000, 1000):
        answer_round(limit, clock, tokens / 10, tokens)
    assert limit.size == 32


def test_it_waits_as_long_as_asked_and_longer_each_time() -> None:
    clock = Clock()
    limit = AdaptiveLimit(4, first_wait=1.0, clock=clock)
    assert limit.held == 0
    limit.overloaded(clock.now, 30.0)
    assert limit.held == pytest.approx(30.0)
    clock.now += 31
    assert limit.held == 0
    waits = []
    for _ in range(9):
        clock.now += 1000
        limit.overloaded(clock.now)
        waits.append(limit.held)
    assert 1.5 <= waits[0] <= 2.5
    assert waits[-1] == 60.0
    clock.now += 1000
    limit.answered(clock.now - 1, 1)
    limit.overloaded(clock.now)
    assert limit.held <= 1.25


def test_silence_is_counted_from_the_beginning_or_the_last_answer() -> None:
    clock = Clock()
    limit = AdaptiveLimit(4, clock=clock)
    clock.now += 1000
    limit.begin()
    assert limit.silence == 0
    clock.now += 7
    assert limit.silence == 7
    limit.answered(clock.now - 1, 1)
    assert limit.silence == 0
