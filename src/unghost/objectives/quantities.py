"""Head quantities: what an objective may ask of a token, each one function of the scores.

An objective names in its ``needs`` what it reads, and the head (:mod:`unghost.train.head`) computes
that alone, a chunk of positions at a time. A new quantity is one function with the decorator
:func:`quantity`, here or in the file of the objective that needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from unghost.plugins.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor

Input = Literal["reference", "allowed"]
"""What a quantity may read besides the policy's logits: the reference's, or the allowed ids."""


@dataclass(frozen=True, slots=True)
class HeadOutput:
    """The head's results for N selected positions: by quantity [N] in nats."""

    quantities: Mapping[str, Tensor]

    def get(self, name: str) -> Tensor:
        """Return a quantity that the objective declared in its needs.

        Raises:
            RuntimeError: It was not computed: the objective did not declare it.
        """
        if name not in self.quantities:
            raise RuntimeError(f"the objective uses {name} and does not declare it in its needs")
        return self.quantities[name]


@dataclass(frozen=True)
class Scores:
    """The logits of n positions, and what several quantities are computed from.

    Attributes:
        logits: [n, V] of the policy, at least fp32.
        targets: [n] ids of the tokens that came next.
        reference: [n, V] logits of the reference, without gradient; None if no quantity reads it.
        allowed: (bounds [n + 1], ids): the allowed ids back to back, and where each position's
            begin and end; None if they are not known.
        exact_rest: Whether the sum over the other tokens is wanted exactly, as p -> 1.
    """

    logits: Tensor
    targets: Tensor
    reference: Tensor | None = None
    allowed: tuple[Tensor, Tensor] | None = None
    exact_rest: bool = False

    def at_target(self, table: Tensor) -> Tensor:
        """Return the column of each position's target [n] in a table [n, V]."""
        return table.gather(-1, self.targets[:, None]).squeeze(-1)

    @cached_property
    def rest(self) -> Tensor:
        """Logsumexp [n] of the logits of all tokens but the target."""
        return self.logits.scatter(-1, self.targets[:, None], float("-inf")).logsumexp(-1)

    @cached_property
    def total(self) -> Tensor:
        """Logsumexp [n] of all logits."""
        if self.exact_rest:  # one pass for both sums: all tokens are the others and the target
            return self.rest.logaddexp(self.at_target(self.logits))
        return self.logits.logsumexp(-1)

    @cached_property
    def of_reference(self) -> tuple[Tensor, Tensor]:
        """The reference's logits [n, V] and their logsumexp [n]."""
        assert self.reference is not None
        return self.reference, self.reference.logsumexp(-1)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A head quantity.

    Attributes:
        function: From scores of n positions to values [n] in nats.
        inputs: What it reads besides the policy's logits.
        exact_rest: Whether it reads ``Scores.rest``, which the total is then computed from.
    """

    function: Callable[[Scores], Tensor]
    inputs: frozenset[Input] = frozenset()
    exact_rest: bool = False


QUANTITIES: Registry[Quantity] = Registry(
    "head quantity", "unghost.head_quantities", lambda found: isinstance(found, Quantity)
)
"""All head quantities by name."""


def quantity(
    *inputs: Input, exact_rest: bool = False
) -> Callable[[Callable[[Scores], Tensor]], Quantity]:
    """Register a function as a head quantity under its own name; see :class:`Quantity`."""

    def register(function: Callable[[Scores], Tensor]) -> Quantity:
        made = Quantity(function, frozenset(inputs), exact_rest)
        place = f"{function.__module__}:{function.__qualname__}"
        return QUANTITIES.register(function.__name__, made, place)

    return register


def inputs_of(needs: Collection[str]) -> frozenset[Input]:
    """Return what quantities read besides the policy's logits.

    Raises:
        UnghostError: One is unknown.
    """
    found: frozenset[Input] = frozenset()
    return found.union(*(QUANTITIES.get(name).inputs for name in needs))


def compute(
    needs: Collection[str],
    logits: Tensor,
    targets: Tensor,
    reference: Tensor | None,
    allowed: tuple[Tensor, Tensor] | None,
) -> dict[str, Tensor]:
    """Return quantities by name; the arguments are those of :class:`Scores`.

    The order is fixed, those of the reference last: it decides the last bits of the gradient's sum.
    """
    found = {name: QUANTITIES.get(name) for name in needs}
    order = sorted(found, key=lambda name: ("reference" in found[name].inputs, name))
    chosen = {name: found[name] for name in order}
    exact_rest = any(each.exact_rest for each in chosen.values())
    scores = Scores(logits, targets, reference, allowed, exact_rest)
    return {name: each.function(scores) for name, each in chosen.items()}


@quantity()
def log_p(scores: Scores) -> Tensor:
    """Compute log p of the token."""
    return scores.at_target(scores.logits) - scores.total


@quantity(exact_rest=True)
def log_1mp(scores: Scores) -> Tensor:
    """Compute log(1 - p) from the logits of the other tokens, never from ``log_p``."""
    return scores.rest - scores.total


@quantity("allowed")
def log_z(scores: Scores) -> Tensor:
    """Compute the log of the probability of the allowed ids; 0 where none are known."""
    import torch

    assert scores.allowed is not None
    bounds, ids = scores.allowed
    counts = bounds.diff()
    rows = counts.nonzero().squeeze(-1)
    mask = ids.new_zeros(len(rows), scores.logits.shape[-1], dtype=torch.bool)
    row_of_id = torch.arange(len(rows), device=rows.device).repeat_interleave(counts[rows])
    mask[row_of_id, ids] = True
    inside = scores.logits[rows].masked_fill(~mask, float("-inf")).logsumexp(-1)
    return torch.zeros_like(scores.total).index_put((rows,), inside - scores.total[rows])


@quantity("reference")
def ref_log_p(scores: Scores) -> Tensor:
    """Compute log p of the token under the reference."""
    reference, total = scores.of_reference
    return scores.at_target(reference) - total


@quantity("reference")
def kl(scores: Scores) -> Tensor:
    """Compute KL(reference || policy) over the whole vocabulary."""
    reference, total = scores.of_reference
    q = (reference - total[:, None]).exp_()
    # Differences first: exactly 0 while policy and reference agree, and no cancellation.
    return (q * (reference - scores.logits)).sum(-1) + (scores.total - total)


@quantity()
def temper_kl(scores: Scores) -> Tensor:
    """Compute KL(softmax(z / 2) || softmax(z)) of the logits z, gradient through both sides.

    The last term of "NPO" as in a third-party copy of the paper's released code.
    """
    log_probs = scores.logits - scores.total[:, None]
    tempered = (scores.logits / 2).log_softmax(-1)
    return (tempered.exp() * (tempered - log_probs)).sum(-1)
