"""The gradient of one optimizer step, the same however the step is split.

Weights are data, so every term's weight is summed over the whole step and all ranks before the
first forward pass; each term is then back-propagated divided by its own global sum. Nothing depends
on how sequences fell into micro-batches or ranks. The model is deliberately not wrapped in DDP:
that averages over ranks and wants the same number of micro-batches on each; here gradients are
summed over ranks once, after the last micro-batch, in one flat all-reduce.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor

from unghost.objectives.base import Objective, Term, Terms
from unghost.objectives.quantities import HeadOutput
from unghost.train.examples import MicroBatch
from unghost.train.head import selected_head
from unghost.train.policy import Policy

Sums = dict[str, tuple[float, float]]
"""By term: the sum of weight times value, and the sum of weights, over the step and all ranks."""


def step(
    policy: Policy,
    micro_batches: Sequence[MicroBatch],
    objective: Objective,
    objective_settings: Any,
    accelerator: Any,
    *,
    bf16: bool = False,
) -> Sums:
    """Add one optimizer step's gradient to the trained weights, summed over all ranks.

    Args:
        policy: The model; its gradients should be cleared before.
        micro_batches: This rank's share of the step; may be empty.
        objective: Gives the terms of a micro-batch.
        objective_settings: The objective's settings.
        accelerator: Knows the ranks.
        bf16: Run the model (never the head) under bf16 autocast.

    Returns:
        Each term's sums. A term without weight anywhere is left out; values that are not finite
        show in the sums, and it is for the caller to stop then.
    """
    terms = [objective(batch.tokens, objective_settings) for batch in micro_batches]
    weights = _over_ranks(_total(_weights(each) for each in terms), accelerator)
    weights = {name: weight for name, weight in weights.items() if weight != 0}
    values: list[dict[str, float]] = []
    for batch, each in zip(micro_batches, terms, strict=True):
        active = {name: t for name, t in each.items() if name in weights and _any_weight(t)}
        if active:
            head = _forward(policy, batch.to(policy.device), objective, bf16)
            values.append(_backward(active, head, weights))
    sums = _over_ranks(_total(values), accelerator)
    _reduce_gradients(policy, accelerator)
    return {name: (sums.get(name, 0.0), weight) for name, weight in weights.items()}


def _forward(policy: Policy, batch: MicroBatch, objective: Objective, bf16: bool) -> HeadOutput:
    reference = None
    with _autocast(policy.device, bf16):
        if "reference" in objective.inputs:
            reference = _select(policy.ref_hidden(batch.input_ids), batch.positions)
        hidden = _select(policy.hidden(batch.input_ids), batch.positions)
    return selected_head(
        hidden,
        policy.head_weight,
        batch.tokens.targets,
        needs=objective.needs,
        ref_hidden=reference,
        ref_weight=policy.ref_head_weight,
        allowed=batch.tokens.allowed,
    )


def _backward(terms: Terms, head: HeadOutput, weights: Mapping[str, float]) -> dict[str, float]:
    """Back-propagate the terms of one micro-batch; gives each one's sum of weight times value."""
    losses, sums = [], {}
    for name, term in terms.items():
        values = term.values(head)
        on = term.weights != 0  # a value without weight may be anything, infinite too
        total = (term.weights[on].to(values) * values[on]).sum()
        losses.append(term.coefficient * total / weights[name])
        sums[name] = float(total.detach())
    loss = torch.stack(losses).sum()
    if loss.requires_grad:
        loss.backward()  # type: ignore[no-untyped-call]
    return sums


def _weights(terms: Terms) -> dict[str, float]:
    return {
        name: float((term.weights if term.denominator is None else term.denominator).double().sum())
        for name, term in terms.items()
    }


def _any_weight(term: Term) -> bool:
    return bool((term.weights != 0).any())


def _select(hidden: Tensor, positions: Tensor) -> Tensor:
    return hidden.flatten(0, 1).index_select(0, positions)


def _autocast(device: torch.device, on: bool) -> AbstractContextManager[None]:
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=on)


def _total(parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for part in parts:
        for name, value in part.items():
            total[name] = total.get(name, 0.0) + value
    return total


def _over_ranks(local: dict[str, float], accelerator: Any) -> dict[str, float]:
    """Sum named numbers over ranks; a rank without data may know none of the names."""
    if accelerator.num_processes == 1:
        return local
    from accelerate.utils import gather_object

    return _total(gather_object([local]))


@torch.no_grad()
def _reduce_gradients(policy: Policy, accelerator: Any) -> None:
    if accelerator.num_processes == 1:
        return
    trained = list(policy.trainable().values())
    flat = torch.cat(
        [
            (weight.grad if weight.grad is not None else torch.zeros_like(weight)).flatten().float()
            for weight in trained
        ]
    )
    flat = accelerator.reduce(flat, "sum")
    for weight, grad in zip(trained, flat.split([w.numel() for w in trained]), strict=True):
        weight.grad = grad.view_as(weight).to(weight.dtype)
