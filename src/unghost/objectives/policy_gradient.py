"""Policy gradient on the credit of tokens: both signs weigh the same, ghosts and real names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from unghost.objectives import skeleton
from unghost.objectives.base import Term, Terms, objective
from unghost.objectives.batch import TokenBatch
from unghost.objectives.quantities import HeadOutput
from unghost.plugins.settings import Coefficient

if TYPE_CHECKING:
    from torch import Tensor

FLOOR = -8.0
"""log p under which a suppressed token is rare enough to be let be."""


@dataclass(frozen=True, slots=True)
class PolicyGradientSettings:
    """The coefficients of ``policy_gradient``.

    Attributes:
        reinforce: Of both signs of credit: the rises of trusted names and the falls of ghosts.
        retain: KL to the reference on all other tokens.
        distill: Cross-entropy on the model's own better answers to hedged questions; 0 asks none.
    """

    reinforce: Coefficient = 1.0
    retain: Coefficient = 1.0
    distill: Coefficient = 1.0


@objective(
    "policy_gradient",
    settings=PolicyGradientSettings,
    needs=("log_p", "kl"),
    raises=("reinforce", "distill"),
    lowers=("suppress",),
    blame="credit",
)
def policy_gradient(batch: TokenBatch, settings: PolicyGradientSettings) -> Terms:
    """``-A log p`` on tokens with credit A of either sign, KL to the reference on all others.

    With the blame ``credit`` the streams hold |A|, so that the expected gradient is that of the
    share of real names (REINFORCE with the prefix tree's V as its baseline; textbook formula, its
    use on names ours). Unlikelihood weighs a fall by about p and a rise by 1 - p, which on sampled
    tokens tilts that gradient towards lucky finds. The mean is over all tokens with a stream, so a
    model that is nearly cured is pushed gently. EOS is retained with the rest.
    """
    rises, falls = batch.stream("reinforce"), batch.stream("suppress")
    kept = batch.stream("retain") + batch.stream("stop")

    def values(head: HeadOutput) -> Tensor:
        log_p = head.get("log_p")
        return log_p.clamp_min(FLOOR).where(falls > 0, -log_p)

    tokens = ((rises + falls + kept) > 0).to(rises.dtype) * batch.count
    return {
        "policy": Term(rises + falls, values, settings.reinforce, denominator=tokens),
        **skeleton.distill(batch, settings.distill),
        "retain": Term(kept, lambda head: head.get("kl"), settings.retain),
    }
