"""Laws that every objective must keep, as functions to call on an objective of one's own.

``check_laws(my_objective)`` raises :class:`AssertionError` at the first law that is broken. The
laws know nothing of models: a table of logits, one row a token, takes the model's place, and the
head computes its quantities from that. The weighted means are those of the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from unghost.label import STREAMS
from unghost.objectives.base import Objective, Terms
from unghost.objectives.batch import TokenBatch
from unghost.objectives.quantities import HeadOutput, compute

Law = Callable[[Objective, Any], None]
VOCABULARY = 9
"""Ids of the made-up batches."""

_EXTREME = (-1e4, -100.0, -30.0, 30.0, 100.0, 1e4)


def check_laws(objective: Objective, settings: Any = None) -> None:
    """Check all laws.

    Args:
        objective: The objective.
        settings: Its settings; their defaults if None.

    Raises:
        AssertionError: One is broken; the message says which.
    """
    for name, law in LAWS.items():
        try:
            law(objective, settings or objective.settings())
        except AssertionError as broken:
            raise AssertionError(f"{objective.name} breaks the law {name}: {broken}") from broken


def head_of(
    logits: Tensor, ref_logits: Tensor, batch: TokenBatch, needs: Collection[str]
) -> HeadOutput:
    """Return what the head says of whole logits.

    Args:
        logits: [N, V] of the policy.
        ref_logits: [N, V] of the reference.
        batch: The N tokens.
        needs: The quantities to compute; others are missing, as an objective must say what it
            reads.
    """
    return HeadOutput(compute(needs, logits, batch.targets, ref_logits.detach(), batch.allowed))


def weight_sums(terms: Sequence[Terms]) -> dict[str, Tensor]:
    """Sum each term's denominator over the parts of one step."""
    sums: dict[str, Tensor] = {}
    for part in terms:
        for name, term in part.items():
            counted = term.weights if term.denominator is None else term.denominator
            sums[name] = sums.get(name, counted.new_zeros(())) + counted.sum()
    return sums


def loss_of(terms: Terms, head: HeadOutput, sums: Mapping[str, Tensor]) -> Tensor:
    """Add up ``coefficient * sum(weights * values) / sum``; terms without weight are skipped."""
    parts = [torch.zeros(())]
    for name, term in terms.items():
        on = term.weights != 0
        if sums[name] != 0 and bool(on.any()):
            total = (term.weights[on] * term.values(head)[on]).sum()
            parts.append(term.coefficient * total / sums[name])
    return torch.stack([part.to(parts[-1].dtype) for part in parts]).sum()


def whole_loss(
    objective: Objective,
    settings: Any,
    batch: TokenBatch,
    logits: Tensor,
    ref_logits: Tensor,
) -> Tensor:
    """Return the loss of one batch that is a whole step."""
    terms = objective(batch, settings)
    head = head_of(logits, ref_logits, batch, objective.needs)
    return loss_of(terms, head, weight_sums([terms]))


def made_up_batch(sequences: int = 3) -> tuple[TokenBatch, Tensor, Tensor]:
    """Build a batch in which each sequence has tokens of every stream and one of none.

    Returns:
        The batch, its logits and the reference's, [N, V] in fp64. Targets are fairly probable, as
        sampled tokens are; at ghosts the allowed ids leave the target out, elsewhere they hold it.
    """
    noise = torch.Generator().manual_seed(5)
    pattern = ["retain", "suppress", "suppress", "", "reinforce", "reinforce", "distill", "stop"]
    segments = [-1, 0, 0, -1, 1, 1, -1, -1]
    kinds = pattern * sequences
    count = len(kinds)
    targets = torch.randint(VOCABULARY, (count,), generator=noise)
    streams: dict[str, Tensor] = {
        name: torch.tensor([float(kind == name) for kind in kinds], dtype=torch.float64)
        * (0.5 + torch.rand(count, generator=noise, dtype=torch.float64))
        for name in STREAMS
    }
    allowed = [_allowed(kind, int(target)) for kind, target in zip(kinds, targets, strict=True)]
    offsets = torch.tensor([0, *(len(ids) for ids in allowed)]).cumsum(0)
    batch = TokenBatch(
        targets=targets,
        sequence=torch.arange(sequences).repeat_interleave(len(pattern)),
        task=torch.zeros(count, dtype=torch.long),
        segment=torch.tensor(segments * sequences),
        streams=streams,
        count=torch.ones(count),
        allowed=(offsets, torch.tensor([token for ids in allowed for token in ids])),
    )
    logits = torch.randn(count, VOCABULARY, generator=noise, dtype=torch.float64)
    logits = logits.scatter_add(1, targets[:, None], torch.full((count, 1), 2.0).double())
    ref_logits = logits + 0.3 * torch.randn(logits.shape, generator=noise, dtype=torch.float64)
    return batch, logits, ref_logits


