"""The plan for measuring a split: unfiltered tasks, the same for base and tuned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unghost.domains.base import Domain
from unghost.domains.tasks import Task
from unghost.errors import UnghostError
from unghost.records import SPLITS, Prompt, Split, unit_hash


@dataclass(frozen=True, slots=True)
class MeasureSettings:
    """The amount of questions in a measurement.

    Attributes:
        validate_tasks: Tasks of ``validate``, asked after every round.
        heldout_tasks: Tasks of ``heldout``, asked of the base and of the final model alone.
        long_share: Share of the tasks that are also asked in a mode of long answers, such as code,
            and then about the model's own answer.
        max_new_tokens: Longest answer; longer ones are counted as truncated.

    Raises:
        UnghostError: A value makes no sense.
    """

    validate_tasks: int = 200
    heldout_tasks: int = 400
    long_share: float = 0.25
    max_new_tokens: int = 96

    def __post_init__(self) -> None:
        if min(self.validate_tasks, self.heldout_tasks, self.max_new_tokens) < 1:
            raise UnghostError("measure settings count tasks and tokens: give at least 1")
        if not 0 <= self.long_share <= 1:
            raise UnghostError("long_share is a share: give a number from 0 to 1")


def tasks_of(tasks: Sequence[Task], split: Split) -> list[Task]:
    """Return the tasks of a split."""
    return [task for task in tasks if task.split == split]


def check_splits(tasks: Sequence[Task], needed: Sequence[Split]) -> None:
    """Refuse tasks that leave a split empty.

    Raises:
        UnghostError: No task fell into a split that is needed.
    """
    counts = {split: len(tasks_of(tasks, split)) for split in SPLITS}
    if all(counts[split] for split in needed):
        return
    fell = ", ".join(f"{count} into {split}" for split, count in counts.items())
    raise UnghostError(
        f"of the {len(tasks)} task(s) {fell} (a hash decides which): give more tasks, so that"
        f" there are some in {', '.join(needed)}"
    )


def choose_tasks(tasks: Sequence[Task], count: int) -> list[Task]:
    """Choose tasks by hash; half known and half unknown ones where it is stated which are known.

    The choice depends on the tasks alone, so that every seed and every objective is measured on
    the same ones.
    """
    order = sorted(tasks, key=lambda task: unit_hash(b"unghost-measure-v1:", task.id))
    known = [task for task in order if task.known]
    others = [task for task in order if not task.known]
    if not known or not others:
        return order[:count]
    half = min(count // 2, len(known))
    return known[:half] + others[: count - half]


def measure_prompts(
    domain: Domain, tasks: Sequence[Task], split: Split, long_share: float
) -> list[Prompt]:
    """Build prompts about each task, and for a fixed share also in each mode of long answers."""
    return [
        domain.ask(
            task.text,
            asks=mode.name,
            task_id=task.id,
            family="facts",
            operator="measure",
            split=split,
            gold=task.gold,
        )
        for task in tasks
        for mode in domain.asked
        if not mode.long
        or unit_hash(f"unghost-measure-{mode.name}-v1:".encode(), task.id) < long_share
    ]
