"""Valid mass: the guard, distilled into the weights."""

from __future__ import annotations

from dataclasses import dataclass

from unghost.objectives import skeleton
from unghost.objectives.base import Term, Terms, objective
from unghost.objectives.batch import TokenBatch
from unghost.objectives.skeleton import SkeletonSettings
from unghost.plugins.settings import Coefficient


@dataclass(frozen=True, slots=True)
class ValidMassSettings(SkeletonSettings):
    """The coefficients of ``valid_mass``; ``reinforce`` 0 drops the term on trusted names.

    Attributes:
        valid: ``-log Z`` at name positions.
        retain: KL to the reference on all other tokens.
    """

    valid: Coefficient = 1.0
    retain: Coefficient = 1.0


@objective(
    "valid_mass",
    settings=ValidMassSettings,
    needs=("log_p", "log_z", "kl"),
    raises=("reinforce", "stop"),
    lowers=("suppress",),
)
def valid_mass(batch: TokenBatch, settings: ValidMassSettings) -> Terms:
    """``-log Z`` of the tokens that keep a real name possible, cross-entropy, and KL on all else.

    Z is the probability of the allowed ids at a name position, up to and including the divergence;
    every such position weighs 1. ``-log Z`` moves mass from impossible to possible tokens and
    leaves the ratios among the possible ones alone. Ours.
    """
    weights = (batch.allowed[0].diff() > 0).to(batch.stream("retain").dtype)
    return {
        "valid": Term(weights, lambda head: -head.get("log_z"), settings.valid),
        **skeleton.reinforce(batch, settings.reinforce),
        **skeleton.stop(batch, settings.stop),
        **skeleton.retain(batch, settings.retain),
    }
