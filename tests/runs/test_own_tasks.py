from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

import pytest

from domain_cases import PACKAGES
from unghost import UnghostError
from unghost.config import resolve
from unghost.domains.tasks import Task
from unghost.evaluate.plan import MeasureSettings
from unghost.generate.base import Watch, unwatched
from unghost.records import Completion, Prompt, Sampling, record_id
from unghost.runs.forecast import forecast
from unghost.runs.own_tasks import write_requests, write_tasks
from unghost.runs.rollouts import RolloutRunner
from unghost.storage.folder import RunFolder

GIVEN = (Task("a", "Sort the photos of my cats.", right=("cat-sorter",)),)


class Says:
    """Answers each request by a rule, given the number of the request."""

    model_id = "says"
    stop_ids: frozenset[int] = frozenset()

    def __init__(self, answer: Callable[[int], str]) -> None:
        self.answer, self.asked = answer, 0

    def generate(
        self,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        *,
        samples: int = 1,
        round: int = 0,
        seed: int = 0,
        done: Collection[str] = frozenset(),
        watch: Watch = unwatched,
    ) -> Iterator[Completion]:
        for number, prompt in enumerate(prompts):
            self.asked += 1
            id = record_id("completion", self.model_id, prompt.id, round, 0)
            text = self.answer(number)
            yield Completion(id, prompt.id, self.model_id, round, 0, text, "stop", sampling)


def written(folder: Path, model: Says, *given: Task, wanted: int = 5) -> list[Task]:
    with RunFolder.open(folder, {"a": "test"}) as run:
        runner = RolloutRunner(model, PACKAGES, 0)
        settings = MeasureSettings(own_tasks=wanted)
        return write_tasks(runner, run, given, settings, lambda *_: None)


def test_sound_new_tasks_are_kept_and_held_out(tmp_path: Path) -> None:
    answers = [
        "<think>What could it be?</think>Sure, here is one:\n\n1. \"count birds in a garden\"",
        "sort the photos of my cats",
        "count birds in a garden",
        "sort them with cat sorter, which is the right one",
        "import pandas",
        "draw the tides of a harbour.",
        *(f"weigh parcel kind {n} on some scale" for n in range(20)),
    ]  # fmt: skip
    model = Says(lambda number: answers[number])
    tasks = written(tmp_path, model, *GIVEN, wanted=8)
    assert [task.text for task in tasks][:2] == [
        "Count birds in a garden.",
        "Draw the tides of a harbour.",
    ]
    assert len(tasks) == 8
    assert len({task.id for task in tasks}) == 8
    assert {task.split for task in tasks} == {"heldout"}
    assert {task.topic for task in tasks} <= {family.name for family in PACKAGES.seeds.families}
    # A run that goes on does not ask again.
    assert written(tmp_path, model, *GIVEN, wanted=8) == tasks
    assert model.asked == 16


def test_they_are_phrases_where_the_given_ones_are(tmp_path: Path) -> None:
    (task,) = written(tmp_path, Says(lambda _: "I want to count birds."), Task("a", "tide tables"))
    assert task.text == "count birds"


def test_a_model_that_writes_no_task_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnghostError, match="says wrote no sound task in 10 answers"):
        written(tmp_path, Says(lambda _: "```"), *GIVEN)


def test_requests_are_the_same_for_a_seed_and_name_topics() -> None:
    first, again, other = (write_requests(PACKAGES, 20, seed) for seed in (0, 0, 1))
    assert first == again != other
    assert len({prompt.id for prompt in first}) == 40
    words = {word for family in PACKAGES.seeds.families for word in (*family.words, *family.rare)}
    assert all(any(word in prompt.task for word in words) for prompt in first)


def test_a_forecast_counts_the_requests() -> None:
    settings = {"own_tasks": 7, "samples": 3, "long_share": 0.0}
    answers = forecast(resolve({"universe": "demo", "measure": settings})).answers
    assert answers == {"task": 14, "packages": 28}
