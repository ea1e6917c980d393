"""Hybrid: the paper's skeleton with a bounded suppressor and an anchor to the base model."""

from __future__ import annotations

from unghost.objectives import skeleton
from unghost.objectives.base import ObjectiveSettings, Term, Terms, objective
from unghost.objectives.batch import TokenBatch


@objective(
    "hybrid",
    needs=("log_p", "log_1mp", "kl"),
    raises=("reinforce", "stop", "distill"),
    lowers=("suppress",),
)
def hybrid(batch: TokenBatch, settings: ObjectiveSettings) -> Terms:
    """Unlikelihood on ghosts, cross-entropy or KL on trusted names and EOS, KL on all else.

    ``l_r CE(reinforce) + l_f (-log(1 - p))(suppress) + l_e CE(stop) + l_k KL(base || p)(retain)
    + l_d CE(distill)``, each a weighted mean over its own tokens. The AU suppressor itself is
    unknown; unlikelihood, the KL and the distilling of hedged answers are ours. With the blame
    ``credit`` the weights are the falls and rises of V.
    """
    trusted: Terms = {}
    if settings.reinforce_mode in ("ce", "both"):
        trusted |= skeleton.reinforce(batch, settings)
    if settings.reinforce_mode in ("kl", "both"):
        weights = batch.stream("reinforce")
        trusted["anchor"] = Term(weights, lambda head: head.get("kl"), settings.reinforce)
    ghosts = Term(batch.stream("suppress"), lambda head: -head.get("log_1mp"), settings.suppress)
    return {
        **trusted,
        "suppress": ghosts,
        **skeleton.stop(batch, settings),
        **skeleton.distill(batch, settings),
        **skeleton.retain(batch, settings),
    }
