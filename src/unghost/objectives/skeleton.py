"""The terms that objectives share.

The skeleton ``l_r CE(trusted names) + l_f suppressor(ghosts) + l_e CE(EOS)``, each a mean over its
own tokens with weights 1, 0.5 and 2, is that of a third-party copy of the paper's released code;
``retain`` is ours.
"""

from __future__ import annotations

from unghost.objectives.base import ObjectiveSettings, Term, Terms
from unghost.objectives.batch import TokenBatch


def reinforce(batch: TokenBatch, settings: ObjectiveSettings) -> Terms:
    """Cross-entropy ``-log p`` on the tokens of trusted names."""
    weights = batch.stream("reinforce")
    return {"reinforce": Term(weights, lambda head: -head.get("log_p"), settings.reinforce)}


def stop(batch: TokenBatch, settings: ObjectiveSettings) -> Terms:
    """Cross-entropy ``-log p`` on the EOS of answers that name a real package."""
    return {"stop": Term(batch.stream("stop"), lambda head: -head.get("log_p"), settings.stop)}


def distill(batch: TokenBatch, settings: ObjectiveSettings) -> Terms:
    """Cross-entropy ``-log p`` on the model's own better answers to hedged questions."""
    weights = batch.stream("distill")
    return {"distill": Term(weights, lambda head: -head.get("log_p"), settings.distill)}


def retain(batch: TokenBatch, settings: ObjectiveSettings) -> Terms:
    """``KL(reference || policy)`` on all other tokens of the answers."""
    return {"retain": Term(batch.stream("retain"), lambda head: head.get("kl"), settings.retain)}
