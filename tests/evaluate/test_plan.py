from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain_cases import PACKAGES
from unghost import UnghostError
from unghost.domains.tasks import Task
from unghost.evaluate.plan import (
    MeasureSettings,
    check_splits,
    choose_tasks,
    load_tasks_for,
    measure_prompts,
    tasks_of,
)
from unghost.records import SPLITS, Completion, Sampling, split_of


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


def test_a_pair_of_tasks_is_chosen_together() -> None:
    alone = [Task(f"a{n}", f"task {n}") for n in range(40)]
    pairs = [
        replace(Task(f"p{n}-{side}", f"{side} {n}"), pair=f"p{n}")
        for n in range(40)
        for side in ("solvable", "impossible")
    ]
    chosen = [task.id for task in choose_tasks([*alone, *pairs], 60)]
    taken = {task.pair for task in pairs if task.id in chosen}
    split = [pair for pair in taken if len([t for t in chosen if t.startswith(f"{pair}-")]) == 1]
    assert len(taken) > 10
    assert len(split) <= 1  # the last one, where the count is reached


def test_what_the_embedded_model_was_taught_says_nothing_of_others() -> None:
    own, others = (load_tasks_for(model, PACKAGES, None) for model in ("embedded", "org/model"))
    assert {task.known for task in own} == {True, False}
    assert {task.known for task in others} == {None}
    assert [task.id for task in own] == [task.id for task in others]


def test_chosen_forms_bring_the_code_that_they_are_about() -> None:
    settings = MeasureSettings(forms=("requirements",), long_share=1.0)
    prompts = measure_prompts(PACKAGES, [Task("t", "a task")], "heldout", settings)
    assert [prompt.asks for prompt in prompts] == ["code"]
    with pytest.raises(UnghostError, match=r"measure\.forms: poems is none of packages"):
        measure_prompts(PACKAGES, [], "heldout", MeasureSettings(forms=("poems",)))


def test_tasks_are_asked_as_given_only_where_that_is_named() -> None:
    task, all_long = Task("t", "Which one? {text}"), 1.0
    usual = measure_prompts(PACKAGES, [task], "heldout", MeasureSettings(long_share=all_long))
    assert [prompt.asks for prompt in usual] == ["packages", "code"]
    settings = MeasureSettings(forms=("given", "given-code"), long_share=all_long)
    asked = measure_prompts(PACKAGES, [task], "heldout", settings)
    assert [prompt.asks for prompt in asked] == ["given", "given-code"]
    assert {prompt.messages[0].content for prompt in asked} == {task.text}
    answer = "1. Zonk-Flib\n2. other-zonk"
    found = [
        PACKAGES.find(prompt, Completion("c", prompt.id, "m", 0, 0, answer, "stop", Sampling()))
        for prompt in asked
    ]
    assert [len(mentions) for mentions in found] == [2, 0]


@pytest.mark.parametrize(
    "values",
    [{"samples": -1}, {"temperature": 0.0}, {"top_p": 0.0}, {"long_max_new_tokens": 0}],
)
def test_settings_that_make_no_sense_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(UnghostError):
        MeasureSettings(**values)
