"""What a run works with: the model under training, what exists, and the tasks to ask."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unghost.config import UnlearnConfig
from unghost.domains.packages.domain import PackagesDomain
from unghost.domains.packages.tasks import Task, load_tasks, tasks_path
from unghost.errors import UnghostError
from unghost.evaluate.plan import check_splits
from unghost.generate.encode import check_round_trip, encode_prompt
from unghost.generate.load import load_model
from unghost.generate.local import TransformersGenerator
from unghost.names.universe import Universe, load_universe
from unghost.objectives import OBJECTIVES, Objective
from unghost.probe import Probe
from unghost.records import Message, Prompt, record_id
from unghost.splits import SPLITS
from unghost.train.estimate import MemoryEstimate, estimate_memory
from unghost.train.policy import Policy, make_policy

_UTILITY = Path(__file__).parent / "data" / "utility.jsonl"
_ROWS = 256
"""Answers generated at once, in the estimate of memory."""


@dataclass(frozen=True, slots=True)
class Utility:
    """A prompt that has nothing to do with packages, and the answer expected, if one is."""

    prompt: Prompt
    answer: str | None


@dataclass(frozen=True, slots=True)
class Lab:
    """Everything loaded; made by :func:`open_lab`."""

    config: UnlearnConfig
    universe: Universe
    tasks: list[Task]
    utility: list[Utility]
    policy: Policy
    tokenizer: Any
    model_id: str
    probe: Probe
    stop_ids: frozenset[int]
    objective: Objective
    memory: MemoryEstimate

    @property
    def known(self) -> dict[str, bool]:
        """For a canonical name, whether the model was taught it, where that is stated."""
        return {t.gold: t.known for t in self.tasks if t.gold is not None and t.known is not None}

    def encode(self, prompt: Prompt) -> tuple[int, ...]:
        """Return the token ids of a prompt as the generator asks it."""
        return tuple(encode_prompt(self.tokenizer, prompt, self.config.system))

    @contextmanager
    def original_probe(self) -> Iterator[Probe]:
        """Return a probe of the untouched model, for as long as the context lasts."""
        with self.policy.original() as model:
            generator = TransformersGenerator(
                model, self.tokenizer, model_id=self.model_id, system=self.config.system
            )
            yield Probe(generator, self.probe.domain, self.config.seed)


def open_lab(config: UnlearnConfig) -> Lab:
    """Load and check everything that a run needs, cheap checks first.

    Raises:
        UnghostError: Something is missing, damaged, or does not fit; one line says what to do.
    """
    objective = OBJECTIVES.get(config.objective)
    if (config.blame or objective.blame) == "credit" and config.sample.samples < 2:
        raise UnghostError("the blame credit compares answers: give sample.samples of 2 or more")
    universe = load_universe(config.universe)
    if not universe.decides_absence:
        raise UnghostError(
            f"{config.universe} is an incomplete snapshot, in which no name can be called a ghost:"
            " build it with --complete, or take --universe demo"
        )
    domain = PackagesDomain(universe)
    tasks = load_tasks(tasks_path(config.tasks))
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
    return Lab(
        config=config,
        universe=universe,
        tasks=tasks,
        utility=utility,
        policy=policy,
        tokenizer=loaded.tokenizer,
        model_id=loaded.model_id,
        probe=Probe(generator, domain, config.seed),
        stop_ids=generator.stop_ids,
        objective=objective,
        memory=memory,
    )


def utility_path(given: str | None) -> Path:
    """Return where the utility prompts lie: in the file given, or the bundled ones."""
    return _UTILITY if given is None else Path(given)


def load_utility(path: Path) -> list[Utility]:
    """Read prompts that have nothing to do with packages.

    ``{"prompt": ..., "answer": ...}`` a line.

    Raises:
        UnghostError: The file cannot be read, or a line is not of that form.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise UnghostError(f"cannot read the utility prompts in {path}: {error}") from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            question, answer = row["prompt"], row.get("answer")
            if not isinstance(question, str) or not isinstance(answer, str | None):
                raise TypeError
            f"{question}{answer}".encode()  # JSON can hold halves of surrogate pairs
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UnghostError(
                f'{path} line {number} is not of the form {{"prompt": text, "answer": text}}'
            ) from None
        found.append(Utility(_text_prompt(question), answer))
    return found


def _text_prompt(question: str) -> Prompt:
    identity = record_id("utility", question)
    message = Message("user", question)
    return Prompt(
        id=identity,
        task_id=identity,
        messages=(message,),
        asks="text",
        task=question,
        family="utility",
        operator="measure",
        split="heldout",
    )
