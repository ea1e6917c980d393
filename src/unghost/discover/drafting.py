"""Drafting: new tasks from an arm, and the prompts of a task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from unghost.discover.bandit import Arm
from unghost.discover.operators import BY_NAME, Material, Operator, clean_task, render
from unghost.discover.seeds import TaskCandidate
from unghost.domains.base import Domain, Mode
from unghost.domains.seeds import Family, Seeds
from unghost.records import Message, Prompt, record_id

_TRIES = 8
"""Draws of an arm before it counts as used up for the round."""
_TOPIC_SEEDS = 32
"""Seeds that a topic family offers in a round."""
_PRONE_PARENT = 0.3
"""Chance that the parent is a task that proved prone to ghosts, if the family has one."""


def topic_seeds(family: Family, words: Seeds, noise: Random) -> tuple[TaskCandidate, ...]:
    """Build seeds of a topic family: two or three of its usual topics in the domain's wording."""
    seeds = []
    for _ in range(_TOPIC_SEEDS):
        keywords = tuple(noise.sample(family.words, noise.choice((2, 3))))
        text = render(keywords, words, noise)
        seeds.append(TaskCandidate(record_id("task", text), text, keywords, family.name))
    return tuple(seeds)


def draw(
    arm: Arm, material: Material, noise: Random, accept: Callable[[TaskCandidate], bool]
) -> TaskCandidate | None:
    """Draw one new task (or one request to the model) from an arm.

    Args:
        arm: Seed family and operator.
        material: What operators draw from.
        noise: The only source of chance.
        accept: Asked once for each sound candidate, the last word on it.

    Returns:
        The first candidate accepted, or None if a few draws brought none.
    """
    family, operator = arm[0], BY_NAME[arm[1]]
    for _ in range(_TRIES):
        prone = material.prone.get(family)
        pool = prone if prone and noise.random() < _PRONE_PARENT else material.pools[family]
        made = make(operator, noise.choice(pool), material, noise)
        if made is not None and accept(made):
            return made
    return None


def make(
    operator: Operator, parent: TaskCandidate, material: Material, noise: Random
) -> TaskCandidate | None:
    """Apply one operator to one parent; None where it does not apply or brings no sound task."""
    draft = operator.apply(parent, material, noise)
    if draft is None:
        return None
    text: str | None
    text, keywords = draft
    if not operator.asks_model and text != parent.text:
        text = clean_task(text, material.avoid, material.seeds.answers)
    if text is None:
        return None
    return TaskCandidate(
        task_id=parent.task_id if operator.same_task else record_id("task", text),
        text=text,
        keywords=keywords,
        family=parent.family,
        operator=operator.name,
        parent_id=None if text == parent.text else parent.task_id,
        gold=parent.gold if operator.same_task else None,
    )


def write_request(request: TaskCandidate, round: int) -> Prompt:
    """Build the prompt that asks the model for a task, in the words of the request."""
    return Prompt(
        id=record_id("prompt", "task", round, request.text),
        task_id=request.task_id,
        messages=(Message("user", request.text),),
        asks="task",
        task=request.text,
        family=request.family,
        operator=request.operator,
        split="discover",
        parent_id=request.parent_id,
    )


def questions(domain: Domain, candidate: TaskCandidate, modes: Sequence[Mode]) -> list[Prompt]:
    """Build the prompts that ask about a task in some modes."""
    return [
        domain.ask(
            candidate.text,
            asks=mode.name,
            task_id=candidate.task_id,
            family=candidate.family,
            operator=candidate.operator,
            split="discover",
            gold=candidate.gold,
            parent_id=candidate.parent_id,
        )
        for mode in modes
    ]
