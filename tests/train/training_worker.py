"""What freshly started processes do in the tests of training; importable by name."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import torch
from training_cases import examples, llama, objective, of

from unghost.storage import atomic
from unghost.train.loop import train_round
from unghost.train.policy import Policy, make_policy
from unghost.train.settings import AdapterSettings, TrainSettings

SETTINGS = TrainSettings(lr=1e-2, batch_sequences=3, micro_batch_tokens=128, checkpoint_every=2)


def context() -> ForkServerContext:
    """A context whose processes start with the slow imports done."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["training_worker", "peft", "accelerate"])
    return made


def policy(kind: str = "lora", dropout: float = 0.0) -> Policy:
    return make_policy(llama(), AdapterSettings(kind=kind, rank=4, dropout=dropout))


def train(folder: Path, **options: Any) -> dict[str, Any]:
    """Train the tiny model on 13 examples in 5 steps; dropout, so that the noise matters too."""
    torch.set_num_threads(1)
    given = {"settings": SETTINGS, "objective": objective, "count": 13, **options}
    count = given.pop("count")
    made = given.pop("policy", None) or policy(dropout=0.1)
    what = of(given.pop("objective"))
    return train_round(made, examples(count), what, folder=folder, **given)


def train_and_die(folder: Path, point: str, number: int) -> None:
    """Train, and be killed at the given occurrence of a point."""
    seen = 0

    def die(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    if point == "step":
        train(folder, progress=die)
    else:  # the moment before a checkpoint or the adapter takes its name
        _before_replace(folder / point, die)
        train(folder)


def _before_replace(target: Path, then: Callable[[], None]) -> None:
    real = os.replace

    def replace(source: Path, destination: Path) -> None:
        if Path(destination) == target:
            then()
        real(source, destination)

    atomic.os.replace = replace  # type: ignore[attr-defined]
