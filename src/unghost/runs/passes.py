"""The last passes of a run, through both models: other prompts, and how far they drifted apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from unghost.evaluate.drift import measure_drift, name_mask, token_kl
from unghost.evaluate.utility import (
    Pair,
    Utility,
    exact_match,
    forward_of,
    perplexity,
    score_answers,
)
from unghost.generate.base import in_order
from unghost.records import Sampling, by_source, unit_hash
from unghost.runs.context import RunContext
from unghost.runs.rollouts import RolloutRunner, Stage
from unghost.storage.folder import Batch

if TYPE_CHECKING:
    from torch import Tensor

DRIFT_ANSWERS = 256


def compare_utility(context: RunContext, stage: Stage) -> dict[str, Any]:
    """Compare both models on prompts that have nothing to do with the names.

    Args:
        context: With the tuned weights in its model.
        stage: Counts the answers, two a prompt.
    """
    prompts = [entry.prompt for entry in context.utility]
    greedy = Sampling(max_new_tokens=context.config.measure.max_new_tokens)

    def answers(runner: RolloutRunner) -> list[str]:
        found = runner.generator.generate(
            prompts, greedy, seed=context.config.seed, watch=stage.watch
        )
        texts = [completion.text for completion in in_order(prompts, found)]
        stage.add(len(texts))
        return texts

    after = answers(context.runner)
    with context.original_runner() as runner:
        before = answers(runner)
    expected = [
        entry.answer if entry.answer is not None else own
        for entry, own in zip(context.utility, before, strict=True)
    ]
    pairs = _utility_pairs(context, context.utility, expected)
    tasks = [prompt.task_id for prompt in prompts]
    with context.policy.original() as model:
        base_scores = score_answers(model, pairs)
    scores = score_answers(context.policy.model, pairs)
    return {
        "perplexity": perplexity(base_scores, scores, tasks).to_json(),
        "exact_match": exact_match(before, after, expected, tasks).to_json(),
    }


def _utility_pairs(
    context: RunContext, entries: Sequence[Utility], answers: Sequence[str]
) -> list[tuple[tuple[int, ...], list[int]]]:
    end = [context.tokenizer.eos_token_id] if context.tokenizer.eos_token_id is not None else []
    return [
        (
            context.encode(entry.prompt),
            [*context.tokenizer.encode(answer, add_special_tokens=False), *end],
        )
        for entry, answer in zip(entries, answers, strict=True)
    ]


def compare_drift(context: RunContext, before: Batch) -> dict[str, Any]:
    """Compute KL(base || tuned) on the base's own held-out answers and on the utility texts.

    Args:
        context: With the tuned weights in its model.
        before: The base's answers.
    """

    def base(ids: Tensor, mask: Tensor) -> Tensor:
        with context.policy.original() as model:
            return forward_of(model)(ids, mask)

    prompt_of = {prompt.id: prompt for prompt in before.prompts}
    # By hash, for the plan of a measurement puts the tasks that the model knows first.
    drawn = sorted(before.completions, key=lambda c: unit_hash(b"unghost-drift-v1:", c.id))
    answers = [c for c in drawn if c.token_ids][:DRIFT_ANSWERS]

    own: list[Pair] = [(context.encode(prompt_of[c.prompt_id]), c.token_ids or ()) for c in answers]
    stated = [entry for entry in context.utility if entry.answer is not None]
    extra = _utility_pairs(context, stated, [entry.answer or "" for entry in stated])
    divergences = token_kl(base, forward_of(context.policy.model), [*own, *extra])
    mentions = by_source(before.mentions)
    masks = [name_mask(c, mentions.get(c.id, ())) for c in answers]
    masks += [np.zeros(len(ids), dtype=np.bool_) for _, ids in extra]
    tasks = [prompt_of[c.prompt_id].task_id for c in answers]
    tasks += [entry.prompt.task_id for entry in stated]
    return measure_drift(divergences, masks, tasks).to_json()
