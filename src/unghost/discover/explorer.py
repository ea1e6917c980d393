"""The explorer: plans what to ask in a round, and learns from what came of it.

One round, as ``unlearn`` drives it::

    requests = explorer.model_prompts(round)            # may be empty
    explorer.accept_tasks(requests, completions)        # tasks that the model wrote itself
    for batch in explorer.plan(round):                  # fixed before anything runs
        ...generate answers to batch.prompts...
        more = domain.follow_up(batch.prompts, completions)      # about its own answers
        ...generate answers to more, find, verify...
        explorer.observe(prompts, completions, mentions, verdicts)
        ...save explorer.to_json()...

A round mixes three shares: *anchors*, tasks that the model answers well; *replays*, tasks that
brought out a ghost when last asked; and *fresh* tasks, made by the arm (seed family, operator) that
the bandit chooses. Operators, bandit and mixing are ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from random import Random
from typing import Any

from unghost.discover.bandit import Arm, Bandit
from unghost.discover.dedupe import Deduper
from unghost.discover.drafting import draw, questions, topic_seeds, write_request
from unghost.discover.ledger import Ledger, outcomes, token_count
from unghost.discover.operators import BY_NAME, OPERATORS, Material, as_words, clean_task
from unghost.discover.plans import ExplorerSettings, PlannedBatch, RoundState
from unghost.discover.seeds import (
    FACTS,
    TaskCandidate,
    content_words,
    facts_candidates,
    facts_family,
)
from unghost.domains.base import Domain
from unghost.domains.seeds import Family
from unghost.domains.tasks import Task
from unghost.errors import UnghostError
from unghost.records import Completion, Mention, Prompt, Verdict, record_id, unit_hash

STATE_VERSION = 1
_REFILLS = 4
"""Times that slots of arms used up are handed to others."""


class Explorer:
    """Chooses what to ask; the same tasks, settings, seed and observations give the same prompts.

    Args:
        domain: Asks, and lends its words.
        tasks: Facts tasks of the split ``discover`` (others are refused); may be empty.
        settings: How a round is mixed.
        seed: Seed of the run.
        reserved: Tasks of the other splits. Only looked at to keep away from them: no made task is
            a near-duplicate of one or mentions its right name.

    Raises:
        UnghostError: A task is not of the split ``discover``.
    """

    def __init__(
        self,
        domain: Domain,
        tasks: Sequence[Task],
        settings: ExplorerSettings,
        seed: int,
        reserved: Sequence[Task] = (),
    ) -> None:
        self.domain, self.settings, self.seed, self.reserved = domain, settings, seed, reserved
        self.ledger = Ledger()
        self.new_by_round: dict[int, int] = {}
        self._facts = {facts.task_id: facts for facts in facts_candidates(tasks)}
        self._order = {id: unit_hash(b"unghost-explorer", f"{seed}:{id}") for id in self._facts}
        self._avoid = frozenset(as_words(t.gold) for t in (*tasks, *reserved) if t.gold is not None)
        self._families: dict[str, Family] = {
            family.name: family for family in domain.seeds.families
        }
        if self._facts:
            self._families[FACTS] = facts_family(list(self._facts.values()))
        usable = [op for op in OPERATORS if settings.model_writes or not op.asks_model]
        arms = [(family, operator.name) for family in self._families for operator in usable]
        self.bandit = Bandit(arms, settings.exploration, settings.discount)
        self._asked: list[str] = []
        self._deduper = self._new_deduper()
        self._current: RoundState | None = None

    def model_prompts(self, round: int) -> list[Prompt]:
        """Return the requests for tasks that the model writes itself, one per slot of the round.

        Empty if ``model_writes`` is off or the bandit chose no such operator. Asking again in the
        same round gives the same.

        Raises:
            UnghostError: The round is over.
        """
        return [write_request(request, round) for request in self._at(round).requests]

    def accept_tasks(self, prompts: Sequence[Prompt], completions: Iterable[Completion]) -> int:
        """Add the tasks that the model wrote; return the number of valid new ones.

        Their tokens are charged to the arms that asked for them.

        Raises:
            UnghostError: No round was begun, or its plan is already fixed.
        """
        current = self._current
        if current is None or current.plan is not None:
            raise UnghostError(
                "tasks come too late or too early: call it between model_prompts and plan"
            )
        by_id = {prompt.id: prompt for prompt in prompts}
        rank = {prompt.id: number for number, prompt in enumerate(prompts)}
        known = (completion for completion in completions if completion.prompt_id in rank)
        before = len(current.written)
        for completion in sorted(known, key=lambda c: (rank[c.prompt_id], c.sample)):
            prompt = by_id[completion.prompt_id]
            arm = (prompt.family, prompt.operator)
            self.bandit.update(arm, tokens=token_count(completion), new_ghosts=0)
            text = clean_task(completion.text, self._avoid, self.domain.seeds.answers)
            if text is not None and self._is_new(text):
                current.written.append(
                    TaskCandidate(
                        record_id("task", text), text, content_words(text), *arm, prompt.parent_id
                    )
                )
        return len(current.written) - before

    def plan(self, round: int) -> list[PlannedBatch]:
        """Fix and give the batches of a round; asking again gives the same.

        Raises:
            UnghostError: The round is over.
        """
        current = self._at(round)
        if current.plan is None:
            current.plan = self._fix(current)
        size = self.settings.batch_tasks
        starts = range(0, len(current.plan), size)
        return [
            PlannedBatch(
                round,
                index,
                tuple(
                    p for c in current.plan[start : start + size] for p in self._prompts(round, c)
                ),
            )
            for index, start in enumerate(starts)
        ]

    def observe(
        self,
        prompts: Sequence[Prompt],
        completions: Iterable[Completion],
        mentions: Iterable[Mention],
        verdicts: Iterable[Verdict],
    ) -> int:
        """Learn from one batch, follow-ups included; gives the number of ghosts never met before.

        Call it once for each batch, in the order of the plan. A ghost counts for the first prompt
        that brought it out; anchors and replays cost and earn no arm anything.

        Raises:
            UnghostError: No round was planned.
        """
        current = self._current
        if current is None or current.plan is None:
            raise UnghostError("nothing was planned yet: call plan before observe")
        planned = {candidate.task_id: candidate for candidate in current.plan}
        total = 0
        for outcome in outcomes(prompts, completions, mentions, verdicts):
            prompt = outcome.prompt
            decides = prompt.asks == self.domain.modes[0].name
            planned_as = planned.get(prompt.task_id)
            fresh = self.ledger.note(outcome, planned_as, current.number, decides=decides)
            total += fresh
            arm = (prompt.family, prompt.operator)
            if arm in self.bandit:
                self.bandit.update(arm, tokens=outcome.tokens, new_ghosts=fresh)
        self.new_by_round[current.number] += total
        return total

    def to_json(self) -> dict[str, Any]:
        """Return the whole state as JSON values; may be called at any point of a round."""
        return {
            "version": STATE_VERSION,
            "fingerprint": self._fingerprint(),
            "ledger": self.ledger.to_json(),
            "bandit": self.bandit.to_json(),
            "asked": list(self._asked),
            "new_by_round": [[number, new] for number, new in self.new_by_round.items()],
            "current": None if self._current is None else asdict(self._current),
        }

    def load_json(self, state: Mapping[str, Any]) -> None:
        """Load a state written by :meth:`to_json` and continue as if never stopped.

        Raises:
            UnghostError: The state is of another version, or of other tasks, settings or seed.
        """
        if state.get("version") != STATE_VERSION:
            raise UnghostError(
                f"the explorer's state is of version {state.get('version')}, this unghost reads"
                f" {STATE_VERSION}: start a new run folder"
            )
        if state["fingerprint"] != self._fingerprint():
            raise UnghostError(
                "the explorer's state was written with other tasks, settings or seed: go on with"
                " those, or start a new run folder"
            )
        self.ledger = Ledger.from_json(state["ledger"])
        self.bandit.load_json(state["bandit"])
        self.new_by_round = {number: new for number, new in state["new_by_round"]}
        self._asked = list(state["asked"])
        self._deduper = self._new_deduper()
        self._current = None
        if state["current"] is not None:
            self._current = RoundState.from_json(state["current"])

    def _fingerprint(self) -> str:
        tasks = (f"{c.task_id}={c.text}" for c in self._facts.values())
        reserved = (task.text for task in self.reserved)
        return record_id(self.seed, repr(self.settings), *tasks, *reserved)

    def _noise(self, round: int, purpose: str) -> Random:
        return Random(f"{self.seed}:{round}:{purpose}")

    def _new_deduper(self) -> Deduper:
        deduper = Deduper(self.settings.near_duplicate)
        for text in (*(task.text for task in self.reserved), *self._asked):
            deduper.add(text)
        return deduper

    def _is_new(self, text: str) -> bool:
        new = self._deduper.add(text)
        if new:
            self._asked.append(text)
        return new

    def _at(self, round: int) -> RoundState:
        if self._current is not None and round < self._current.number:
            raise UnghostError(f"round {round} is over: the explorer is at {self._current.number}")
        if self._current is None or round > self._current.number:
            if self._current is not None:
                self.bandit.fade()
            self._current = self._begin(round)
            self.new_by_round[round] = 0
        return self._current

    def _begin(self, round: int) -> RoundState:
        """Choose anchors and replays, hand the other slots to arms, and write the requests."""
        chosen = self._anchors()
        chosen += self._replays({candidate.task_id for candidate in chosen})
        slots = self.settings.tasks_per_round - len(chosen)
        arms = self._arms(slots, self._noise(round, "arms"))
        material, noise = self._material(round), self._noise(round, "requests")
        requests: dict[str, TaskCandidate] = {}
        for arm in arms:
            if BY_NAME[arm[1]].asks_model:
                request = draw(arm, material, noise, lambda made: made.text not in requests)
                if request is not None:
                    requests[request.text] = request
        templates = [arm for arm in arms if not BY_NAME[arm[1]].asks_model]
        return RoundState(round, chosen, templates, list(requests.values()))

    def _arms(self, slots: int, noise: Random) -> list[Arm]:
        """Choose arms by the bandit; a fixed share only among the arms of the facts, if any."""
        topics = [arm for arm in self.bandit.arms if arm[0] != FACTS]
        facts = self.bandit.allocate(int(self.settings.facts_share * slots), noise, without=topics)
        return facts + self.bandit.allocate(slots - len(facts), noise)

    def _fix(self, current: RoundState) -> list[TaskCandidate]:
        """Create the fresh tasks and order all tasks of the round."""
        material = self._material(current.number)
        noise = self._noise(current.number, "plan")
        slots = self.settings.tasks_per_round - len(current.chosen)
        fresh = current.written[:slots]
        taken = {candidate.task_id for candidate in (*current.chosen, *fresh)}

        def fits(made: TaskCandidate) -> bool:
            return made.task_id not in taken and self._is_new(made.text)

        closed = {arm for arm in self.bandit.arms if BY_NAME[arm[1]].asks_model}
        arms = current.arms
        for _ in range(1 + _REFILLS):
            for arm in arms[: slots - len(fresh)]:
                made = None if arm in closed else draw(arm, material, noise, fits)
                if made is None:
                    closed.add(arm)
                else:
                    fresh.append(made)
                    taken.add(made.task_id)
            arms = self.bandit.allocate(slots - len(fresh), noise, without=closed)
            if not arms:
                break
        plan = current.chosen + fresh
        noise.shuffle(plan)
        self.ledger.used.update(candidate.task_id for candidate in plan)
        return plan

    def _anchors(self) -> list[TaskCandidate]:
        """Choose tasks answered well and facts never asked before, half and half.

        While there are too few of one kind the other fills up. Without new ones training would
        soon know its few tasks by heart.
        """
        count = round(self.settings.known_share * self.settings.tasks_per_round)
        right, used = self.ledger.right, self.ledger.used
        known = [c for c in self._facts.values() if c.task_id in right]
        new = [c for c in self._facts.values() if not used[c.task_id]]
        untried = self.ledger.least_used(new, count - min(count // 2, len(known)), self._order)
        anchors = self.ledger.least_used(known, count - len(untried), self._order)
        for candidate in untried:
            self._is_new(candidate.text)
        return [replace(anchor, operator="anchor") for anchor in anchors] + untried

    def _replays(self, taken: set[str]) -> list[TaskCandidate]:
        count = round(self.settings.replay_share * self.settings.tasks_per_round)
        prone = [c for c in self.ledger.prone.values() if c.task_id not in taken]
        order = {candidate.task_id: number for number, candidate in enumerate(prone)}
        replays = self.ledger.least_used(prone, count, order)
        return [replace(candidate, operator="replay") for candidate in replays]

    def _material(self, round: int) -> Material:
        pools: dict[str, Sequence[TaskCandidate]] = {
            name: topic_seeds(family, self.domain.seeds, self._noise(round, f"seeds:{name}"))
            for name, family in self._families.items()
            if name != FACTS
        }
        if self._facts:
            facts = list(self._facts.values())
            pools[FACTS] = [c for c in facts if c.task_id not in self.ledger.right] or facts
        return Material(
            seeds=self.domain.seeds,
            families=self._families,
            ghosts=tuple(self.ledger.ghosts),
            avoid=self._avoid,
            pools=pools,
            prone=self.ledger.prone_by_family(),
        )

    def _prompts(self, round: int, candidate: TaskCandidate) -> list[Prompt]:
        key = f"{self.seed}:{round}:{candidate.task_id}"
        share = self.settings.long_share
        modes = [
            mode
            for mode in self.domain.asked
            if not mode.long or unit_hash(f"unghost-{mode.name}".encode(), key) < share
        ]
        return questions(self.domain, candidate, modes)
