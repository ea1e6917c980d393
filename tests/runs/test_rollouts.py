"""A batch is asked once, however often the run is ended within it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pytest

from domain_cases import ask
from unghost.domains.registry import load_domain
from unghost.errors import UnghostError
from unghost.generate.base import Pace, Watch, unwatched
from unghost.records import Completion, Prompt, Sampling, record_id
from unghost.runs.rollouts import RolloutRunner, Stage
from unghost.storage.folder import RoundFolder


class Backwards:
    """Answers the last question first, and fails after some answers."""

    model_id = "backwards"
    stop_ids: frozenset[int] = frozenset()

    def __init__(self, fails_after: int) -> None:
        self.fails_after, self.asked = fails_after, list[str]()

    def generate(
        self,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        *,
        samples: int = 1,
        round: int = 0,
        seed: int = 0,
        done: Collection[str] = frozenset(),
        watch: Watch = unwatched,
    ) -> Iterator[Completion]:
        given = 0
        for prompt in reversed(prompts):
            for sample in range(samples):
                id = record_id("completion", self.model_id, prompt.id, round, sample)
                if id in done:
                    continue
                if given == self.fails_after:
                    raise UnghostError("the model is gone")
                given += 1
                self.asked.append(id)
                watch(Pace(given, 10 * given))
                yield Completion(
                    id, prompt.id, self.model_id, round, sample, "`flask`", "stop", sampling
                )


def prompts(count: int) -> list[Prompt]:
    return [
        ask(f"x{n}", asks="packages", task_id=f"t{n}", family="f", operator="o", split="heldout")
        for n in range(count)
    ]


def run(
    generator: Backwards, folder: Path, told: list[tuple[float, float, int]] | None = None
) -> list[Completion]:
    runner = RolloutRunner(generator, load_domain("packages", "demo"), seed=0)
    steps = [] if told is None else told
    stage = Stage(lambda _, *step: steps.append(step), "ask", 12)  # type: ignore[arg-type]
    batch = runner.run(
        RoundFolder(folder),
        "heldout",
        0,
        prompts(6),
        Sampling(),
        round_number=0,
        stage=stage,
        samples=2,
    )
    return batch.completions


def test_only_what_is_missing_is_asked(tmp_path: Path) -> None:
    whole = run(Backwards(99), tmp_path / "whole")
    assert [c.prompt_id for c in whole[::2]] == [prompt.id for prompt in prompts(6)]
    asked: list[str] = []
    for fails_after in (0, 5, 1, 99):
        generator = Backwards(fails_after)
        if fails_after < 99:
            with pytest.raises(UnghostError, match="is gone"):
                run(generator, tmp_path / "cut")
        else:
            assert run(generator, tmp_path / "cut") == whole
        asked += generator.asked
    assert len(asked) == len(set(asked)) == len(whole)
    assert not list(tmp_path.rglob("*.jsonl"))


def test_a_stage_counts_what_was_at_hand_and_what_comes(tmp_path: Path) -> None:
    with pytest.raises(UnghostError):
        run(Backwards(5), tmp_path)
    told: list[tuple[float, float, int]] = []
    run(Backwards(99), tmp_path, told)
    assert told[0] == (0, 12, 0)
    assert told[1:-1] == [(5, 12, 0), *((5 + n, 12, 10 * n) for n in range(1, 8))]
    assert told[-1] == (12, 12, 70)
    run(Backwards(0), tmp_path, told)
    assert told[-1] == (12, 12, 0)


KILLED = """
import os, signal, sys
from pathlib import Path
from unghost.embedded import MODEL_NAME
from unghost.domains.registry import load_domain
from unghost.generate.base import ModelChoice, open_generator
from unghost.generate.local import TransformersGenerator
from unghost.records import Sampling
from unghost.runs.rollouts import RolloutRunner, Stage
from unghost.storage.folder import RoundFolder
from unghost.evaluate.plan import MeasureSettings, choose_tasks, measure_prompts

folder, after = Path(sys.argv[1]), int(sys.argv[2])
domain = load_domain("packages", "demo")
tasks = choose_tasks(domain.load_tasks(domain.tasks_path(None)), 12)
prompts = measure_prompts(domain, tasks, "heldout", MeasureSettings(long_share=0.5))
opened = open_generator(ModelChoice(MODEL_NAME, device="cpu"))
generator = TransformersGenerator(
    opened.model, opened.tokenizer, model_id=opened.model_id, rows=6
)
steps = 0

def progress(*step):
    global steps
    steps += 1
    if steps == after:
        os.kill(os.getpid(), signal.SIGKILL)

RolloutRunner(generator, domain, 0).run(
    RoundFolder(folder), "heldout", 0, prompts, Sampling(1.0, max_new_tokens=24),
    round_number=0, stage=Stage(progress, "ask", len(prompts)),
)
print(steps)
"""


@pytest.mark.slow
def test_a_killed_batch_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    def child(folder: Path, after: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", KILLED, str(folder), str(after)],
            env=os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    assert child(tmp_path / "whole", -1).returncode == 0
    part = "completions/heldout-00000"
    sizes = []
    for after in (30, 20, 10):
        assert child(tmp_path / "cut", after).returncode == -signal.SIGKILL
        sizes.append((tmp_path / "cut" / f"{part}.jsonl").stat().st_size)
    assert 0 < sizes[0] <= sizes[1] <= sizes[2]
    assert child(tmp_path / "cut", -1).returncode == 0
    one, other = (tmp_path / name / f"{part}.parquet" for name in ("whole", "cut"))
    assert one.read_bytes() == other.read_bytes()
    assert not list(tmp_path.rglob("*.jsonl"))
