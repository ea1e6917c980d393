from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from label_cases import Scene, World
from unghost.config import resolve
from unghost.objectives import OBJECTIVES
from unghost.records import Prompt
from unghost.runs.context import RunContext
from unghost.runs.training_set import asks_hedged, doubtful_prompts, training_set
from unghost.storage.folder import Batch
from unghost.train.examples import Example

pytestmark = pytest.mark.usefixtures("every_name_may_be_taught")

NONE_KNOWN = "I know no package for this."


def context(objective: str = "hybrid", **settings: Any) -> RunContext:
    made = SimpleNamespace(
        objective=OBJECTIVES.get(objective),
        config=resolve({"objective": objective, **settings}),
        domain=World(),
        tokenizer=None,
        stop_ids=frozenset({0}),
        encode=lambda prompt: (90, len(prompt.id)),
    )
    return cast(RunContext, made)


@pytest.fixture
def scene() -> Scene:
    """A prompt with a ghostly, two good and an abstaining answer."""
    made = Scene()
    made.answer("num", "po", names={"numpo": "absent"})
    made.answer("numpy", names={"numpy": "exists"})
    made.answer("numpy", names={"numpy": "exists"})
    made.answer(NONE_KNOWN, names={})
    return made


def batch(scene: Scene) -> Batch:
    return Batch(scene.prompts, scene.completions, scene.mentions, scene.verdicts)


def hedged(answer: str, names: dict[str, str]) -> Batch:
    scene = Scene()
    scene.prompts = [Prompt("h", "p", (), "packages", "", "seed", "hedge", "discover", "p")]
    scene.answer(answer, prompt="h", names=names)
    return Batch(
        scene.prompts,
        [replace(scene.completions[0], id="hedged")],
        [replace(mention, source_id="hedged") for mention in scene.mentions],
        scene.verdicts,
    )


def weights(example: Example) -> dict[str, float]:
    return {name: sum(column) for name, column in example.labels.streams.items() if sum(column)}


NOTHING = Batch([], [], [], [])


def test_without_hedged_answers_all_is_labelled_as_ever(scene: Scene) -> None:
    ghostly, good, abstaining = training_set(context(), batch(scene), NOTHING)
    assert weights(ghostly) == {"suppress": 1, "retain": 2}
    assert weights(good) == {"reinforce": 2, "stop": 2}
    assert weights(abstaining) == {"retain": 2}


def test_the_beginning_of_a_good_answer_is_held_where_abstentions_are_learned() -> None:
    made = Scene()
    for _ in range(2):
        made.answer("Use ", "the ", "requests", names={"requests": "exists"})
    [learning] = training_set(context(), batch(made), NOTHING)
    [plain] = training_set(context(terms={"distill": 0.0}), batch(made), NOTHING)
    assert learning.labels.streams["retain"] == (4.0, 2.0, 0.0, 0.0)
    assert plain.labels.streams["retain"] == (2.0, 2.0, 0.0, 0.0)


def test_what_is_replaced_is_not_held_to_the_original(scene: Scene) -> None:
    found = training_set(context(), batch(scene), hedged(NONE_KNOWN, {}))
    assert [weights(example) for example in found] == [
        {"suppress": 1},
        {"reinforce": 2, "stop": 2},
        {"distill": pytest.approx(2 * 2 / 4)},
    ]


def test_the_plain_prompt_learns_the_hedged_answer(scene: Scene) -> None:
    plain = batch(scene)
    last = training_set(context(), plain, hedged("pandas", {"pandas": "exists"}))[-1]
    assert (last.prompt_ids, last.prompt_id, last.task_id) == ((90, 1), "p", "p")


def test_a_hedged_answer_with_a_ghost_changes_nothing(scene: Scene) -> None:
    found = training_set(context(), batch(scene), hedged("ghost", {"ghost": "absent"}))
    without = training_set(context(), batch(scene), NOTHING)
    assert [weights(example) for example in found] == [weights(example) for example in without]


def test_what_is_asked_with_a_hedge(scene: Scene) -> None:
    assert doubtful_prompts(context(), batch(scene)) == scene.prompts
    good = Scene()
    for _ in range(2):
        good.answer("numpy", names={"numpy": "exists"})
    assert doubtful_prompts(context(), batch(good)) == []
    written = Scene()
    written.prompts = [Prompt("p", "p", (), "task", "", "seed", "none", "discover")]
    written.answer(NONE_KNOWN, names={})
    assert doubtful_prompts(context(), batch(written)) == []


def test_who_asks_with_a_hedge() -> None:
    assert asks_hedged(context("hybrid"))
    assert asks_hedged(context("policy_gradient"))
    assert not asks_hedged(context("hybrid", terms={"distill": 0.0}))
    assert not asks_hedged(context("sft"))
