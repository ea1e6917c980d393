"""A small world to explore: tasks, and a model and an oracle that are functions of a prompt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from domain_cases import follow_up
from unghost.discover.explorer import Explorer
from unghost.domains.tasks import Task
from unghost.records import (
    Completion,
    Mention,
    Prompt,
    Sampling,
    Split,
    Verdict,
    record_id,
    split_of,
)

TOPICS = [
    "yaml",
    "csv",
    "graph",
    "mail",
    "image",
    "queue",
    "cipher",
    "audio",
    "cache",
    "table",
    "token",
    "parser",
]
USES = ["reading", "writing", "checking", "sorting", "merging", "drawing", "sending", "storing"]


def names_of(split: Split, count: int) -> list[str]:
    names = (f"zq{number}-kit" for number in range(10_000))
    return [name for name in names if split_of(name) == split][:count]


def make_tasks(split: Split, count: int, *, known: Callable[[int], bool | None]) -> list[Task]:
    tasks = []
    for number, name in enumerate(names_of(split, count)):
        topic, use = TOPICS[number % len(TOPICS)], USES[number // len(TOPICS) % len(USES)]
        keywords = (topic, use, f"{split}{number}")
        tasks.append(Task(f"{split}-{number}", " ".join(keywords), keywords, name, known(number)))
    return tasks


@dataclass
class World:
    """Answers prompts: ``names(prompt)`` gives (name, status) pairs of the answer."""

    names: Callable[[Prompt], Sequence[tuple[str, str]]]
    calls: list[str] = field(default_factory=list)

    def answer(
        self, prompts: Sequence[Prompt], round: int
    ) -> tuple[list[Completion], list[Mention], list[Verdict]]:
        completions, mentions, verdicts = [], [], []
        for prompt in prompts:
            named = self.names(prompt)
            completion = complete(prompt, "\n".join(name for name, _ in named) or "none", round)
            completions.append(completion)
            for number, (name, status) in enumerate(named):
                id = record_id(completion.id, number)
                mentions.append(Mention(id, completion.id, 0, 1, 1, 1, name, name, "pypi", "list"))
                verdicts.append(Verdict(id, name, status, "name", "s", "2026-01-01"))  # type: ignore[arg-type]
        return completions, mentions, verdicts


def complete(prompt: Prompt, text: str, round: int = 1) -> Completion:
    return Completion(
        id=record_id(prompt.id, round),
        prompt_id=prompt.id,
        model_id="toy",
        round=round,
        sample=0,
        text=text,
        finish_reason="stop",
        sampling=Sampling(),
        token_ids=tuple(range(10)),
    )


def run_round(explorer: Explorer, world: World, round: int) -> list[Prompt]:
    """Drive one whole round and give all its prompts in order."""
    requests = explorer.model_prompts(round)
    explorer.accept_tasks(
        requests, [complete(p, f"sorting of {p.id} for {p.family}", round) for p in requests]
    )
    asked = list(requests)
    for batch in explorer.plan(round):
        asked += run_batch(explorer, world, batch.prompts, round)
    return asked


def run_batch(
    explorer: Explorer, world: World, prompts: Sequence[Prompt], round: int
) -> list[Prompt]:
    completions, mentions, verdicts = world.answer(prompts, round)
    more = follow_up(prompts, completions)
    further = world.answer(more, round)
    every = [*prompts, *more]
    explorer.observe(
        every, [*completions, *further[0]], [*mentions, *further[1]], [*verdicts, *further[2]]
    )
    return every


def hashed_names(prompt: Prompt) -> list[tuple[str, str]]:
    """Right on every other fact, a ghost of its own on the rest."""
    if prompt.gold is not None and int(prompt.task_id.split("-")[1]) % 2 == 0:
        return [(prompt.gold, "exists")]
    return [(f"ghost-{prompt.task_id}", "absent")]
