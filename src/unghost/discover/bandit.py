"""Choice of the next (seed family, operator): Thompson sampling on ghosts per token.

The reward of an arm is the number of new distinct ghosts per 1,000 generated tokens. Counts over
an exposure are Poisson, so an arm's rate has a Gamma posterior; arms are drawn by sampling it
(Thompson 1933; the Gamma-Poisson form is textbook). Three additions are ours: the prior of an arm
is the product of what its family and its operator yielded, so that an arm hardly tried borrows from
its row and column; the evidence fades every round, because the model under it changes; and a fixed
share of the draws goes to the arms drawn least, whatever they yielded.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

Arm = tuple[str, str]
"""(seed family, operator)"""

_PRIOR_KILOTOKENS = 0.2
"""How much generated text the prior counts for."""
_PRIOR_RATE = 10.0
"""Ghosts per 1,000 tokens that an arm is believed to yield before anything was seen."""


@dataclass(slots=True)
class _Evidence:
    ghosts: float = 0.0
    kilotokens: float = 0.0

    def rate(self, prior: float) -> float:
        """Return the posterior mean in ghosts per 1,000 tokens."""
        return (self.ghosts + prior * _PRIOR_KILOTOKENS) / (self.kilotokens + _PRIOR_KILOTOKENS)


@dataclass(slots=True)
class Bandit:
    """Chooses arms; deterministic given its state and the noise handed in.

    Attributes:
        arms: All arms, in a fixed order.
        exploration: Share of every allocation, in [0, 1], that goes to the arms drawn least.
        discount: Factor in (0, 1] on all evidence at the start of a round.
    """

    arms: Sequence[Arm]
    exploration: float = 0.2
    discount: float = 0.7
    _evidence: dict[Arm, _Evidence] = field(default_factory=dict)
    _pulls: dict[Arm, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for arm in self.arms:
            self._evidence.setdefault(arm, _Evidence())
            self._pulls.setdefault(arm, 0)

    def __contains__(self, arm: object) -> bool:
        return arm in self._evidence

    def pulls(self, arm: Arm) -> int:
        """Return how often an arm was allocated, over all rounds."""
        return self._pulls[arm]

    def fade(self) -> None:
        """Start a new round: all evidence counts less, since the model has changed."""
        for evidence in self._evidence.values():
            evidence.ghosts *= self.discount
            evidence.kilotokens *= self.discount

    def update(self, arm: Arm, *, tokens: int, new_ghosts: int) -> None:
        """Add what one arm cost in generated tokens and brought in new distinct ghosts."""
        self._evidence[arm].ghosts += new_ghosts
        self._evidence[arm].kilotokens += tokens / 1000

    def rates(self) -> dict[Arm, float]:
        """Return the believed yield of every arm in new ghosts per 1,000 tokens."""
        priors = self._priors()
        return {arm: evidence.rate(priors[arm]) for arm, evidence in self._evidence.items()}

    def allocate(self, count: int, noise: Random, *, without: Iterable[Arm] = ()) -> list[Arm]:
        """Choose ``count`` arms, with repetition, and count them as drawn.

        ``ceil(exploration * count)`` of them are the arms drawn least so far, so that after N
        explored draws every arm open to choice has had at least ``floor(N / number of arms)``.

        Args:
            count: How many to choose.
            noise: The only source of chance.
            without: Arms that cannot be applied now.

        Returns:
            The arms, explored ones first; empty if no arm is open.
        """
        closed = set(without)
        open_arms = [arm for arm in self.arms if arm not in closed]
        if not open_arms:
            return []
        chosen: list[Arm] = []
        for _ in range(math.ceil(self.exploration * count)):
            chosen.append(min(open_arms, key=self._pulls.__getitem__))
            self._pulls[chosen[-1]] += 1
        priors = self._priors()
        for _ in range(count - len(chosen)):
            chosen.append(max(open_arms, key=lambda arm: self._sample(arm, priors[arm], noise)))
            self._pulls[chosen[-1]] += 1
        return chosen

    def _sample(self, arm: Arm, prior: float, noise: Random) -> float:
        evidence = self._evidence[arm]
        shape = evidence.ghosts + prior * _PRIOR_KILOTOKENS
        return noise.gammavariate(shape, 1 / (evidence.kilotokens + _PRIOR_KILOTOKENS))

    def _priors(self) -> dict[Arm, float]:
        """Return the prior rate of every arm: family rate x operator rate / overall."""
        everything = _Evidence()
        margins: dict[tuple[int, str], _Evidence] = {}
        for arm, evidence in self._evidence.items():
            for total in (
                everything,
                *(margins.setdefault(k, _Evidence()) for k in enumerate(arm)),
            ):
                total.ghosts += evidence.ghosts
                total.kilotokens += evidence.kilotokens
        overall = everything.rate(_PRIOR_RATE)
        by_margin = {key: margin.rate(overall) for key, margin in margins.items()}
        return {
            (family, operator): by_margin[0, family] * by_margin[1, operator] / overall
            for family, operator in self._evidence
        }

    def to_json(self) -> list[list[Any]]:
        """Return the state as JSON values, a row [*arm, ghosts, kilotokens, draws] an arm."""
        return [
            [*arm, self._evidence[arm].ghosts, self._evidence[arm].kilotokens, self._pulls[arm]]
            for arm in self.arms
        ]

    def load_json(self, rows: Iterable[Sequence[Any]]) -> None:
        """Load a state written by :meth:`to_json`; arms that no longer exist are left out."""
        for family, operator, ghosts, kilotokens, pulls in rows:
            if (family, operator) in self._evidence:
                self._evidence[family, operator] = _Evidence(ghosts, kilotokens)
                self._pulls[family, operator] = pulls