def _allowed(kind: str, target: int) -> list[int]:
    if kind == "suppress":
        return sorted((target + step) % VOCABULARY for step in (1, 2, 4))
    if kind == "reinforce":
        return sorted((target + step) % VOCABULARY for step in (0, 3))
    return []


def select(batch: TokenBatch, rows: Tensor) -> TokenBatch:
    """Return the tokens at ``rows``, in that order, sequences numbered anew from 0."""
    offsets, ids = batch.allowed
    kept = [ids[int(offsets[row]) : int(offsets[row + 1])] for row in rows.tolist()]
    lengths = torch.tensor([0, *(len(each) for each in kept)])
    return TokenBatch(
        targets=batch.targets[rows],
        sequence=torch.unique(batch.sequence[rows], return_inverse=True)[1],
        task=batch.task[rows],
        segment=batch.segment[rows],
        streams={name: weights[rows] for name, weights in batch.streams.items()},
        count=batch.count[rows],
        allowed=(lengths.cumsum(0), torch.cat(kept) if kept else ids[:0]),
    )


def _gradient(loss: Tensor, logits: Tensor) -> Tensor:
    if not loss.requires_grad:
        return torch.zeros_like(logits)
    return torch.autograd.grad(loss, logits)[0]


def loss_and_gradient(
    objective: Objective,
    settings: Any,
    batch: TokenBatch,
    logits: Tensor,
    ref_logits: Tensor,
) -> tuple[Tensor, Tensor]:
    """Return the loss of one batch that is a whole step, and its gradient at the logits [N, V]."""
    logits = logits.detach().requires_grad_()
    loss = whole_loss(objective, settings, batch, logits, ref_logits)
    return loss.detach(), _gradient(loss, logits)


def zero_weight(objective: Objective, settings: Any) -> None:
    """Check that a token without weight gets no gradient, and a batch without weight no loss."""
    batch, logits, ref_logits = made_up_batch()
    terms = objective(batch, settings)
    assert all(not term.weights.requires_grad for term in terms.values()), "weights are not data"
    _, gradient = loss_and_gradient(objective, settings, batch, logits, ref_logits)
    weighed = sum(batch.streams.values(), torch.zeros(())) + batch.allowed[0].diff()
    assert not gradient[weighed == 0].any(), "a token without weight has a gradient"
    assert gradient.any(), "no token has a gradient"
    silent = _without_weight(batch)
    loss, gradient = loss_and_gradient(objective, settings, silent, logits, ref_logits)
    assert loss == 0, "a batch without weight has a loss"
    assert not gradient.any(), "a batch without weight has a gradient"


def _without_weight(batch: TokenBatch) -> TokenBatch:
    offsets, ids = batch.allowed
    return replace(
        batch,
        streams={name: torch.zeros_like(weights) for name, weights in batch.streams.items()},
        allowed=(torch.zeros_like(offsets), ids[:0]),
    )


def permutation(objective: Objective, settings: Any) -> None:
    """Check that the order of the tokens changes nothing."""
    batch, logits, ref_logits = made_up_batch()
    loss, gradient = loss_and_gradient(objective, settings, batch, logits, ref_logits)
    order = torch.randperm(len(batch), generator=torch.Generator().manual_seed(1))
    shuffled = (select(batch, order), logits[order], ref_logits[order])
    other_loss, other_gradient = loss_and_gradient(objective, settings, *shuffled)
    torch.testing.assert_close(other_loss, loss)
    torch.testing.assert_close(other_gradient, gradient[order])


