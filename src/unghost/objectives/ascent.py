"""Gradient ascent, a baseline."""

from __future__ import annotations

from unghost.objectives import skeleton
from unghost.objectives.base import Term, Terms, objective
from unghost.objectives.batch import TokenBatch
from unghost.objectives.skeleton import SuppressorSettings


@objective(
    "ascent",
    settings=SuppressorSettings,
    needs=("log_p",),
    raises=("reinforce", "stop"),
    lowers=("suppress",),
    blame="span",
)
def ascent(batch: TokenBatch, settings: SuppressorSettings) -> Terms:
    """Gradient ascent: ``log p`` on ghosts, cross-entropy on trusted names and EOS.

    As in a third-party copy of the paper's released code, where it is a baseline; separators and
    prose get no gradient. The value has no lower bound, its gradient at the logits has.
    """
    ghosts = Term(batch.stream("suppress"), lambda head: head.get("log_p"), settings.suppress)
    return {
        **skeleton.reinforce(batch, settings.reinforce),
        "suppress": ghosts,
        **skeleton.stop(batch, settings.stop),
    }
