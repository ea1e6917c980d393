"""The state of a round in training: one file, replaced by one rename, so never half there.

No state of a random generator is stored: the noise of a step (dropout) is drawn afresh from a
hash of seed, step and rank, so the position is all that the generator's state would tell.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from unghost.errors import UnghostError
from unghost.storage.atomic import atomic_path, clear_leftovers
from unghost.train.policy import Policy

STATE_VERSION = 1
STATE_FILE = "state.pt"


@dataclass(frozen=True, slots=True)
class State:
    """The progress of a round.

    ``step`` counts the finished steps of this round, ``total_steps`` those of all rounds (the
    schedule's clock); ``done`` is set when the adapter has been written; ``fingerprint`` tells
    the plan that the step belongs to.
    """

    step: int
    total_steps: int
    done: bool
    fingerprint: str
    weights: dict[str, Tensor]
    optimizer: dict[str, Any]


def save_state(folder: Path, state: State) -> None:
    """Replace the checkpoint in ``folder`` by this one, atomically.

    Raises:
        UnghostError: It cannot be written.
    """
    content = {"version": STATE_VERSION, **{name: getattr(state, name) for name in State.__slots__}}
    # Through memory: on a full disk torch's own file writer raises errors without a cause.
    buffer = io.BytesIO()
    torch.save(content, buffer)
    with atomic_path(folder / STATE_FILE) as temporary:
        temporary.write_bytes(buffer.getvalue())


def load_state(folder: Path) -> State | None:
    """Read the checkpoint in ``folder``; None if there is none.

    Raises:
        UnghostError: It is damaged or of another version.
    """
    path = folder / STATE_FILE
    clear_leftovers(folder)
    if not path.is_file():
        return None
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        version = content.pop("version")
    except Exception as error:
        raise UnghostError(
            f"the checkpoint {path} is damaged: remove it to train this round again"
        ) from error
    if version != STATE_VERSION:
        raise UnghostError(
            f"the checkpoint {path} is of version {version}, this unghost writes {STATE_VERSION}:"
            " go on with the unghost that wrote it"
        )
    return State(**content)


def restore(policy: Policy, optimizer: torch.optim.Optimizer, state: State) -> None:
    """Restore weights and optimizer from the checkpoint.

    Raises:
        UnghostError: The checkpoint belongs to a model with other trained weights.
    """
    weights = policy.trainable()
    fits = list(weights) == list(state.weights) and all(
        weights[name].shape == saved.shape for name, saved in state.weights.items()
    )
    if not fits:
        raise UnghostError(
            "the checkpoint was written for another model or adapter:"
            " give the same settings as before, or start a new run"
        )
    with torch.no_grad():
        for name, saved in state.weights.items():
            weights[name].copy_(saved)
    optimizer.load_state_dict(state.optimizer)


def snapshot(policy: Policy) -> dict[str, Tensor]:
    """Copy the trained weights to main memory."""
    return {name: weight.detach().cpu() for name, weight in policy.trainable().items()}


def step_seed(seed: int, step: int, rank: int) -> int:
    """Return the seed of one step's noise on one rank."""
    digest = hashlib.sha256(f"unghost-step:{seed}:{step}:{rank}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