def padding(objective: Objective, settings: Any) -> None:
    """Check that tokens without weight may be added, even with logits that overflow."""
    batch, logits, ref_logits = made_up_batch()
    loss, gradient = loss_and_gradient(objective, settings, batch, logits, ref_logits)
    rows = torch.cat([torch.arange(len(batch)), torch.arange(4)])
    longer = select(batch, rows)
    added = torch.arange(len(rows)) >= len(batch)
    offsets, ids = longer.allowed
    longer = replace(
        longer,
        streams={name: w.masked_fill(added, 0.0) for name, w in longer.streams.items()},
        allowed=(offsets.clamp(max=int(offsets[len(batch)])), ids[: int(offsets[len(batch)])]),
    )
    more = torch.where(added[:, None], 1e300, logits[rows])
    other_loss, other_gradient = loss_and_gradient(
        objective, settings, longer, more, ref_logits[rows]
    )
    torch.testing.assert_close(other_loss, loss)
    torch.testing.assert_close(other_gradient[: len(batch)], gradient)
    assert not other_gradient[len(batch) :].any(), "added tokens have a gradient"


def split(objective: Objective, settings: Any) -> None:
    """Check that cutting a step into micro-batches or over ranks changes nothing."""
    batch, logits, ref_logits = made_up_batch()
    loss, gradient = loss_and_gradient(objective, settings, batch, logits, ref_logits)
    parts = [(batch.sequence < 1).nonzero()[:, 0], (batch.sequence >= 1).nonzero()[:, 0]]
    batches = [select(batch, rows) for rows in parts]
    terms = [objective(part, settings) for part in batches]
    sums = weight_sums(terms)
    table = logits.detach().requires_grad_()
    total = torch.zeros((), dtype=torch.float64)
    for rows, part, part_terms in zip(parts, batches, terms, strict=True):
        head = head_of(table[rows], ref_logits[rows], part, objective.needs)
        total = total + loss_of(part_terms, head, sums)
    torch.testing.assert_close(total.detach(), loss)
    torch.testing.assert_close(_gradient(total, table), gradient)


def bounded(objective: Objective, settings: Any) -> None:
    """Check that gradients at the logits stay finite and small in fp32 as p -> 0 and p -> 1.

    The bound per logit is twice the sum of the coefficients, the most that a weighted mean of
    log-probs, likelihood ratios or KLs can reach.
    """
    batch, logits, ref_logits = made_up_batch()
    terms = objective(batch, settings)
    bound = 2 * sum(abs(term.coefficient) for term in terms.values())
    single = {name: weights.float() for name, weights in batch.streams.items()}
    batch = replace(batch, streams=single)
    for shift in _EXTREME:
        moved = logits.float().scatter_add(
            1, batch.targets[:, None], torch.full((len(batch), 1), shift)
        )
        loss, gradient = loss_and_gradient(objective, settings, batch, moved, ref_logits.float())
        assert bool(loss.isfinite()), f"the loss is {loss} where the logit moved by {shift}"
        assert bool(gradient.isfinite().all()), f"a gradient is not finite at {shift}"
        assert gradient.abs().max() <= bound, f"a gradient is over {bound} at {shift}"


def gradcheck(objective: Objective, settings: Any) -> None:
    """Check the gradient against finite differences in fp64."""
    batch, logits, ref_logits = made_up_batch(sequences=1)

    def loss(table: Tensor) -> Tensor:
        return whole_loss(objective, settings, batch, table, ref_logits)

    right = torch.autograd.gradcheck(
        loss, (logits.requires_grad_(),), raise_exception=False, fast_mode=True
    )
    assert right, "the gradient is not that of finite differences"


def direction(objective: Objective, settings: Any) -> None:
    """Check that training raises and lowers the probability of the tokens that it says."""
    batch, logits, ref_logits = made_up_batch()
    table = logits
    for _ in range(20):
        _, gradient = loss_and_gradient(objective, settings, batch, table, ref_logits)
        table = table - gradient
    before = head_of(logits, ref_logits, batch, ["log_p"]).get("log_p")
    change = head_of(table, ref_logits, batch, ["log_p"]).get("log_p") - before
    for stream in objective.raises:
        assert bool((change[batch.stream(stream) > 0] > 0).all()), f"{stream} does not rise"
    for stream in objective.lowers:
        assert bool((change[batch.stream(stream) > 0] < 0).all()), f"{stream} does not fall"


LAWS: Mapping[str, Law] = {
    law.__name__: law
    for law in (zero_weight, permutation, padding, split, bounded, gradcheck, direction)
}
"""All laws by name."""
