"""Tasks that the model writes itself: another population than given ones, so a run of its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from random import Random

from unghost.discover.dedupe import Deduper
from unghost.discover.operators import as_words, clean_task
from unghost.domains.base import Domain
from unghost.domains.tasks import Task, in_words
from unghost.errors import UnghostError
from unghost.evaluate.plan import MeasureSettings
from unghost.mentions.thinking import thinking_end
from unghost.records import Message, Prompt, record_id, split_of
from unghost.runs.rollouts import Progress, RolloutRunner, Stage
from unghost.storage.folder import RunFolder

_PHASE = "own-tasks"
_REQUESTS = 2
"""Requests for each task that is wanted: some answers are no sound task, or are not new."""
_BEGINS = "I want to "
_REQUEST = (
    'Write one sentence that begins with "I want to", in which somebody says what they want to do.'
    " It is about {topics}. Reply with the sentence alone."
)
"""It says no word of names: small models repeat such words in their tasks."""
_SPLIT_KEY = next(f"own tasks {n}" for n in count() if split_of(f"own tasks {n}") == "heldout")
"""What the split of all of them is drawn by: they are for measuring alone."""


def write_requests(domain: Domain, wanted: int, seed: int) -> list[Prompt]:
    """Build requests for tasks, each about two topics of one of the domain's families.

    Raises:
        UnghostError: The domain has no families.
    """
    families = domain.seeds.families
    if not families:
        raise UnghostError(
            f"measure.own_tasks needs topics to write about: declare discover.families of"
            f" {domain.name}"
        )
    noise = Random(f"unghost-own-tasks-v1:{seed}")
    prompts = []
    for number in range(_REQUESTS * wanted):
        family = families[number % len(families)]
        topics = in_words(noise.sample((*family.words, *family.rare), 2))
        text = _REQUEST.format(topics=topics)
        prompts.append(
            Prompt(
                id=record_id("prompt", "task", _PHASE, number, text),
                task_id=record_id("task", text),
                messages=(Message("user", text),),
                asks="task",
                task=text,
                family=family.name,
                operator="write",
                split="heldout",
            )
        )
    return prompts


def write_tasks(
    runner: RolloutRunner,
    run: RunFolder,
    given: Sequence[Task],
    settings: MeasureSettings,
    progress: Progress,
) -> list[Task]:
    """Have the model write tasks.

    Args:
        runner: The model and the domain.
        run: Where its answers go.
        given: The given tasks. None of them is repeated, none of their right names is told, and
            the new ones are sentences if these are.
        settings: How many are wanted (``own_tasks``), and how answers are sampled.
        progress: Told how far it is.

    Returns:
        At most as many as are wanted, in the order of the requests; all held out.

    Raises:
        UnghostError: The model wrote no sound task.
    """
    prompts = write_requests(runner.domain, settings.own_tasks, runner.seed)
    batch = runner.run(
        run.round(0),
        _PHASE,
        0,
        prompts,
        settings.sampling(long=False, greedy=False),
        round_number=0,
        stage=Stage(progress, "write tasks", len(prompts)),
    )
    family_of = {prompt.id: prompt.family for prompt in batch.prompts}
    avoid = frozenset(as_words(name) for task in given for name in task.right)
    sentences = 2 * sum(task.text.endswith((".", "?", "!")) for task in given) > len(given)
    seen, tasks = Deduper(), list[Task]()
    for task in given:
        seen.add(task.text)
    for completion in batch.completions:
        said = _said(completion.text)
        text = clean_task(said, avoid, runner.domain.seeds.answers)
        if text is None or len(tasks) == settings.own_tasks or not seen.add(text):
            continue
        text = f"{text[0].upper()}{text[1:]}." if sentences else text.removeprefix(_BEGINS)
        topic = family_of[completion.prompt_id]
        tasks.append(Task(record_id("task", text), text, key=_SPLIT_KEY, topic=topic))
    if not tasks:
        raise UnghostError(
            f"{runner.generator.model_id} wrote no sound task in {len(prompts)} answers: it cannot"
            " be measured on tasks of its own (measure.own_tasks)"
        )
    return tasks


def _said(text: str) -> str:
    """Return an answer without its thinking and the lines that announce what comes."""
    lines = text[thinking_end(text) :].splitlines()
    return "\n".join(line for line in lines if not line.rstrip(" *").endswith(":"))
