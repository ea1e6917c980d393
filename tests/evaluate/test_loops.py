from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.evaluate.loops import collapse
from unghost.evaluate.rates import rates_of
from unghost.records import Verdict


def _verdicts(names: list[str], status: str = "absent") -> list[Verdict]:
    return [
        Verdict(str(n), name, status, "name", "snap", "2026-04-01")  # type: ignore[arg-type]
        for n, name in enumerate(names)
    ]


def _kept(names: list[str], status: str = "absent") -> tuple[list[str], bool]:
    verdicts, looped = collapse(_verdicts(names, status))
    return [verdict.canonical for verdict in verdicts], looped


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (["zq-a"] * 22, ["zq-a"]),
        (["zq-a", "zq-b"] * 6, ["zq-a", "zq-b"]),
        (["x", *["a", "b", "c"] * 5, "y"], ["x", "a", "b", "c", "y"]),
        (["a", "b"] * 6 + ["a"], ["a", "b"]),  # cut off within a turn
        (["zq-s-server", "zq-s-server-server", "zq-s-server-server-server"], ["zq-s-server"]),
        (["zq-a-b-a-b-a-b"], ["zq-a-b-a-b-a-b"]),
        (["q-auth-auth2-auth3-auth4"], ["q-auth-auth2-auth3-auth4"]),
    ],
)
def test_a_loop_counts_once(names: list[str], kept: list[str]) -> None:
    assert _kept(names) == (kept, True)


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["flask"] * 7,
        ["flask", "numpy"] * 4,
        ["flask", "six", "flask", "numpy", "flask", "rich"] * 2,
        ["zq-ha-ha"],
        ["zq-client", "zq-server"],
        ["zq-1-1-1-1"],
        [f"zq-plugin-{n}" for n in range(30)],
    ],
)
def test_what_is_repeated_as_people_do_is_no_loop(names: list[str]) -> None:
    assert _kept(names) == (names, False)


def test_a_real_name_may_repeat_its_parts() -> None:
    assert _kept(["tiny-tiny-tiny"], "exists") == (["tiny-tiny-tiny"], False)


def test_one_loop_outweighs_no_other_answer(bench: Any) -> None:
    made = bench().say("a", " ".join(["-zq"] * 30)).say("b", "+flask").say("c", "+six +rich")
    rates = rates_of(made.answers)
    assert rates.looped == 1
    assert rates.statuses["absent"] == 1
    assert rates.rate.value == rates.occurrence_rate.value == pytest.approx(1 / 4)


@given(st.lists(st.sampled_from(["a", "b", "a-b-a-b-a-b", "c-c-c", "c-c"]), max_size=40))
def test_collapsing_keeps_order_loses_no_kind_of_name_and_ends(names: list[str]) -> None:
    kept, _ = _kept(names)
    assert len(kept) <= len(names)
    rest = iter(names)
    assert all(name in rest for name in kept)  # a subsequence
    assert {name[0] for name in kept} == {name[0] for name in names}
