"""Adaptive Unlearning, the whole method from top to bottom.

Measure the base; then round by round: discover which prompts bring out ghosts, generate, find,
verify, label, train, and measure on ``validate``; stop by ``validate`` alone, keep the round that
it shows to be best, and measure ``heldout`` once more. Every step's product is on disk before the
next step begins, so a killed run goes on where it stopped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from unghost.config import UnlearnConfig
from unghost.discover.explorer import Explorer
from unghost.discover.plans import PlannedBatch
from unghost.discover.stopping import RoundResult, best_round, reason_to_stop
from unghost.discover.yields import discover_figures
from unghost.domains.base import Mode
from unghost.evaluate.answers import Answer
from unghost.evaluate.compare import retention, right_answers
from unghost.evaluate.plan import tasks_of
from unghost.evaluate.rates import rates_of
from unghost.records import Prompt, Sampling, Split
from unghost.report.sentences import round_line
from unghost.runs.context import RunContext, memory_line, open_context
from unghost.runs.results import write_results
from unghost.runs.rollouts import Progress, Stage, measure_split
from unghost.runs.trackers import Trackers, heldout_figures
from unghost.runs.training_set import asks_hedged, doubtful_prompts, training_set
from unghost.storage.atomic import write_json
from unghost.storage.folder import Batch, RoundFolder, RunFolder, read_json
from unghost.train.loop import train_round

_HEDGED_BATCH = 128


def unlearn(
    config: UnlearnConfig,
    folder: Path,
    *,
    progress: Progress = lambda *_: None,
    note: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Run Adaptive Unlearning, or go on with a run that was stopped.

    Args:
        config: The resolved configuration.
        folder: The run's folder; holds the adapter, report.html and report.json at the end.
        progress: Told what is being done.
        note: Told lines that should stay: how much memory the run takes, before it starts, and what
            each round brought.

    Returns:
        The report, as in report.json.

    Raises:
        UnghostError: Something that the user can mend; nothing that was finished is lost.
    """
    trackers = Trackers(config.trackers, folder, config.model_dump(mode="json"))
    context = open_context(config)
    with RunFolder.open(folder, context.header) as run:
        note(memory_line(context))
        return _Run(context, run, progress, note, trackers).go()


