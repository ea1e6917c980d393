"""Training for one round: a plain loop that can be killed at any moment and then resumes."""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from unghost.errors import UnghostError
from unghost.objectives.base import Objective
from unghost.plugins.settings import setting_values
from unghost.storage.atomic import clear_leftovers, write_error, write_text
from unghost.train import checkpoint, engine
from unghost.train.examples import Example, collate, pack, plan_steps
from unghost.train.policy import Policy
from unghost.train.settings import TrainSettings

Progress = Callable[[int, int, dict[str, Any]], None]
"""Called after each step with the steps done, the steps planned and the line of train.jsonl."""


def train_round(
    policy: Policy,
    examples: Sequence[Example],
    objective: Objective,
    settings: TrainSettings,
    folder: Path,
    *,
    objective_settings: Any = None,
    accelerator: Any = None,
    carry: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train one round and write its adapter.

    Writes ``train.jsonl`` (a line a step), ``checkpoint/`` and, at the end, ``adapter/`` into
    ``folder``. Called again after a kill, it goes on from the last checkpoint and ends with the
    same bytes (one machine, same thread count and versions); called again after the end, it only
    loads the result.

    Args:
        policy: The model; the order of its weights is the order of the optimizer's state.
        examples: What to learn from, all of them on every rank.
        objective: What is learned.
        settings: How to train.
        folder: The round's folder.
        objective_settings: The objective's settings; the defaults if None.
        accelerator: Knows the ranks; one process if None.
        carry: The previous round's folder, whose weights, optimizer and schedule go on here.
        progress: Called on the main process after each step.

    Returns:
        ``steps``, ``tokens``, ``seconds`` and, by term, the mean over the round.

    Raises:
        UnghostError: A loss or gradient that is not finite (nothing is written for that step), a
            checkpoint of other examples or settings, or a file that cannot be written.
    """
    learn = (objective, objective_settings or objective.settings())
    run = _Round(policy, examples, learn, settings, folder, accelerator or _single_process())
    run.resume(carry)
    policy.checkpoint_gradients(settings.gradient_checkpointing)
    policy.model.train()
    with torch.random.fork_rng(devices=run.cuda_devices), run.log() as log:
        while run.step < len(run.steps):
            line = run.take_step()
            if run.main:
                _append(log, line)
                if progress is not None:
                    progress(run.step, len(run.steps), line)
            if run.step % settings.checkpoint_every == 0 and run.step < len(run.steps):
                run.save(log, done=False)
        policy.model.eval()
        run.finish(log)
    return summarise(folder)


def summarise(folder: Path) -> dict[str, Any]:
    """Sum up a round's train.jsonl: steps, tokens, seconds and the mean of each term."""
    lines = [json.loads(line) for line in _lines(folder / "train.jsonl")]
    terms: dict[str, list[float]] = {}
    for line in lines:
        for name, (total, weight) in line["terms"].items():
            sums = terms.setdefault(name, [0.0, 0.0])
            sums[0] += total
            sums[1] += weight
    return {
        "steps": len(lines),
        "tokens": sum(line["tokens"] for line in lines),
        "seconds": sum(line["seconds"] for line in lines),
        "terms": {name: total / weight for name, (total, weight) in sorted(terms.items())},
    }


class _Round:
    """The state of one round in training."""

    def __init__(
        self,
        policy: Policy,
        examples: Sequence[Example],
        learn: tuple[Objective, Any],
        settings: TrainSettings,
        folder: Path,
        accelerator: Any,
    ) -> None:
        self.policy, self.examples, self.settings = policy, examples, settings
        self.objective, self.objective_settings = learn
        self.folder, self.accelerator = folder, accelerator
        self.main: bool = accelerator.is_main_process
        self.steps = plan_steps(
            examples,
            batch_sequences=settings.batch_sequences,
            batch_tokens=settings.batch_tokens,
            epochs=settings.epochs,
            round_tokens=settings.round_tokens,
            seed=settings.seed,
        )
        self.step = self.total_steps = 0
        self.done = False
        self.fingerprint = _fingerprint(examples, learn, settings)
        self.weights = list(policy.trainable().values())
        self.optimizer = torch.optim.AdamW(
            self.weights, lr=settings.lr, weight_decay=settings.weight_decay
        )

    @property
    def cuda_devices(self) -> list[torch.device]:
        device = self.policy.device
        return [device] if device.type == "cuda" else []

    def resume(self, carry: Path | None) -> None:
        """Resume from this round's checkpoint, else from the end of the previous round."""
        state = checkpoint.load_state(self.folder / "checkpoint")
        if state is not None:
            if state.fingerprint != self.fingerprint:
                raise UnghostError(
                    f"{self.folder} holds the training of other examples or settings:"
                    " give the same as before, or start a new run"
                )
            self.step, self.done = state.step, state.done
        elif carry is not None:
            state = checkpoint.load_state(carry / "checkpoint")
            if state is None or not state.done:
                raise UnghostError(f"the training in {carry} is not complete: finish it first")
        if state is not None:
            checkpoint.restore(self.policy, self.optimizer, state)
            self.total_steps = state.total_steps
        if self.main:
            clear_leftovers(self.folder)
            kept = _lines(self.folder / "train.jsonl")[: self.step]
            if len(kept) < self.step:
                raise UnghostError(
                    f"{self.folder / 'train.jsonl'} is shorter than the checkpoint beside it:"
                    " remove the checkpoint to train this round again"
                )
            write_text(self.folder / "train.jsonl", "".join(line + "\n" for line in kept))
        self.accelerator.wait_for_everyone()

    def log(self) -> Any:
        """Open train.jsonl to append to; ranks but the main one write nowhere."""
        return open(self.folder / "train.jsonl" if self.main else os.devnull, "a", encoding="utf-8")

    def take_step(self) -> dict[str, Any]:
        """Run one optimizer step and return its description."""
        started, settings = time.perf_counter(), self.settings
        examples = [self.examples[index] for index in self.steps[self.step]]
        rank = self.accelerator.process_index
        torch.manual_seed(checkpoint.step_seed(settings.seed, self.total_steps, rank))
        packed = pack(
            examples,
            micro_batch_tokens=settings.micro_batch_tokens,
            rank=rank,
            world=self.accelerator.num_processes,
        )
        batches = [collate(batch, retain_every=settings.retain_every) for batch in packed]
        sums = engine.step(
            self.policy,
            batches,
            self.objective,
            self.objective_settings,
            self.accelerator,
            bf16=settings.dtype == "bf16",
        )
        norm = float(torch.nn.utils.clip_grad_norm_(self.weights, settings.clip))
        self._refuse_nonsense(sums, norm)
        lr = self._learning_rate()
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step, self.total_steps = self.step + 1, self.total_steps + 1
        return {
            "step": self.step,
            "terms": {name: list(pair) for name, pair in sorted(sums.items())},
            "lr": lr,
            "grad_norm": norm,
            "sequences": len(examples),
            "tokens": sum(example.length for example in examples),
            "seconds": round(time.perf_counter() - started, 4),
        }

    def _learning_rate(self) -> float:
        settings = self.settings
        risen = min(1.0, (self.total_steps + 1) / max(1, settings.warmup_steps))
        done = self.step / max(1, len(self.steps) - 1)
        return settings.lr * risen * (1.0 - (1.0 - settings.lr_end) * done)

    def _refuse_nonsense(self, sums: engine.Sums, norm: float) -> None:
        wrong = [name for name, (total, _) in sums.items() if not math.isfinite(total)]
        if wrong or not math.isfinite(norm):
            what = f"the term {wrong[0]}" if wrong else "the gradient"
            self.optimizer.zero_grad(set_to_none=True)
            raise UnghostError(
                f"{what} is not finite at step {self.step + 1} of this round; nothing was saved:"
                " lower the learning rate, or train in fp32"
            )

    def save(self, log: Any, *, done: bool) -> None:
        """Write the checkpoint, the log before it: a checkpoint never runs ahead of its log."""
        if self.main:
            log.flush()
            os.fsync(log.fileno())
            state = checkpoint.State(
                self.step,
                self.total_steps,
                done,
                self.fingerprint,
                checkpoint.snapshot(self.policy),
                self.optimizer.state_dict(),
            )
            checkpoint.save_state(self.folder / "checkpoint", state)
        self.accelerator.wait_for_everyone()

    def finish(self, log: Any) -> None:
        """Write the adapter, then say that the round is trained."""
        if self.done:
            return
        if self.main:
            self.policy.save(self.folder / "adapter")
        self.save(log, done=True)


def _append(log: Any, line: dict[str, Any]) -> None:
    try:
        log.write(json.dumps(line, sort_keys=True, allow_nan=False) + "\n")
        log.flush()
    except OSError as error:
        raise write_error(Path(log.name), error) from error


def _lines(path: Path) -> list[str]:
    """Return the whole lines of a log; what a killed writer left of a line is dropped."""
    if not path.is_file():
        return []
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def _fingerprint(
    examples: Sequence[Example],
    learn: tuple[Objective, Any],
    settings: TrainSettings,
) -> str:
    what = [learn[0].name, setting_values(learn[1]), asdict(settings)]
    digest = hashlib.sha256(json.dumps(what, sort_keys=True).encode())
    for example in examples:
        digest.update(repr(example).encode())
    return digest.hexdigest()


def _single_process() -> Any:
    from accelerate import Accelerator

    return Accelerator(cpu=True)
