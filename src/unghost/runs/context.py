"""The context of a run: the model under training, the existing names, and the tasks to ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from unghost.config import UnlearnConfig
from unghost.domains.base import Domain
from unghost.domains.registry import load_domain
from unghost.domains.tasks import Task
from unghost.errors import UnghostError
from unghost.evaluate.plan import check_splits, load_tasks_for
from unghost.evaluate.utility import Utility, load_utility, utility_path
from unghost.generate.encode import check_round_trip, encode_prompt
from unghost.generate.load import load_model
from unghost.generate.local import TransformersGenerator
from unghost.objectives import OBJECTIVES, Objective
from unghost.records import SPLITS, Prompt
from unghost.runs.identity import header
from unghost.runs.rollouts import RolloutRunner
from unghost.train.estimate import MemoryEstimate, estimate_memory
from unghost.train.policy import Policy, make_policy

_ROWS = 256
"""Answers generated at once, in the estimate of memory."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """Everything loaded; made by :func:`open_context`."""

    config: UnlearnConfig
    domain: Domain
    tasks: list[Task]
    utility: list[Utility]
    policy: Policy
    tokenizer: Any
    model_id: str
    runner: RolloutRunner
    stop_ids: frozenset[int]
    objective: Objective
    memory: MemoryEstimate

    @property
    def known(self) -> dict[str, bool]:
        """For a canonical name, whether the model was taught it, where that is stated."""
        return {t.gold: t.known for t in self.tasks if t.gold is not None and t.known is not None}

    @property
    def header(self) -> dict[str, Any]:
        """All values that decide the run's results; a folder with another header is refused."""
        config = self.config
        tasks, utility = self.domain.tasks_path(config.tasks), utility_path(config.utility)
        files = {"tasks": tasks, "utility": utility}
        head = header(config, self.model_id, self.domain, files)
        return head | {"config": config.model_dump(mode="json")}

    def encode(self, prompt: Prompt) -> tuple[int, ...]:
        """Return the token ids of a prompt as the generator asks it."""
        return tuple(encode_prompt(self.tokenizer, prompt, self.config.system))

    @contextmanager
    def original_runner(self) -> Iterator[RolloutRunner]:
        """Lend a runner of the untouched model, for as long as the context lasts."""
        with self.policy.original() as model:
            generator = TransformersGenerator(
                model, self.tokenizer, model_id=self.model_id, system=self.config.system
            )
            yield RolloutRunner(generator, self.domain, self.config.seed)


def open_context(config: UnlearnConfig) -> RunContext:
    """Load and check everything that a run needs, cheap checks first.

    Raises:
        UnghostError: Something is missing, damaged, or does not fit; one line says what to do.
    """
    objective = OBJECTIVES.get(config.objective)
    if (config.blame or objective.blame) == "credit" and config.sample.samples < 2:
        raise UnghostError("the blame credit compares answers: give sample.samples of 2 or more")
    domain = load_domain(config.domain, config.universe)
    if not domain.facts.decides_absence:
        raise UnghostError(
            f"{config.universe or config.domain} is an incomplete snapshot, in which no name can be"
            " called a ghost: build it with --complete, or take --universe demo"
        )
    tasks = load_tasks_for(config.model, domain, config.tasks)
    check_splits(tasks, SPLITS)
    utility = load_utility(utility_path(config.utility))
    loaded = load_model(
        config.model, dtype=config.dtype, device=config.device, in_4bit=config.load_in_4bit
    )
    check_round_trip(loaded.tokenizer)
    # Before LoRA is put into the model, whose weights it would count twice.
    memory = estimate_memory(
        loaded.model,
        config.adapter,
        config.train,
        generated_tokens=_ROWS * (config.sample.max_new_tokens + 64),
    )
    policy = make_policy(loaded.model, config.seeded_adapter)
    generator = TransformersGenerator(
        policy.model, loaded.tokenizer, model_id=loaded.model_id, system=config.system
    )
    return RunContext(
        config=config,
        domain=domain,
        tasks=tasks,
        utility=utility,
        policy=policy,
        tokenizer=loaded.tokenizer,
        model_id=loaded.model_id,
        runner=RolloutRunner(generator, domain, config.seed),
        stop_ids=generator.stop_ids,
        objective=objective,
        memory=memory,
    )


def preview(config: UnlearnConfig) -> str:
    """Resolve and check everything that a run needs, and estimate its memory; runs nothing.

    Returns:
        The configuration as JSON, and the estimate in words.

    Raises:
        UnghostError: What would stop the run at its start.
    """
    context = open_context(config)
    return (
        f"{config.model_dump_json(indent=2)}\n\n"
        f"model     {context.model_id}\n"
        f"universe  {context.domain.facts.label}, {context.domain.facts.as_of}\n"
        f"tasks     {len(context.tasks)}\n"
        f"{memory_line(context)}"
    )


def memory_line(context: RunContext) -> str:
    """Return a line that estimates a run's memory, to a factor of 2."""
    need = context.memory
    return (
        f"memory    about {need.training / 1e9:.2f} GB in training,"
        f" {need.generating / 1e9:.2f} GB generating"
    )
