from __future__ import annotations

from pathlib import Path

import pytest
import torch

from unghost.errors import UnghostError
from unghost.label import BLAMES, STREAMS
from unghost.objectives import OBJECTIVES
from unghost.objectives.quantities import QUANTITIES
from unghost.testing import made_up_batch


def test_all_are_there_and_described(repo_root: Path) -> None:
    names = OBJECTIVES.names()
    assert names == (
        "ascent",
        "hybrid",
        "npo",
        "npo_released",
        "policy_gradient",
        "sft",
        "valid_mass",
    )
    page = (repo_root / "docs" / "objectives.md").read_text()
    for name in names:
        objective = OBJECTIVES.get(name)
        assert objective.summary.endswith(".")
        assert objective.blame in BLAMES
        assert set(objective.raises + objective.lowers) <= set(STREAMS)
        assert f"| `{name}` |" in page


def test_an_unknown_objective_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnghostError, match="no objective 'dpo'; there are: ascent, hybrid"):
        OBJECTIVES.get("dpo")


def test_needs_are_quantities_of_the_head() -> None:
    for name in OBJECTIVES.names():
        assert OBJECTIVES.get(name).needs <= set(QUANTITIES.names())


def test_a_missing_stream_weighs_nothing_and_batches_move() -> None:
    batch, _, _ = made_up_batch()
    batch = batch.to("cpu")
    assert torch.equal(batch.stream("stop"), batch.streams["stop"])
    del batch.streams["stop"]  # type: ignore[attr-defined]
    assert not batch.stream("stop").any()
    assert len(batch.stream("stop")) == len(batch)
