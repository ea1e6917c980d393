from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from domain_cases import ask
from unghost.config import resolve
from unghost.generate.base import in_order
from unghost.records import Prompt, Sampling
from unghost.runs.context import RunContext, open_context
from unghost.runs.passes import compare_drift, compare_utility
from unghost.runs.rollouts import Stage
from unghost.storage.folder import Batch

UTILITY = str(Path(__file__).parents[1] / "e2e" / "utility.jsonl")


def context_of(kind: str) -> RunContext:
    settings = {"max_new_tokens": 12}
    return open_context(
        resolve(
            {"device": "cpu", "utility": UTILITY, "adapter": {"kind": kind}, "measure": settings}
        )
    )


def stage_of(context: RunContext, told: list[tuple[Any, ...]]) -> Stage:
    return Stage(lambda *step: told.append(step), "elsewhere", 2 * len(context.utility))


@pytest.mark.parametrize("kind", ["lora", "full"])
def test_elsewhere_before_is_the_original_model(kind: str) -> None:
    context = context_of(kind)
    untouched = compare_utility(context, stage_of(context, []))["exact_match"]
    assert untouched["before"] == untouched["after"]
    with torch.no_grad():
        for weight in context.policy.trainable().values():
            weight.add_(0.3 * torch.ones_like(weight))
    told: list[tuple[Any, ...]] = []
    spoiled = compare_utility(context, stage_of(context, told))
    assert spoiled["exact_match"]["before"] == untouched["before"]
    assert spoiled["perplexity"]["after"]["value"] > 2 * spoiled["perplexity"]["before"]["value"]
    done = [step[1] for step in told]
    assert done == sorted(done)
    assert done[-1] == told[-1][2] == 2 * len(context.utility)
    assert any(step[1] % 1 for step in told)


def test_drift_is_that_of_answers_drawn_by_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unghost.runs.passes.DRIFT_ANSWERS", 2)
    context = context_of("lora")
    prompts: list[Prompt] = [
        ask(f"x{n}", asks="packages", task_id=f"t{n}", family="f", operator="o", split="heldout")
        for n in range(6)
    ]
    asked = context.runner.generator.generate(prompts, Sampling(max_new_tokens=8))
    completions = in_order(prompts, asked)
    found = compare_drift(context, Batch(prompts, completions, [], []))
    assert compare_drift(context, Batch(prompts, completions[::-1], [], [])) == found
