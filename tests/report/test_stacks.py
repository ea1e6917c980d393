from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from unghost.report.stacks import grouped, of_100, stack_of

Report = dict[str, Any]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7).filter(any))
def test_counts_of_100_add_up_and_stay_near(shares: list[float]) -> None:
    counts = of_100(shares)
    assert sum(counts) == 100
    for share, count in zip(shares, counts, strict=True):
        assert abs(count - 100 * share / sum(shares)) < 1


def test_worked_counts() -> None:
    assert of_100([1 / 3, 1 / 3, 1 / 3]) == [34, 33, 33]
    assert of_100([0.0, 0.0]) == [0, 0]


def test_a_rare_outcome_is_not_said_to_be_none(measurement: Report) -> None:
    outcomes = measurement["heldout"]["measured_before"]["outcomes"]
    outcomes["refused"]["value"] = 0.0001
    rare = next(p for p in stack_of("all", outcomes).parts if p.key == "refused")
    assert (rare.count, rare.said) == (0, "under 1")


def test_groups_of_both_sides_stand_together(report: Report) -> None:
    heldout = report["heldout"]
    found = grouped({"before": heldout["measured_before"], "after": heldout["measured_after"]})
    levels = next(group for group in found if group.title == "By level of the task")
    assert [stack.name for stack in levels.stacks] == [
        "everyday, before",
        "everyday, after",
        "rare, before",
        "rare, after",
    ]


def test_topics_of_a_few_answers_have_no_bar(measurement: Report) -> None:
    measured = measurement["heldout"]["measured_before"]
    whole = measured["outcomes"]
    topics = {name: whole | {"answers": n} for name, n in (("maps", 40), ("audio", 20), ("x", 19))}
    measured["by"] = {"topic": topics}
    (group,) = grouped({"measured": measured})
    assert [stack.name for stack in group.stacks] == ["maps", "audio"]
