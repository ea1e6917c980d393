"""Which number type a model generates fastest in on this machine, found out by timing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}

_ROWS = 32
_TRIES = 3
_WIDEST = 4096
"""Outputs of a layer that are timed; a wider one, such as the head, counts in proportion."""


def fastest_dtype(model: nn.Module, most_precise: torch.dtype) -> tuple[torch.dtype, str]:
    """Find the type in which a decoding step of a model's linear layers is fastest on a CPU.

    bf16 is several times faster than fp32 on a CPU with instructions for it, and several times
    slower on one without. Only matrix products are timed, each shape once, which takes under two
    seconds; they are most of a step's time.

    Args:
        model: The model, in any type.
        most_precise: The type that the weights are stored in. Those stored in more than bf16 stay
            fp32, for rounding them would make another model of it.

    Returns:
        The type, and in words which and why, such as ``bf16 (measured: 3.1 times fp32)``.
    """
    if most_precise != torch.bfloat16:
        return torch.float32, f"fp32 (stored in {name_of(most_precise)})"
    shapes = Counter(tuple(m.weight.shape) for m in model.modules() if isinstance(m, nn.Linear))
    spent = {name: 0.0 for name in DTYPES}
    for (outputs, inputs), count in shapes.items():
        timed = min(outputs, _WIDEST)
        for name, seconds in _time(timed, inputs).items():
            spent[name] += count * seconds * outputs / timed
    best, other = sorted(DTYPES, key=lambda name: spent[name])
    times = spent[other] / spent[best] if spent[best] else 1.0
    return DTYPES[best], f"{best} (measured: {times:.1f} times {other})"


def _time(outputs: int, inputs: int) -> dict[str, float]:
    """Time one layer in each type: the shortest of several tries, taken in turn."""
    layers = {name: _layer(outputs, inputs, dtype) for name, dtype in DTYPES.items()}
    best = dict.fromkeys(DTYPES, float("inf"))
    for attempt in range(_TRIES + 1):
        for name, layer in layers.items():
            begun = time.perf_counter()
            layer()
            if attempt:  # the first call prepares kernels
                best[name] = min(best[name], time.perf_counter() - begun)
    return best


def _layer(outputs: int, inputs: int, dtype: torch.dtype) -> Callable[[], Tensor]:
    rows, weight = torch.ones(_ROWS, inputs, dtype=dtype), torch.ones(outputs, inputs, dtype=dtype)

    def product() -> Tensor:
        with torch.inference_mode():
            return nn.functional.linear(rows, weight)

    return product


def name_of(dtype: Any) -> str:
    """Return the short name of a type: ``fp32``, ``bf16``, or torch's own."""
    names = {value: name for name, value in DTYPES.items()}
    return names.get(dtype) or str(dtype).removeprefix("torch.")
