from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from accelerate import Accelerator
from rank_worker import lonely_step, one_step, poisoned_round, start, whole_round
from safetensors.torch import load_file
from training_worker import policy


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor], atol: float) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        torch.testing.assert_close(other[name], value, rtol=1e-3, atol=atol)


@pytest.mark.parametrize("work", [one_step, lonely_step])
def test_two_processes_give_the_gradient_of_one(tmp_path: Path, work: Any) -> None:
    alone, together = tmp_path / "alone", tmp_path / "together"
    alone.mkdir()
    together.mkdir()
    work(Accelerator(cpu=True), alone)
    assert start(work, 2, together) == [0, 0]
    gradient, sums, _ = torch.load(alone / "rank-0.pt")
    ranks = [torch.load(together / f"rank-{rank}.pt") for rank in (0, 1)]
    shares = [count for _, _, count in ranks]
    assert sorted(shares)[0] == (0 if work is lonely_step else min(shares))
    for found, found_sums, _ in ranks:
        assert_same(gradient, found, atol=2e-6)
        assert found_sums.keys() == sums.keys()
        for name, (total, weight) in sums.items():
            assert found_sums[name] == (pytest.approx(total, rel=1e-5), pytest.approx(weight))
    for name, value in ranks[0][0].items():  # and both ranks step alike to the last bit
        assert torch.equal(value, ranks[1][0][name])


def test_two_processes_train_to_the_weights_of_one(tmp_path: Path) -> None:
    alone, together = tmp_path / "alone", tmp_path / "together"
    whole_round(Accelerator(cpu=True), alone)
    assert start(whole_round, 2, together) == [0, 0]
    before = policy().trainable()
    one, other = (
        load_file(folder / "round" / "adapter" / "adapter_model.safetensors")
        for folder in (alone, together)
    )
    moved = sum((w - one[n.replace(".default", "")]).abs().sum().item() for n, w in before.items())
    assert moved > 0.1
    # Adam divides by the gradient's own size, so rounding grows where a gradient is near 0.
    assert_same(one, other, atol=2e-4)
    logs = [
        [json.loads(line) for line in (folder / "round" / "train.jsonl").read_text().splitlines()]
        for folder in (alone, together)
    ]
    assert len(logs[0]) == len(logs[1]) == 5
    for a, b in zip(*logs, strict=True):
        assert a["tokens"] == b["tokens"]
        assert b["grad_norm"] == pytest.approx(a["grad_norm"], rel=1e-3)
        for name, (total, weight) in a["terms"].items():
            assert b["terms"][name] == [
                pytest.approx(total, rel=1e-3, abs=1e-4),
                pytest.approx(weight),
            ]


def test_a_value_that_is_not_finite_stops_every_rank(tmp_path: Path) -> None:
    assert start(poisoned_round, 2, tmp_path) == [0, 0]
    for rank in (0, 1):
        assert "not finite at step 1" in (tmp_path / f"error-{rank}").read_text()
    assert not (tmp_path / "round" / "adapter").exists()
