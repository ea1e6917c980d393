"""The plan for measuring a split: unfiltered tasks, the same for base and tuned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from unghost.domains.base import Domain, Mode
from unghost.domains.tasks import Task
from unghost.embedded import MODEL_NAME
from unghost.errors import UnghostError
from unghost.names.layout import day_number
from unghost.records import SPLITS, Prompt, Sampling, Split, unit_hash


@dataclass(frozen=True, slots=True)
class MeasureSettings:
    """The questions of a measurement.

    Attributes:
        validate_tasks: Tasks of ``validate``, asked after every round.
        heldout_tasks: Tasks of ``heldout``, asked of the base and of the final model alone.
        own_tasks: Tasks that the model is to write itself, on which ``measure`` measures it instead
            of given ones; none by default.
        forms: The modes in which each task is asked; none means all of the domain but the optional
            ones.
        long_share: Share of the tasks that are also asked in a mode of long answers, such as code,
            and then about the model's own answer.
        max_new_tokens: Longest answer; longer ones are counted as cut off.
        long_max_new_tokens: The same in modes of long answers.
        samples: Sampled answers to each held-out question, beside the greedy one.
        temperature: Of the sampled answers. With ``top_p`` as in the studies that sample.
        top_p: Of the sampled answers.
        cutoff: The last day of the model's training data (ISO 8601), if it is known: names that
            appeared later are set apart.

    Raises:
        UnghostError: A value makes no sense.
    """

    validate_tasks: int = 200
    heldout_tasks: int = 400
    own_tasks: int = 0
    forms: tuple[str, ...] = ()
    long_share: float = 0.25
    max_new_tokens: int = 512
    long_max_new_tokens: int = 768
    samples: int = 0
    temperature: float = 0.7
    top_p: float = 0.9
    cutoff: str | None = None

    def __post_init__(self) -> None:
        counts = (self.validate_tasks, self.heldout_tasks)
        if min(*counts, self.max_new_tokens, self.long_max_new_tokens) < 1:
            raise UnghostError("measure settings count tasks and tokens: give at least 1")
        if self.own_tasks < 0:
            raise UnghostError("measure.own_tasks counts tasks: give 0 or more")
        if self.samples < 0 or self.temperature <= 0 or not 0 < self.top_p <= 1:
            raise UnghostError(
                "measure.samples is 0 or more, temperature above 0, top_p above 0 and at most 1"
            )
        if self.cutoff is not None:
            day_number(self.cutoff)
        if not 0 <= self.long_share <= 1:
            raise UnghostError("long_share is a share: give a number from 0 to 1")

    def sampling(self, *, long: bool, greedy: bool = True) -> Sampling:
        """Return how answers are drawn, in a mode of long answers or another."""
        longest = self.long_max_new_tokens if long else self.max_new_tokens
        if greedy:
            return Sampling(max_new_tokens=longest)
        return Sampling(self.temperature, top_p=self.top_p, max_new_tokens=longest)


def load_tasks_for(model: str, domain: Domain, given: str | None) -> list[Task]:
    """Load a run's tasks; what the embedded model was taught says nothing of any other model.

    Args:
        model: The model, as it was named.
        domain: What it is asked for.
        given: A file of tasks; None for the domain's own.

    Raises:
        UnghostError: The file cannot be read, or holds something else.
    """
    tasks = domain.load_tasks(domain.tasks_path(given))
    return tasks if model == MODEL_NAME else [replace(task, known=None) for task in tasks]


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

    The choice depends on the tasks alone, so that every seed, every objective and every model is
    measured on the same ones. An impossible task stands beside its solvable twin.
    """
    order = sorted(
        tasks, key=lambda task: (unit_hash(b"unghost-measure-v1:", task.pair or task.id), task.id)
    )
    known = [task for task in order if task.known]
    others = [task for task in order if not task.known]
    if not known or not others:
        return order[:count]
    half = min(count // 2, len(known))
    return known[:half] + others[: count - half]


def asked_modes(domain: Domain, forms: Sequence[str]) -> tuple[Mode, ...]:
    """Return the modes that ask about a task: those named, or all but the optional ones.

    Raises:
        UnghostError: The domain has no mode of a name.
    """
    known = {mode.name for mode in domain.modes}
    for name in forms:
        if name not in known:
            raise UnghostError(
                f"measure.forms: {name} is none of {domain.name}: take {', '.join(sorted(known))}"
            )
    if not forms:
        return domain.asked
    about = {mode.about for mode in domain.following if mode.name in forms}
    named = (mode for mode in domain.modes if mode.name in {*forms, *about})
    return tuple(mode for mode in named if mode.about is None)


def measure_prompts(
    domain: Domain, tasks: Sequence[Task], split: Split, settings: MeasureSettings
) -> list[Prompt]:
    """Build prompts about each task, and for a fixed share also in each mode of long answers."""
    modes = asked_modes(domain, settings.forms)
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
        for mode in modes
        if not mode.long
        or unit_hash(f"unghost-measure-{mode.name}-v1:".encode(), task.pair or task.id)
        < settings.long_share
    ]
