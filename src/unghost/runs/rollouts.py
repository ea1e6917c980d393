"""Rollouts: ask a model and judge its answers, one planned batch at a time, on disk.

This is the middle of the way of the data (prompts, completions, mentions, verdicts), used alike for
discovering and for measuring. Each stage's file is written as soon as it is whole, so a killed run
asks nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from unghost.domains.base import Domain
from unghost.domains.tasks import Task
from unghost.evaluate.answers import Answer, answers_of
from unghost.evaluate.plan import MeasureSettings, choose_tasks, measure_prompts, tasks_of
from unghost.generate.base import Generator
from unghost.records import Completion, Mention, Prompt, Sampling, Split, Verdict
from unghost.storage.folder import Batch, RoundFolder, RunFolder

Progress = Callable[[str, int, int], None]
"""Called with the name of a stage, the steps of it that are done, and all of them."""

_BATCH = 128


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
            samples: Completions per prompt.
        """
        done = folder.read_batch(phase, number)
        if done is not None:
            return done
        asked = folder.read(Prompt, phase, number)
        if asked is None:
            asked = list(prompts)
            folder.write(Prompt, phase, number, asked)
        completions = folder.read(Completion, phase, number)
        if completions is None:
            completions = self.generator.generate(
                asked, sampling, samples=samples, round=round_number, seed=self.seed
            )
            folder.write(Completion, phase, number, completions)
        mentions = self._find(asked, completions)
        folder.write(Mention, phase, number, mentions)
        verdicts = self.domain.verify(mentions)
        folder.write(Verdict, phase, number, verdicts)
        return Batch(asked, completions, mentions, verdicts)

    def _find(self, prompts: Sequence[Prompt], completions: Sequence[Completion]) -> list[Mention]:
        prompt_of = {prompt.id: prompt for prompt in prompts}
        return [
            mention
            for completion in completions
            for mention in self.domain.find(prompt_of[completion.prompt_id], completion)
        ]


def measure_split(
    runner: RolloutRunner,
    run: RunFolder,
    tasks: Sequence[Task],
    split: Split,
    number: int,
    settings: MeasureSettings,
    progress: Progress,
) -> list[Answer]:
    """Ask the tasks of a split greedily, and then about the model's own long answers.

    Args:
        runner: The model and the domain.
        run: The run.
        tasks: Tasks of all splits.
        split: Which of them to ask.
        number: The round whose folder the answers go to.
        settings: How many tasks are asked.
        progress: Told how far it is.

    Returns:
        The answers, with the verdicts on what they name.
    """
    count = settings.validate_tasks if split == "validate" else settings.heldout_tasks
    domain, chosen = runner.domain, choose_tasks(tasks_of(tasks, split), count)
    prompts = measure_prompts(domain, chosen, split, settings)
    folder, greedy = run.round(number), Sampling(max_new_tokens=settings.max_new_tokens)
    batches: list[Batch] = []
    for start in range(0, len(prompts), _BATCH):
        progress(f"round {number}: measure on {split}", start, len(prompts))
        part = prompts[start : start + _BATCH]
        asked = runner.run(folder, split, len(batches), part, greedy, round_number=number)
        batches.append(asked)
        if not domain.following:
            continue
        more = domain.follow_up(asked.prompts, asked.completions)
        batches.append(runner.run(folder, split, len(batches), more, greedy, round_number=number))
    progress(f"round {number}: measure on {split}", len(prompts), len(prompts))
    joined = Batch.joined(batches)
    return answers_of(joined, domain)
