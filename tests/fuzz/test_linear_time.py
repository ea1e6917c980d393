"""Time grows no faster than the text, whatever the text is.

Processor time is measured, at sizes that grow by four; a growth like that of the square is a
failure if it shows again and again. Where a grammar of tree-sitter is the parser, which takes
quadratic time on some texts, what counts is that it is stopped.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import pytest
from fuzz_targets import Target, matching, targets
from hostile_texts import Hostile, hostile

_STEP = 4
_ENOUGH, _LARGEST = 0.008, 2**18
_STEEPEST = 1.6
_TRIES, _LONG = 4, 1.0
_BY_GRAMMAR = ("imports:", "manifest:rubygems:Gemfile", "manifest:rubygems:x.gemspec")
_STUCK = 10.0
"""Seconds that nothing here takes unless it never ends."""


def _is_by_grammar(target: Target) -> bool:
    lock = target.name.endswith(".lock")
    return target.name.startswith(_BY_GRAMMAR) and target.name != "imports:python" and not lock


_TARGETS = [t.name for t in targets() if not t.name.startswith("file:")]


@pytest.mark.parametrize("name", [n for n in _TARGETS if not _is_by_grammar(*matching(n))])
def test_time_is_linear(name: str) -> None:
    (target,) = matching(name)
    target.read("a")
    steep = [(case, slope) for case in hostile(name) if (slope := _slope(target, case)) > _STEEPEST]
    assert steep == []


@pytest.mark.parametrize("name", [n for n in _TARGETS if _is_by_grammar(*matching(n))])
def test_grammars_are_stopped(name: str) -> None:
    (target,) = matching(name)
    target.read("a")
    for case in hostile(name):
        assert _seconds(target.read, case.of_size(30_000)) < _STUCK, case


def test_quadratic_time_is_noticed() -> None:
    def read(text: str) -> list[object]:
        return [text.count("a", at) for at in range(0, len(text), 256)]

    slow = Target("slow", read)  # type: ignore[arg-type]
    assert _slope(slow, Hostile("", "a")) > _STEEPEST


def _slope(target: Target, case: Hostile) -> float:
    """Return the exponent of the growth of time with size; the least steep of several tries."""
    size, before = 1024, 0.0
    seconds = _seconds(target.read, case.of_size(size))
    while seconds < _ENOUGH and size < _LARGEST:
        size, before = size * _STEP, seconds
        seconds = _seconds(target.read, case.of_size(size))
    if seconds < _ENOUGH or not before:
        # Even so large a text takes no time.
        return 0.0
    slope = math.log(seconds / before, _STEP)
    for _ in range(_TRIES):
        if slope <= _STEEPEST or seconds > _LONG:
            break
        # At twice the size a step of some constant cost no longer shows.
        size *= 2
        before = _seconds(target.read, case.of_size(size // _STEP))
        seconds = _seconds(target.read, case.of_size(size))
        slope = min(slope, math.log(seconds / max(before, 1e-6), _STEP))
    return slope


def _seconds(read: Callable[[str], object], text: str) -> float:
    begin = time.process_time()
    read(text)
    return time.process_time() - begin