class _Run:
    """One run in progress."""

    def __init__(
        self,
        context: RunContext,
        run: RunFolder,
        progress: Progress,
        note: Callable[[str], None],
        trackers: Trackers,
    ) -> None:
        self.context, self.run, self.progress, self.note = context, run, progress, note
        self.trackers = trackers
        self.config = context.config
        self.explorer = self.new_explorer()
        self.base: list[Answer] = []
        self.seconds: list[float] = []

    def new_explorer(self) -> Explorer:
        tasks = self.context.tasks
        reserved = tasks_of(tasks, "validate") + tasks_of(tasks, "heldout")
        discover, config = tasks_of(tasks, "discover"), self.config
        return Explorer(self.context.domain, discover, config.explore, config.seed, reserved)

    def go(self) -> dict[str, Any]:
        history = [self.measure_base()]
        reason = self.nothing_found()
        while reason is None:
            history.append(self.round(len(history), history[0].rate))
            reason = reason_to_stop(history, self.config.stop)
        best = best_round(history, self.config.stop)
        self.load(best.round)
        self.measure("heldout", best.round)
        report = write_results(self.context, self.run, history, best.round, reason, self.progress)
        self.trackers.log(heldout_figures(report), len(history) - 1)
        self.trackers.finish()
        return report

    def measure_base(self) -> RoundResult:
        """Measure the untouched model on both splits; round 0 of the run."""
        folder = self.run.round(0)
        self.base = self.measure("validate", 0)
        self.measure("heldout", 0)
        if folder.metrics is None:
            ghosts = sum(answer.count("absent") for answer in self.base)
            folder.finish({"validate": self.summary(self.base), "ghosts": ghosts})
        return self.result(0, self.base, new_ghosts=0)

    def nothing_found(self) -> str | None:
        """Return the reason to stop if the base makes no ghost at all, else None."""
        metrics = self.run.round(0).metrics
        if metrics is None or metrics["ghosts"] or self.search_for_ghosts():
            return None
        return "no ghost found: nothing to unlearn"

    def search_for_ghosts(self) -> bool:
        """Search for ghosts by a first round of discovery, which finds more than the tasks show."""
        batches = self.discover(1)
        found = any(verdict.status == "absent" for verdict in batches.verdicts)
        self.explorer = self.new_explorer()
        return found

    def round(self, number: int, base_rate: float) -> RoundResult:
        """Run one round, or take it over from disk: discover, label, train, measure.

        Args:
            number: The round.
            base_rate: Ghost rate of the base, to be told beside that of the round.
        """
        began = monotonic()
        folder, before = self.run.round(number), self.run.round(number - 1)
        metrics = folder.metrics
        if metrics is not None:
            self.load(number)
            self.explorer.load_json(read_json(folder.path / "explorer.json"))
            return self.result(
                number, self.measure("validate", number), metrics["discover"]["new_ghosts"]
            )
        found = self.discover(number)
        trained = train_round(
            self.context.policy,
            training_set(self.context, found, self.ask_hedged(folder, found, number)),
            self.context.objective,
            self.config.train_of(number),
            folder.path,
            objective_settings=self.config.terms,
            carry=before.path if number > 1 else None,
            progress=lambda done, steps, _: self.progress(f"round {number}: train", done, steps),
        )
        answers = self.measure("validate", number)
        write_json(folder.path / "explorer.json", self.explorer.to_json())
        met = self.explorer.ledger.ghosts
        discovered = discover_figures(found, {name for name in met if met[name] == number})
        result = self.result(number, answers, discovered["new_ghosts"])
        metrics = {
            "discover": discovered,
            "train": trained,
            "validate": self.summary(answers),
            "point": {"rate": _stated(result.rate), "retention": _stated(result.retention)},
        }
        folder.finish(metrics)
        self.seconds.append(monotonic() - began)
        self.tell(result, base_rate, answers)
        return result

    def tell(self, result: RoundResult, base_rate: float, answers: Sequence[Answer]) -> None:
        """Tell what a round brought, to trackers and in a line that stays."""
        most = self.config.stop.max_rounds
        pace = sum(self.seconds) / len(self.seconds)
        abstained = sum(answer.kind == "abstention" for answer in answers) / max(1, len(answers))
        figures = {
            "validate/ghosts": result.rate,
            "validate/right_kept": result.retention,
            "validate/abstains": abstained,
            "discover/new_ghosts": result.new_ghosts,
        }
        if result.round == 1:
            self.trackers.log({"validate/ghosts": base_rate}, 0)
        self.trackers.log(figures, result.round)
        self.note(
            round_line(
                result.round,
                most,
                (base_rate, result.rate),
                result.retention,
                abstained,
                self.seconds[-1],
                pace * (most - result.round),
            )
        )

    # ---- discover ------------------------------------------------------------------------------

    def discover(self, number: int) -> Batch:
        """Ask the current model the explorer's prompts; the explorer learns from each batch."""
        folder, explorer = self.run.round(number), self.explorer
        requests = explorer.model_prompts(number)
        stage = Stage(self.progress, f"round {number}: discover", len(requests))
        written = self.ask(folder, "requests", 0, requests, number, 1, stage)
        explorer.accept_tasks(requests, written.completions)
        batches = [written]
        plan = explorer.plan(number)
        stage.expect(sum(self.expected(planned) for planned in plan))
        for planned in plan:
            parts: list[Batch] = []
            for step, mode in enumerate(self.stages, start=len(self.stages) * planned.index):
                parts.append(self.ask_stage(folder, step, mode, planned, parts, number, stage))
            batch = Batch.joined(parts)
            explorer.observe(batch.prompts, batch.completions, batch.mentions, batch.verdicts)
            batches.append(batch)
        return Batch.joined(batches)

    def expected(self, planned: PlannedBatch) -> int:
        """Return how many answers a batch of discovery is going to have, at most."""
        asked = sum(
            len(planned.asking(mode.name)) * self.samples(mode)
            for mode in self.context.domain.asked
        )
        return asked + self.expected_follow_ups(planned.prompts)

    def expected_follow_ups(self, prompts: Sequence[Prompt]) -> int:
        """Return how many answers about the answers to prompts are going to come, at most."""
        return self.context.domain.expected_follow_ups(prompts) * self.samples(None)

    def samples(self, mode: Mode | None) -> int:
        """Return the answers a prompt of a mode; None for follow-ups."""
        sample = self.config.sample
        return sample.long_samples if mode is not None and mode.long else sample.samples

    @property
    def stages(self) -> tuple[Mode | None, ...]:
        """The steps of a batch of discovery: the modes that ask about tasks, then follow-ups."""
        domain = self.context.domain
        return (*domain.asked, None) if domain.following else domain.asked

    def ask_stage(
        self,
        folder: RoundFolder,
        step: int,
        mode: Mode | None,
        planned: PlannedBatch,
        before: Sequence[Batch],
        number: int,
        stage: Stage,
    ) -> Batch:
        """Ask in one mode, or, without a mode, about the first answers to earlier prompts."""
        samples = self.samples(mode)
        if mode is None:
            prompts = [prompt for batch in before for prompt in batch.prompts]
            first = [c for batch in before for c in batch.completions if c.sample == 0]
            questions = self.context.domain.follow_up(prompts, first)
            stage.expect(len(questions) * samples - self.expected_follow_ups(prompts))
            return self.ask(folder, "discover", step, questions, number, samples, stage)
        asked = planned.asking(mode.name)
        return self.ask(folder, "discover", step, asked, number, samples, stage, long=mode.long)

    def ask_hedged(self, folder: RoundFolder, found: Batch, number: int) -> Batch:
        """Ask the original model the prompts that produced ghosts again, with leave to abstain."""
        if not asks_hedged(self.context):
            return Batch([], [], [], [])
        doubtful = doubtful_prompts(self.context, found)
        prompts = [self.context.domain.hedge(prompt) for prompt in doubtful]
        greedy = Sampling(max_new_tokens=self.config.sample.max_new_tokens)
        batches, stage = [], Stage(self.progress, f"round {number}: ask with a hedge", len(prompts))
        with self.context.original_runner() as runner:
            for index, start in enumerate(range(0, len(prompts), _HEDGED_BATCH)):
                part = prompts[start : start + _HEDGED_BATCH]
                batches.append(
                    runner.run(
                        folder, "hedged", index, part, greedy, round_number=number, stage=stage
                    )
                )
        return Batch.joined(batches)

    def ask(
        self,
        folder: RoundFolder,
        phase: str,
        index: int,
        prompts: Sequence[Prompt],
        number: int,
        samples: int,
        stage: Stage,
        *,
        long: bool = False,
    ) -> Batch:
        """Ask prompts of one mode; long answers have sampling settings of their own."""
        return self.context.runner.run(
            folder,
            phase,
            index,
            prompts,
            self.sampling(phase, long),
            round_number=number,
            stage=stage,
            samples=samples,
        )

    def sampling(self, phase: str, long: bool) -> Sampling:
        """Return the sampling settings of a phase."""
        sample = self.config.sample
        if long:
            return Sampling(
                sample.long_temperature,
                sample.long_top_k,
                sample.long_top_p,
                sample.max_new_tokens,
            )
        temperature = 1.0 if phase == "requests" else sample.temperature
        return Sampling(temperature, max_new_tokens=sample.max_new_tokens)

    # ---- measure -------------------------------------------------------------------------------

    def measure(self, split: Split, number: int) -> list[Answer]:
        """Measure a split: ask its tasks greedily, the same in every round, and judge answers."""
        return measure_split(
            self.context.runner,
            self.run,
            self.context.tasks,
            split,
            number,
            self.config.measure,
            self.progress,
        )

    def summary(self, answers: Sequence[Answer]) -> dict[str, Any]:
        """Sum up the answers of one round on ``validate`` for its metrics."""
        known = self.context.known
        right = right_answers(answers, known).to_json() if known else None
        return rates_of(answers, known=known or None).to_json() | {"known_right": right}

    def result(self, number: int, answers: Sequence[Answer], new_ghosts: int) -> RoundResult:
        """Convert a round to the input of the stopping rule."""
        rate = rates_of(answers).rate
        kept = retention(self.base, answers)
        return RoundResult(
            round=number,
            rate=float("nan") if rate.value is None else rate.value,
            rate_upper=1.0 if rate.high is None else rate.high,
            retention=float("nan") if kept.value is None else kept.value,
            new_ghosts=new_ghosts,
        )

    def load(self, number: int) -> None:
        """Load the weights of a round's end into the model.

        Round 0 is the original, which the model still is when no round was trained.
        """
        if number:
            self.context.policy.load(self.run.round(number).path / "adapter")


def _stated(figure: float) -> float | None:
    """Return None for a figure that is not defined: JSON knows no NaN."""
    return None if math.isnan(figure) else figure
