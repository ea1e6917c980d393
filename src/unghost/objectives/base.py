"""What an objective is: a pure function from a batch to named terms, and the list of all of them.

Weights are data, known before the forward pass; gradient flows only through the values. The engine
(:mod:`unghost.train.engine`) back-propagates ``coefficient * sum(weights * values) / D``, where D
is the sum of the term's weights, or of its declared denominator, over the whole optimizer step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from unghost.errors import UnghostError
from unghost.label import Blame, Stream
from unghost.objectives.batch import HeadOutput, TokenBatch

ReinforceMode = Literal["ce", "kl", "both"]


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a loss, over M units (tokens, or whole names).

    Attributes:
        weights: [M], no gradient; the values of units without weight may be anything, even
            infinite.
        values: Gives the values [M] in nats from what the head computed.
        coefficient: What the weighted mean is multiplied with.
        denominator: What to divide by, summed over the step, if it is not the weights.
    """

    weights: Tensor
    values: Callable[[HeadOutput], Tensor]
    coefficient: float = 1.0
    denominator: Tensor | None = None


@dataclass(frozen=True, slots=True)
class ObjectiveSettings:
    """The coefficients of all objectives; a term whose coefficient is 0 is left out.

    The defaults of ``reinforce``, ``suppress`` and ``stop`` are those of a third-party copy of the
    paper's released code, the others are ours.

    Attributes:
        reinforce: Cross-entropy on trusted names.
        suppress: The suppressor on ghosts.
        stop: Cross-entropy on the final EOS.
        retain: KL to the reference on all other tokens.
        distill: Cross-entropy on the model's own better answers to hedged questions; 0 asks none.
        valid: ``-log Z`` at name positions.
        beta: Inverse temperature of textbook NPO.
        reinforce_mode: Cross-entropy on trusted names, KL to the reference there instead, or both
            (``hybrid`` only).

    Raises:
        UnghostError: A value makes no sense.
    """

    reinforce: float = 1.0
    suppress: float = 0.5
    stop: float = 2.0
    retain: float = 1.0
    distill: float = 1.0
    valid: float = 1.0
    beta: float = 0.1
    reinforce_mode: ReinforceMode = "ce"

    def __post_init__(self) -> None:
        for name in ("reinforce", "suppress", "stop", "retain", "distill", "valid"):
            if not 0 <= getattr(self, name) < math.inf:
                raise UnghostError(f"terms.{name} is a coefficient: give a number of at least 0")
        if not 0 < self.beta < math.inf:
            raise UnghostError("terms.beta must be above 0")


Terms = dict[str, Term]
ObjectiveFunction = Callable[[TokenBatch, ObjectiveSettings], Terms]


@dataclass(frozen=True, slots=True)
class Objective:
    """A registered objective; call it with a batch and settings to get its terms.

    Attributes:
        name: How it is asked for.
        function: The pure function.
        needs: Fields of :class:`HeadOutput` that its values read.
        raises: Streams whose tokens it makes more probable.
        lowers: Streams whose tokens it makes less probable.
        blame: The blame that its labels are made with unless another is asked for.
        summary: What it does, in one line.
    """

    name: str
    function: ObjectiveFunction
    needs: frozenset[str]
    raises: tuple[Stream, ...]
    lowers: tuple[Stream, ...]
    blame: Blame
    summary: str

    def __call__(self, batch: TokenBatch, settings: ObjectiveSettings) -> Terms:
        """Return the terms of a batch; those with coefficient 0 are left out."""
        terms = self.function(batch, settings)
        return {name: term for name, term in terms.items() if term.coefficient != 0}


_OBJECTIVES: dict[str, Objective] = {}


def objective(
    name: str,
    *,
    needs: Iterable[str],
    raises: tuple[Stream, ...] = (),
    lowers: tuple[Stream, ...] = (),
    blame: Blame = "divergence",
) -> Callable[[ObjectiveFunction], Objective]:
    """Register a function as an objective; the first line of its docstring is the summary.

    Args:
        name: How it is asked for.
        needs: Fields of :class:`HeadOutput` that its values read.
        raises: Streams whose tokens it makes more probable; the laws check it.
        lowers: Streams whose tokens it makes less probable; the laws check it.
        blame: The blame that its labels are made with unless another is asked for.

    Returns:
        A decorator that gives the :class:`Objective`.
    """

    def register(function: ObjectiveFunction) -> Objective:
        summary = (function.__doc__ or "").strip().split("\n")[0]
        made = Objective(name, function, frozenset(needs), raises, lowers, blame, summary)
        _OBJECTIVES[name] = made
        return made

    return register


def get_objective(name: str) -> Objective:
    """Return the objective of that name.

    Raises:
        UnghostError: There is none.
    """
    if name not in _OBJECTIVES:
        raise UnghostError(f"no objective is called {name}: take {', '.join(objective_names())}")
    return _OBJECTIVES[name]


def objective_names() -> tuple[str, ...]:
    """Return the names of all objectives, sorted."""
    return tuple(sorted(_OBJECTIVES))
