"""The parts of a round: its settings, its batches, and its state while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from unghost.discover.bandit import Arm
from unghost.discover.ledger import candidate_from_json
from unghost.discover.seeds import TaskCandidate
from unghost.errors import UnghostError
from unghost.records import Prompt


@dataclass(frozen=True, slots=True)
class ExplorerSettings:
    """The mix of a round.

    Attributes:
        tasks_per_round: Tasks asked about in a round.
        batch_tasks: Tasks in a batch, the unit of resume.
        known_share: Share of anchors and, half of it, of given tasks never asked before.
        replay_share: Share of replays, at most.
        facts_share: Share of fresh tasks that must descend from the given tasks, if there are any;
            without it a model of narrow training is asked mostly what it will never be asked again.
        long_share: Share of tasks that are also asked in a mode of long answers, such as code.
        exploration: Share of fresh tasks that goes to the arms drawn least.
        discount: What evidence of earlier rounds is worth, per round.
        near_duplicate: Jaccard index from which two tasks count as the same.
        model_writes: The model under training can write tasks: use the operators that ask it.

    Raises:
        UnghostError: A value makes no sense.
    """

    tasks_per_round: int = 256
    batch_tasks: int = 64
    known_share: float = 0.4
    replay_share: float = 0.2
    facts_share: float = 0.5
    long_share: float = 0.25
    exploration: float = 0.2
    discount: float = 0.7
    near_duplicate: float = 0.8
    model_writes: bool = True

    def __post_init__(self) -> None:
        if self.tasks_per_round < 1 or self.batch_tasks < 1:
            raise UnghostError("tasks_per_round and batch_tasks count tasks: give at least 1")
        for name in ("known_share", "replay_share", "facts_share", "long_share", "exploration"):
            if not 0 <= getattr(self, name) <= 1:
                raise UnghostError(f"{name} is a share: give a number from 0 to 1")
        if self.known_share + self.replay_share > 1:
            raise UnghostError("known_share and replay_share together exceed 1: lower one of them")
        if not (0 < self.discount <= 1 and 0 < self.near_duplicate <= 1):
            raise UnghostError("discount and near_duplicate must be above 0 and at most 1")


@dataclass(frozen=True, slots=True)
class PlannedBatch:
    """Prompts that are run together; the prompts of one task are in one batch."""

    round: int
    index: int
    prompts: tuple[Prompt, ...]

    def asking(self, asks: str) -> tuple[Prompt, ...]:
        """Return the prompts of one mode; each mode has its own sampling settings."""
        return tuple(prompt for prompt in self.prompts if prompt.asks == asks)


@dataclass(slots=True)
class RoundState:
    """A round in progress.

    Attributes:
        number: Its number.
        chosen: Anchors and replays.
        arms: Arms of the fresh tasks that templates are to make.
        requests: What the model is asked to write tasks for.
        written: Sound tasks that it wrote.
        plan: All tasks of the round in order, once that is fixed.
    """

    number: int
    chosen: list[TaskCandidate]
    arms: list[Arm]
    requests: list[TaskCandidate]
    written: list[TaskCandidate] = field(default_factory=list)
    plan: list[TaskCandidate] | None = None

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> RoundState:
        """Build a state from the output of ``dataclasses.asdict``."""
        lists = {
            name: None if row[name] is None else [candidate_from_json(item) for item in row[name]]
            for name in ("chosen", "requests", "written", "plan")
        }
        arms = [(family, operator) for family, operator in row["arms"]]
        return cls(row["number"], arms=arms, **lists)  # type: ignore[arg-type]
