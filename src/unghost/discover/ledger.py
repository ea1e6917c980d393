"""The ledger of discovery: ghosts met, tasks prone to them, tasks answered well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from unghost.discover.seeds import TaskCandidate
from unghost.records import Completion, Mention, Prompt, Verdict

_CHARACTERS_A_TOKEN = 4
"""A usual figure, for answers of an endpoint that returns no token ids."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one prompt, over all its samples.

    Attributes:
        prompt: The prompt.
        tokens: Generated tokens of all samples.
        ghosts: Canonical names judged ``absent``, in order of appearance, each once.
        real: Canonical names judged ``exists``.
        undecided: A name could not be judged.
    """

    prompt: Prompt
    tokens: int
    ghosts: tuple[str, ...]
    real: frozenset[str]
    undecided: bool

    @property
    def well_answered(self) -> bool:
        """Every name is real, and the right one among them where it is known."""
        clean = bool(self.real) and not self.ghosts and not self.undecided
        return clean and (self.prompt.gold is None or self.prompt.gold in self.real)


def token_count(completion: Completion) -> int:
    """Count the generated tokens of a completion; estimated from the text where ids are missing."""
    if completion.token_ids is not None:
        return len(completion.token_ids)
    return max(1, len(completion.text) // _CHARACTERS_A_TOKEN)


def outcomes(
    prompts: Sequence[Prompt],
    completions: Iterable[Completion],
    mentions: Iterable[Mention],
    verdicts: Iterable[Verdict],
) -> list[Outcome]:
    """Join what belongs to each prompt, in the order of the prompts and then of the samples.

    The order of the other records does not matter but for mentions of one completion.
    """
    verdict_of = {verdict.mention_id: verdict for verdict in verdicts}
    judged: dict[str, list[Verdict]] = {}
    for mention in mentions:
        if mention.id in verdict_of:
            judged.setdefault(mention.source_id, []).append(verdict_of[mention.id])
    answers: dict[str, list[Completion]] = {}
    for completion in sorted(completions, key=lambda completion: completion.sample):
        answers.setdefault(completion.prompt_id, []).append(completion)
    return [_outcome(prompt, answers.get(prompt.id, []), judged) for prompt in prompts]


def _outcome(
    prompt: Prompt, answers: list[Completion], judged: Mapping[str, list[Verdict]]
) -> Outcome:
    found = [verdict for answer in answers for verdict in judged.get(answer.id, [])]
    return Outcome(
        prompt=prompt,
        tokens=sum(map(token_count, answers)),
        ghosts=tuple(dict.fromkeys(v.canonical for v in found if v.status == "absent")),
        real=frozenset(v.canonical for v in found if v.status == "exists"),
        undecided=any(v.status == "unknown" for v in found),
    )


@dataclass(slots=True)
class Ledger:
    """The explorer's memory.

    Attributes:
        ghosts: Canonical name of every distinct ghost -> round in which it was first met.
        prone: Task id -> task whose last answer held a ghost, oldest first.
        right: Ids of the tasks that were once answered well; they never leave, since what training
            then broke is what most needs an anchor.
        used: Task id -> number of rounds in which it was asked.
    """

    ghosts: dict[str, int] = field(default_factory=dict)
    prone: dict[str, TaskCandidate] = field(default_factory=dict)
    right: dict[str, None] = field(default_factory=dict)
    used: Counter[str] = field(default_factory=Counter)

    def note(
        self, outcome: Outcome, candidate: TaskCandidate | None, round: int, *, decides: bool
    ) -> int:
        """Record one outcome; return the number of ghosts never met before.

        Args:
            outcome: What the prompt brought.
            candidate: The task it asked about, if the explorer planned it.
            round: The current round.
            decides: Whether it was asked in the mode whose answers tell if a task is answered well.
        """
        fresh = [ghost for ghost in outcome.ghosts if ghost not in self.ghosts]
        self.ghosts.update(dict.fromkeys(fresh, round))
        task_id = outcome.prompt.task_id
        if outcome.ghosts and candidate is not None:
            self.prone.setdefault(task_id, candidate)
        elif decides and not outcome.ghosts:
            self.prone.pop(task_id, None)
        if decides and outcome.well_answered:
            self.right[task_id] = None
        return len(fresh)

    def prone_by_family(self) -> dict[str, list[TaskCandidate]]:
        """Group the prone tasks by their seed family."""
        groups: dict[str, list[TaskCandidate]] = {}
        for candidate in self.prone.values():
            groups.setdefault(candidate.family, []).append(candidate)
        return groups

    def least_used(
        self, candidates: Iterable[TaskCandidate], count: int, order: Mapping[str, float]
    ) -> list[TaskCandidate]:
        """Choose the candidates asked in the fewest rounds; ``order`` (by task id) breaks ties."""
        ranked = sorted(candidates, key=lambda c: (self.used[c.task_id], order[c.task_id]))
        return ranked[:count]

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {
            "ghosts": [[name, round] for name, round in self.ghosts.items()],
            "prone": [asdict(candidate) for candidate in self.prone.values()],
            "right": list(self.right),
            "used": dict(self.used),
        }

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Ledger:
        """Build a ledger from a state written by :meth:`to_json`."""
        prone = [candidate_from_json(row) for row in state["prone"]]
        return cls(
            ghosts={name: round for name, round in state["ghosts"]},
            prone={candidate.task_id: candidate for candidate in prone},
            right=dict.fromkeys(state["right"]),
            used=Counter(state["used"]),
        )


def candidate_from_json(row: Mapping[str, Any]) -> TaskCandidate:
    """Build a candidate from the output of ``dataclasses.asdict``."""
    return TaskCandidate(**{**row, "keywords": tuple(row["keywords"])})
