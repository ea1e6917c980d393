"""Stopping and the choice of the kept round, by the split ``validate`` only. Both rules are ours.

The frontier is ghosts against retention: a round is judged by its cut of the ghost rate, but only
if the model still answers what it answered rightly before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from unghost.errors import UnghostError


@dataclass(frozen=True, slots=True)
class RoundResult:
    """The result of one round.

    Attributes:
        round: Its number; the first of a history is the base model.
        rate: Ghost rate on ``validate``, absent / (absent + exists); NaN if nothing was named.
        rate_upper: Upper confidence bound of it.
        retention: Share of the base's right answers on ``validate`` that are kept; 1 for the base,
            NaN if it gave none that is known to be right.
        new_ghosts: Distinct ghosts that discovery had not met before this round.
    """

    round: int
    rate: float
    rate_upper: float
    retention: float
    new_ghosts: int


@dataclass(frozen=True, slots=True)
class StoppingRule:
    """The thresholds.

    Attributes:
        target: Ghost rate that is low enough.
        retention_floor: Least share of right answers kept.
        max_rounds: Most rounds of training.
        patience: So many rounds in a row without a new ghost, or without a better point on the
            frontier, end the run.

    Raises:
        UnghostError: A threshold makes no sense.
    """

    target: float = 0.01
    retention_floor: float = 0.98
    max_rounds: int = 8
    patience: int = 2

    def __post_init__(self) -> None:
        if not (0 <= self.target <= 1 and 0 <= self.retention_floor <= 1):
            raise UnghostError("target and retention_floor are shares: give numbers from 0 to 1")
        if self.max_rounds < 1 or self.patience < 1:
            raise UnghostError("max_rounds and patience count rounds: give at least 1")


@dataclass(frozen=True, slots=True)
class BestRound:
    """The kept round; ``above_floor`` is False if every trained round fell below the floor."""

    round: int
    cut: float
    retention: float
    above_floor: bool


def ghost_cut(result: RoundResult, base: RoundResult) -> float:
    """Return the relative cut of the ghost rate, 1 - rate / rate of the base.

    0 where the base has no ghosts, or where a rate is unknown: a model that names nothing has not
    been cured.
    """
    if not base.rate > 0 or math.isnan(result.rate):
        return 0.0
    return 1 - result.rate / base.rate


def score(result: RoundResult, base: RoundResult, rule: StoppingRule) -> tuple[bool, float]:
    """Rank a round on the frontier; greater is better.

    Above the floor of retention rounds rank by their cut; below it, and after all of those, by
    their retention. An unknown retention (NaN) counts as none, but where the base's own is unknown,
    no right answer is known that could be lost: there the cut alone counts.
    """
    if math.isnan(base.retention):
        return True, ghost_cut(result, base)
    retention = 0.0 if math.isnan(result.retention) else result.retention
    above = retention >= rule.retention_floor
    return above, ghost_cut(result, base) if above else retention


def reason_to_stop(history: Sequence[RoundResult], rule: StoppingRule) -> str | None:
    """Return why to stop after the last round of a history, or None to continue.

    Args:
        history: Base first, then the trained rounds in order.
        rule: The thresholds.

    Returns:
        One sentence without a final stop, or None.

    Raises:
        UnghostError: The history is empty.
    """
    base, *trained = _checked(history)
    last = history[-1]
    if last.rate_upper < rule.target:
        return (
            f"the ghost rate on validate is at most {last.rate_upper:.2%}"
            f" (upper confidence bound), under the target of {rule.target:.2%}"
        )
    recent = trained[-rule.patience :]
    if len(recent) == rule.patience and not any(result.new_ghosts for result in recent):
        return f"discovery found no new ghost in {rule.patience} round(s) in a row"
    earlier = history[: -rule.patience]
    if len(recent) == rule.patience and earlier:
        best = max(earlier, key=lambda result: score(result, base, rule))
        bar = score(best, base, rule)
        if all(score(result, base, rule) <= bar for result in recent):
            kept = f", with at least {rule.retention_floor:.0%} of the right answers kept"
            return (
                f"{rule.patience} round(s) in a row were no better on validate than round"
                f" {best.round} (cut of ghosts{'' if math.isnan(base.retention) else kept})"
            )
    if len(trained) >= rule.max_rounds:
        return f"the budget of {rule.max_rounds} round(s) is spent"
    return None


def best_round(history: Sequence[RoundResult], rule: StoppingRule) -> BestRound:
    """Choose the trained round to keep: the highest cut of ghosts at or above the floor.

    If none is above the floor, the one that kept most right answers, marked as such; of equals the
    earliest. A history of the base alone gives the base.

    Raises:
        UnghostError: The history is empty.
    """
    base, *trained = _checked(history)
    best = max(trained or [base], key=lambda result: score(result, base, rule))
    return BestRound(best.round, ghost_cut(best, base), best.retention, score(best, base, rule)[0])


def _checked(history: Sequence[RoundResult]) -> Sequence[RoundResult]:
    if not history:
        raise UnghostError("no round was measured yet: measure the base model first")
    return history
