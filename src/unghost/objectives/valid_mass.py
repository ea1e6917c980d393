"""Valid mass: the guard, distilled into the weights."""

from __future__ import annotations

from unghost.objectives import skeleton
from unghost.objectives.base import ObjectiveSettings, Term, Terms, objective
from unghost.objectives.batch import TokenBatch


@objective(
    "valid_mass",
    needs=("log_p", "log_z", "kl"),
    raises=("reinforce", "stop"),
    lowers=("suppress",),
)
def valid_mass(batch: TokenBatch, settings: ObjectiveSettings) -> Terms:
    """``-log Z`` of the tokens that keep a real name possible, cross-entropy, and KL on all else.

    Z is the probability of the allowed ids at a name position, up to and including the divergence;
    every such position weighs 1. ``-log Z`` moves mass from impossible to possible tokens and
    leaves the ratios among the possible ones alone. Ours. ``settings.reinforce`` 0 takes the
    cross-entropy on trusted names away.
    """
    weights = (batch.allowed[0].diff() > 0).to(batch.stream("retain").dtype)
    return {
        "valid": Term(weights, lambda head: -head.get("log_z"), settings.valid),
        **skeleton.reinforce(batch, settings),
        **skeleton.stop(batch, settings),
        **skeleton.retain(batch, settings),
    }
