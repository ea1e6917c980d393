"""What each of the processes does in the distributed tests; importable by name."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import torch
from training_cases import NoSettings, examples, objective, of
from training_worker import context, policy, train

from unghost.errors import UnghostError
from unghost.objectives.base import Term
from unghost.train.engine import step
from unghost.train.examples import collate, pack


def start(work: Any, world: int, folder: Path) -> list[int | None]:
    """Run ``work(rank, world, folder)`` in ``world`` processes; gives their exit codes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    processes = [
        context().Process(target=_as_rank, args=(work, rank, world, port, folder))
        for rank in range(world)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def _as_rank(work: Any, rank: int, world: int, port: int, folder: Path) -> None:
    from accelerate import Accelerator

    torch.set_num_threads(1)
    os.environ.update(
        RANK=str(rank),
        LOCAL_RANK=str(rank),
        WORLD_SIZE=str(world),
        LOCAL_WORLD_SIZE=str(world),
        MASTER_ADDR="127.0.0.1",
        MASTER_PORT=str(port),
    )
    accelerator = Accelerator(cpu=True)
    assert accelerator.num_processes == world
    try:
        work(accelerator, folder)
    finally:
        torch.distributed.destroy_process_group()


def one_step(accelerator: Any, folder: Path) -> None:
    """Leave this rank's gradients and sums after one engine step of 13 sequences."""
    gradients(accelerator, folder, examples())


def lonely_step(accelerator: Any, folder: Path) -> None:
    """The same with one sequence, so that all ranks but one have nothing to do."""
    gradients(accelerator, folder, examples(1))


def gradients(accelerator: Any, folder: Path, answers: list[Any]) -> None:
    made = policy()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in made.trainable().values():
            weight.add_(0.05 * torch.randn(weight.shape, generator=generator))
    rank, world = accelerator.process_index, accelerator.num_processes
    packed = pack(answers, micro_batch_tokens=128, rank=rank, world=world)
    batches = [collate(batch) for batch in packed]
    sums = step(made, batches, of(objective), NoSettings(), accelerator)
    found = {name: weight.grad for name, weight in made.trainable().items()}
    torch.save((found, sums, len(batches)), folder / f"rank-{rank}.pt")


def whole_round(accelerator: Any, folder: Path) -> None:
    """Train a round of 5 steps, the last of a single sequence."""
    train(folder / "round", policy=policy(), accelerator=accelerator)


def poisoned_round(accelerator: Any, folder: Path) -> None:
    """A value that is not finite on one rank alone stops every rank."""

    def poisoned(batch: Any) -> dict[str, Term]:
        terms = objective(batch)
        old = terms["reinforce"]
        bad = float("nan") if accelerator.process_index == 1 else 1.0
        values = lambda head: old.values(head) * bad  # noqa: E731
        return {**terms, "reinforce": Term(old.weights, values, old.coefficient)}

    try:
        train(folder / "round", policy=policy(), objective=poisoned, accelerator=accelerator)
    except UnghostError as error:
        (folder / f"error-{accelerator.process_index}").write_text(str(error))
