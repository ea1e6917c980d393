"""Rollouts: ask a model and judge its answers, one planned batch at a time, on disk.

This is the middle of the way of the data (prompts, completions, mentions, verdicts), used alike for
discovering and for measuring. Each answer is on disk as soon as it is there, and each stage's file
as soon as it is whole, so a killed run asks nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from unghost.domains.base import Domain
from unghost.domains.tasks import Task
from unghost.evaluate.answers import Answer, answers_of
from unghost.evaluate.plan import MeasureSettings, choose_tasks, measure_prompts, tasks_of
from unghost.generate.base import Generator, Pace, in_order
from unghost.records import Completion, Mention, Prompt, Sampling, Split, Verdict
from unghost.storage.folder import Batch, RoundFolder, RunFolder
from unghost.storage.journal import Journal

_BATCH = 512


class Progress(Protocol):
    """Told how far a run is."""

    def __call__(self, stage: str, done: float, total: int, tokens: int = 0, /) -> None:
        """Take notice.

        Args:
            stage: What is being done.
            done: Its steps or answers that are done; the last may be done in part.
            total: All of them, as far as they are known.
            tokens: Tokens that were generated for it by this process.
        """
        ...


class Stage:
    """The answers of one stage of a run, told to a progress as they come, batch after batch.

    Args:
        progress: Whom to tell.
        name: What the stage does.
        total: Answers that are expected.
    """

    def __init__(self, progress: Progress, name: str, total: int) -> None:
        self._progress, self._name, self._total = progress, name, total
        self._done = self._tokens = 0
        self.watch(Pace(0, 0))

    def watch(self, pace: Pace) -> None:
        """Tell how far the batch under way is, in answers beside those added."""
        done, tokens = self._done + pace.answers, self._tokens + pace.tokens
        self._progress(self._name, done, self._total, tokens)

    def add(self, answers: int, tokens: int = 0) -> None:
        """Count answers that are at hand, or a batch's that have come."""
        self._done += answers
        self._tokens += tokens
        self.watch(Pace(0, 0))

    def expect(self, more: int) -> None:
        """Expect so many more answers, or fewer."""
        self._total += more


@dataclass(frozen=True, slots=True)
class RolloutRunner:
    """A generator, and the domain that reads and judges its answers."""

    generator: Generator
    domain: Domain
    seed: int

    def run(
        self,
        folder: RoundFolder,
        phase: str,
        number: int,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        *,
        round_number: int,
        stage: Stage,
        samples: int = 1,
    ) -> Batch:
        """Run one batch, or read what an earlier, killed run already has of it.

        Args:
            folder: The round that the batch belongs to.
            phase: Which split or purpose the batch serves; part of the file names.
            number: The batch's number within its phase.
            prompts: The planned prompts; an earlier run's prompts are kept if they are on disk.
            sampling: How to draw tokens.
            round_number: The round, part of each sequence's noise.
            stage: Counts the answers.
            samples: Completions per prompt.
        """
        done = folder.read_batch(phase, number)
        if done is not None:
            stage.add(len(done.completions))
            return done
        asked = folder.read(Prompt, phase, number)
        if asked is None:
            asked = list(prompts)
            folder.write(Prompt, phase, number, asked)
        completions = folder.read(Completion, phase, number)
        if completions is None:
            with folder.journal(Completion, phase, number) as journal:
                self._ask(journal, asked, sampling, samples, round_number, stage)
            completions = in_order(asked, journal.records)
            folder.write(Completion, phase, number, completions)
        else:
            stage.add(len(completions))
        mentions = find_in_completions(self.domain, asked, completions)
        folder.write(Mention, phase, number, mentions)
        verdicts = self.domain.verify(mentions)
        folder.write(Verdict, phase, number, verdicts)
        return Batch(asked, completions, mentions, verdicts)

    def _ask(
        self,
        journal: Journal[Completion],
        prompts: Sequence[Prompt],
        sampling: Sampling,
        samples: int,
        round_number: int,
        stage: Stage,
    ) -> None:
        """Ask for the answers that the journal lacks, and append each to it as it comes."""
        pace = Pace(0, 0)

        def watch(now: Pace) -> None:
            nonlocal pace
            pace = now
            stage.watch(now)

        had = {completion.id for completion in journal.records}
        stage.add(len(had))
        for completion in self.generator.generate(
            prompts,
            sampling,
            samples=samples,
            round=round_number,
            seed=self.seed,
            done=had,
            watch=watch,
        ):
            journal.append(completion)
        stage.add(len(journal.records) - len(had), pace.tokens)


def find_in_completions(
    domain: Domain, prompts: Sequence[Prompt], completions: Sequence[Completion]
) -> list[Mention]:
    """Find what completions name, in their order."""
    prompt_of = {prompt.id: prompt for prompt in prompts}
    return [
        mention
        for completion in completions
        for mention in domain.find(prompt_of[completion.prompt_id], completion)
    ]


def measure_split(
    runner: RolloutRunner,
    run: RunFolder,
    tasks: Sequence[Task],
    split: Split,
    number: int,
    settings: MeasureSettings,
    progress: Progress,
    *,
    sampled: bool = False,
) -> list[Answer]:
    """Ask the tasks of a split in all forms, and then about the model's own long answers.

    Args:
        runner: The model and the domain.
        run: The run.
        tasks: Tasks of all splits.
        split: Which of them to ask.
        number: The round whose folder the answers go to.
        settings: What is asked.
        progress: Told how far it is.
        sampled: Whether ``settings.samples`` answers are drawn, instead of the greedy one.

    Returns:
        The answers, with the verdicts on what they name.
    """
    count = settings.validate_tasks if split == "validate" else settings.heldout_tasks
    domain, chosen = runner.domain, choose_tasks(tasks_of(tasks, split), count)
    prompts = measure_prompts(domain, chosen, split, settings)
    samples = settings.samples if sampled else 1
    phase = f"sampled-{split}" if sampled else split
    name = f"round {number}: {'sample' if sampled else 'measure'} on {split}"
    expected = samples * (len(prompts) + domain.expected_follow_ups(prompts))
    folder, stage = run.round(number), Stage(progress, name, expected)
    batches: list[Batch] = []

    def ask(asked: Sequence[Prompt], long: bool, samples: int) -> Batch:
        done = runner.run(
            folder,
            phase,
            len(batches),
            asked,
            settings.sampling(long=long, greedy=not sampled),
            round_number=number,
            stage=stage,
            samples=samples,
        )
        batches.append(done)
        return done

    long_ones = {mode.name for mode in domain.modes if mode.long}
    for long in (False, True):
        part = [prompt for prompt in prompts if (prompt.asks in long_ones) == long]
        for start in range(0, len(part), _BATCH):
            asked = ask(part[start : start + _BATCH], long, samples)
            about = domain.expected_follow_ups(asked.prompts)
            if about:
                more = domain.follow_up(asked.prompts, asked.completions)
                stage.expect(len(more) - samples * about)
                ask(more, long=False, samples=1)
    return answers_of(Batch.joined(batches), domain, chosen)
