from __future__ import annotations

from pathlib import Path

import pytest
import torch

from domain_cases import ask
from unghost.config import resolve
from unghost.records import Prompt, Sampling
from unghost.runs.context import RunContext, open_context
from unghost.runs.passes import compare_drift, compare_utility
from unghost.storage.folder import Batch

UTILITY = str(Path(__file__).parents[1] / "e2e" / "utility.jsonl")


def context_of(kind: str) -> RunContext:
    settings = {"max_new_tokens": 12}
    return open_context(
        resolve(
            {"device": "cpu", "utility": UTILITY, "adapter": {"kind": kind}, "measure": settings}
        )
    )


@pytest.mark.parametrize("kind", ["lora", "full"])
def test_elsewhere_before_is_the_original_model(kind: str) -> None:
    context = context_of(kind)
    untouched = compare_utility(context)["exact_match"]
    assert untouched["before"] == untouched["after"]
    with torch.no_grad():
        for weight in context.policy.trainable().values():
            weight.add_(0.3 * torch.ones_like(weight))
    steps: list[int] = []
    spoiled = compare_utility(context, steps.append)
    assert spoiled["exact_match"]["before"] == untouched["before"]
    assert spoiled["perplexity"]["after"]["value"] > 2 * spoiled["perplexity"]["before"]["value"]
    assert steps == [1, 2]


def test_shown_answers_have_their_divergence_and_leave_the_summary_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("unghost.runs.passes.DRIFT_ANSWERS", 2)
    context = context_of("lora")
    prompts: list[Prompt] = [
        ask(f"x{n}", asks="packages", task_id=f"t{n}", family="f", operator="o", split="heldout")
        for n in range(6)
    ]
    completions = context.runner.generator.generate(prompts, Sampling(max_new_tokens=8))
    before = Batch(prompts, completions, [], [])
    summary, drawn = compare_drift(context, before, set())
    assert len(drawn) == 2
    missing = {c.prompt_id for c in completions if c.id not in drawn}
    again, more = compare_drift(context, before, missing)
    assert again == summary
    assert set(more) == {c.id for c in completions}
    assert all(len(more[c.id]) == len(c.token_ids or ()) for c in completions)
