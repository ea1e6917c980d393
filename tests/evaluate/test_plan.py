from __future__ import annotations

import pytest

from unghost import UnghostError
from unghost.domains.tasks import Task
from unghost.evaluate.plan import check_splits, tasks_of
from unghost.records import SPLITS, split_of


def named(split: str) -> Task:
    name = next(f"t{n}" for n in range(1000) if split_of(f"t{n}") == split)
    return Task(name, name)


def test_tasks_in_every_split_are_enough() -> None:
    check_splits([named(split) for split in SPLITS], SPLITS)


@pytest.mark.parametrize("split", SPLITS)
def test_an_empty_split_is_refused_with_the_counts(split: str) -> None:
    tasks = [named(other) for other in SPLITS if other != split]
    assert len(tasks_of(tasks, "discover")) == (split != "discover")
    with pytest.raises(UnghostError, match=f"of the 2 task.* 0 into {split}"):
        check_splits(tasks, SPLITS)


def test_a_measurement_needs_the_held_out_split_alone() -> None:
    check_splits([named("heldout")], ["heldout"])
    with pytest.raises(UnghostError, match="0 into heldout"):
        check_splits([named("discover")], ["heldout"])
