"""Hybrid: the paper's skeleton with a bounded suppressor and an anchor to the base model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from unghost.objectives import skeleton
from unghost.objectives.base import Term, Terms, objective
from unghost.objectives.batch import TokenBatch
from unghost.objectives.skeleton import SuppressorSettings
from unghost.plugins.settings import Coefficient


@dataclass(frozen=True, slots=True)
class HybridSettings(SuppressorSettings):
    """The coefficients of ``hybrid``.

    Attributes:
        retain: KL to the reference on all other tokens.
        distill: Cross-entropy on the model's own better answers to hedged questions; 0 asks none.
        reinforce_mode: Cross-entropy on trusted names, KL to the reference there instead, or both.
    """

    retain: Coefficient = 1.0
    distill: Coefficient = 1.0
    reinforce_mode: Literal["ce", "kl", "both"] = "ce"


@objective(
    "hybrid",
    settings=HybridSettings,
    needs=("log_p", "log_1mp", "kl"),
    raises=("reinforce", "stop", "distill"),
    lowers=("suppress",),
)
def hybrid(batch: TokenBatch, settings: HybridSettings) -> Terms:
    """Unlikelihood on ghosts, cross-entropy or KL on trusted names and EOS, KL on all else.

    ``l_r CE(reinforce) + l_f (-log(1 - p))(suppress) + l_e CE(stop) + l_k KL(base || p)(retain)
    + l_d CE(distill)``, each a weighted mean over its own tokens. The AU suppressor itself is
    unknown; unlikelihood, the KL and the distilling of hedged answers are ours. With the blame
    ``credit`` the weights are the falls and rises of V.
    """
    trusted: Terms = {}
    if settings.reinforce_mode in ("ce", "both"):
        trusted |= skeleton.reinforce(batch, settings.reinforce)
    if settings.reinforce_mode in ("kl", "both"):
        weights = batch.stream("reinforce")
        trusted["anchor"] = Term(weights, lambda head: head.get("kl"), settings.reinforce)
    ghosts = Term(batch.stream("suppress"), lambda head: -head.get("log_1mp"), settings.suppress)
    return {
        **trusted,
        "suppress": ghosts,
        **skeleton.stop(batch, settings.stop),
        **skeleton.distill(batch, settings.distill),
        **skeleton.retain(batch, settings.retain),
    }
