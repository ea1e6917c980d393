"""Objectives: pure functions from a batch to named terms, and the list of all of them.

Weights are data, known before the forward pass; gradient flows only through the values. The engine
(:mod:`unghost.train.engine`) back-propagates ``coefficient * sum(weights * values) / D``, where D
is the sum of the term's weights, or of its declared denominator, over the whole optimizer step.
Nothing here imports torch before a batch is made, so objectives can be listed without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from unghost.label import Blame, Stream
from unghost.objectives.batch import TokenBatch
from unghost.objectives.quantities import HeadOutput, Input, inputs_of
from unghost.plugins.registry import Registry
from unghost.plugins.settings import checked, refuse_unknown

if TYPE_CHECKING:
    from torch import Tensor

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a loss, over M units (tokens, or whole names).

    Attributes:
        weights: [M], no gradient; the values of units without weight may be anything, even
            infinite.
        values: Return the values [M] in nats from what the head computed.
        coefficient: What the weighted mean is multiplied with.
        denominator: What to divide by, summed over the step, if it is not the weights.
    """

    weights: Tensor
    values: Callable[[HeadOutput], Tensor]
    coefficient: float = 1.0
    denominator: Tensor | None = None


Terms = dict[str, Term]


@dataclass(frozen=True, slots=True)
class Objective:
    """A registered objective; call it with a batch and settings to get its terms.

    Attributes:
        name: How it is asked for.
        function: The pure function.
        settings: The type of its settings, a frozen dataclass or pydantic model whose fields all
            have defaults.
        needs: The head quantities that its values read.
        raises: Streams whose tokens it makes more probable.
        lowers: Streams whose tokens it makes less probable.
        blame: The blame that its labels are made with unless another is asked for.
        summary: What it does, in one line.
    """

    name: str
    function: Callable[[TokenBatch, Any], Terms]
    settings: type[Any]
    needs: frozenset[str]
    raises: tuple[Stream, ...]
    lowers: tuple[Stream, ...]
    blame: Blame
    summary: str

    def __call__(self, batch: TokenBatch, settings: Any) -> Terms:
        """Return the terms of a batch; those with coefficient 0 are left out."""
        terms = self.function(batch, settings)
        return {name: term for name, term in terms.items() if term.coefficient != 0}

    @property
    def inputs(self) -> frozenset[Input]:
        """The inputs of its quantities besides the policy's own logits."""
        return inputs_of(self.needs)

    def learns_from(self, stream: Stream, settings: Any) -> bool:
        """Return whether a token of a stream has weight in some term."""
        terms = self(TokenBatch.single(stream), settings).values()
        return any(bool((term.weights != 0).any()) for term in terms)

    def make_settings(self, values: Any) -> Any:
        """Return the objective's settings, checked, from a mapping or an instance of their type.

        Raises:
            UnghostError: A setting is unknown or its value does not fit.
        """
        if isinstance(values, self.settings):
            return values
        if isinstance(values, Mapping):
            refuse_unknown(self.settings, values, "terms.", f" of the objective {self.name}")
        return checked(self.settings, values, "terms.")


OBJECTIVES: Registry[Objective] = Registry(
    "objective", "unghost.objectives", lambda found: isinstance(found, Objective)
)
"""All objectives by name."""


def objective(
    name: str,
    *,
    settings: type[S],
    needs: Iterable[str],
    raises: tuple[Stream, ...] = (),
    lowers: tuple[Stream, ...] = (),
    blame: Blame = "divergence",
) -> Callable[[Callable[[TokenBatch, S], Terms]], Objective]:
    """Register a function as an objective; the first line of its docstring is the summary.

    Args:
        name: How it is asked for.
        settings: The type of its settings, a frozen dataclass or pydantic model with defaults.
        needs: The head quantities that its values read (:mod:`unghost.objectives.quantities`).
        raises: Streams whose tokens it makes more probable; the laws check it.
        lowers: Streams whose tokens it makes less probable; the laws check it.
        blame: The blame that its labels are made with unless another is asked for.

    Returns:
        A decorator that returns the :class:`Objective`.

    Raises:
        UnghostError: The name is taken, or a head quantity is unknown.
    """

    def register(function: Callable[[TokenBatch, S], Terms]) -> Objective:
        summary = (function.__doc__ or "").strip().split("\n")[0]
        made = Objective(name, function, settings, frozenset(needs), raises, lowers, blame, summary)
        inputs_of(made.needs)
        place = f"{function.__module__}:{function.__qualname__}"
        return OBJECTIVES.register(name, made, place)

    return register
