"""A tiny random model and made-up examples, shared by the tests of training."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from unghost.label import Labels
from unghost.objectives.base import Objective, Term
from unghost.objectives.batch import TokenBatch
from unghost.objectives.quantities import HeadOutput
from unghost.train.examples import Example

VOCABULARY = 61
NEEDS = frozenset({"log_p", "log_1mp", "kl", "log_z"})


def llama(seed: int = 0, **changes: Any) -> LlamaForCausalLM:
    torch.manual_seed(seed)
    config = LlamaConfig(
        **{
            "vocab_size": VOCABULARY,
            "hidden_size": 16,
            "intermediate_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "max_position_embeddings": 256,
            **changes,
        }
    )
    return LlamaForCausalLM(config)


def examples(count: int = 13, seed: int = 0, vocabulary: int = VOCABULARY) -> list[Example]:
    draw = random.Random(seed)
    return [_example(draw, index, vocabulary) for index in range(count)]


def _example(draw: random.Random, index: int, vocabulary: int) -> Example:
    prompt = tuple(draw.randrange(vocabulary) for _ in range(draw.randint(1, 40)))
    answer = tuple(draw.randrange(vocabulary) for _ in range(draw.randint(2, 30)))
    streams = {name: [0.0] * len(answer) for name in ("suppress", "reinforce", "stop", "retain")}
    allowed = []
    for position in range(len(answer)):
        stream = draw.choice(("suppress", "reinforce", "retain", "retain", "none"))
        if stream in streams:
            streams[stream][position] = draw.choice((0.5, 1.0, 2.0))
        if stream == "suppress":
            allowed.append((position, tuple(draw.sample(range(vocabulary), 5))))
    labels = Labels(
        completion_id=f"c{index}",
        streams={name: tuple(weights) for name, weights in streams.items()},
        allowed=tuple(allowed),
        segments=tuple(-1 for _ in answer),
    )
    return Example(prompt, answer, labels, f"p{index}", f"t{index // 3}")


@dataclass(frozen=True)
class NoSettings:
    """An objective without settings."""


def of(
    function: Callable[[TokenBatch], dict[str, Term]], needs: frozenset[str] = NEEDS
) -> Objective:
    """Make an objective that is on no list."""
    return Objective(
        "of tests",
        lambda batch, settings: function(batch),
        NoSettings,
        needs,
        raises=(),
        lowers=(),
        blame="divergence",
        summary="",
    )


def objective(batch: TokenBatch) -> dict[str, Term]:
    """Unlikelihood, cross-entropy, KL and valid mass, each with a coefficient of its own."""

    def term(stream: str, value: Callable[[HeadOutput], torch.Tensor], coefficient: float) -> Term:
        return Term(batch.streams[stream], value, coefficient)

    return {
        "suppress": term("suppress", lambda head: -head.get("log_1mp"), 0.5),
        "mass": term("suppress", lambda head: -head.get("log_z"), 0.3),
        "reinforce": term("reinforce", lambda head: -head.get("log_p"), 1.0),
        "retain": term("retain", lambda head: head.get("kl"), 2.0),
        "stop": term("stop", lambda head: -head.get("log_p"), 2.0),
    }
