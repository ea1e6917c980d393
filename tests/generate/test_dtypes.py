from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from unghost.generate.base import ModelChoice
from unghost.generate.dtypes import DTYPES, fastest_dtype
from unghost.generate.load import load_model
from unghost.generate.local import TransformersGenerator, open_local


class Clock:
    """A clock that only matrix products move, by their type."""

    def __init__(self, costs: dict[torch.dtype, float]) -> None:
        self.now, self._costs = 0.0, costs

    def product(self, rows: Tensor, weight: Tensor) -> Tensor:
        self.now += self._costs[rows.dtype] * weight.numel()
        return rows


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float, float], None]:
    def start(fp32: float, bf16: float) -> None:
        made = Clock({torch.float32: fp32, torch.bfloat16: bf16})
        monkeypatch.setattr("time.perf_counter", lambda: made.now)
        monkeypatch.setattr(nn.functional, "linear", made.product)

    return start


MODEL = nn.Sequential(nn.Linear(8, 16), nn.Linear(16, 5000), nn.Linear(8, 16))


@pytest.mark.parametrize(
    ("fp32", "bf16", "said"),
    [
        (3.1, 1.0, "bf16 (measured: 3.1 times fp32)"),
        (1.0, 5.0, "fp32 (measured: 5.0 times bf16)"),
    ],
)
def test_the_faster_type_is_taken(
    clock: Callable[[float, float], None], fp32: float, bf16: float, said: str
) -> None:
    clock(fp32, bf16)
    assert fastest_dtype(MODEL, torch.bfloat16) == (DTYPES[said[:4]], said)


@pytest.mark.parametrize(
    ("stored", "said"),
    [(torch.float32, "fp32 (stored in fp32)"), (torch.float16, "fp32 (stored in float16)")],
)
def test_weights_are_never_rounded_for_speed(
    clock: Callable[[float, float], None], stored: torch.dtype, said: str
) -> None:
    clock(9.0, 1.0)
    assert fastest_dtype(MODEL, stored) == (torch.float32, said)


def test_a_generator_says_in_which_type_it_runs() -> None:
    generator = open_local(ModelChoice("embedded", device="cpu"))
    assert isinstance(generator, TransformersGenerator)
    assert generator.dtype is not None
    assert generator.model.dtype == DTYPES[generator.dtype.split()[0]]
    explicit = open_local(ModelChoice("embedded", device="cpu", dtype="bf16"))
    assert explicit.dtype == "bf16"
    assert load_model("embedded", device="cpu").dtype == "fp32"
