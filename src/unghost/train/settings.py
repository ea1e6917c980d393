"""Settings of training; nothing here imports torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from unghost.plugins.settings import Coefficient, Count, Positive

_Whole = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class AdapterSettings:
    """The trained parts of the model.

    ``rank``, ``alpha`` and ``dropout`` are LoRA's; with dropout the policy is no longer equal to
    the reference before the first step. ``targets`` are endings of module names; None means every
    linear layer but routers and the output head, and the fused expert weights. ``seed`` draws the
    initial LoRA matrices.
    """

    kind: Literal["lora", "full"] = "lora"
    rank: Count = 16
    alpha: Count = 32
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    targets: tuple[str, ...] | None = None
    seed: _Whole = 0


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """The training of a round.

    The learning rate rises over the first ``warmup_steps`` steps of the whole run, and in every
    round falls linearly to ``lr_end`` times itself, so that a round is measured at rest; 1 keeps it
    constant. Each round's rate is ``lr_decay`` times that of the round before: at first much is to
    be learned, later the least harm is to be done. The default suits LoRA, full fine-tuning wants
    about a tenth. ``batch_sequences`` and, if given, ``batch_tokens`` bound an optimizer step over
    all ranks, ``micro_batch_tokens`` (padding counted) what one device holds at once.
    ``round_tokens`` fixes the input tokens of a round, whatever ``epochs`` says, so that objectives
    can be compared at one budget.
    ``retain_every`` scores one in so many of the tokens that are only retained.
    ``checkpoint_every`` counts steps.
    """

    lr: Positive = 1e-4
    lr_end: Annotated[float, Field(ge=0, le=1)] = 1.0
    lr_decay: Annotated[float, Field(gt=0, le=1)] = 1.0
    warmup_steps: _Whole = 10
    weight_decay: Coefficient = 0.01
    clip: Annotated[float, Field(gt=0)] = 1.0
    batch_sequences: Count = 64
    batch_tokens: Count | None = None
    micro_batch_tokens: Count = 4096
    epochs: Count = 1
    round_tokens: Count | None = None
    dtype: Literal["bf16", "fp32"] = "fp32"
    gradient_checkpointing: bool = False
    retain_every: Count = 1
    checkpoint_every: Count = 20
    seed: _Whole = 0
