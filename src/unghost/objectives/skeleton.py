"""The terms that objectives share.

The skeleton ``l_r CE(trusted names) + l_f suppressor(ghosts) + l_e CE(EOS)``, each a mean over its
own tokens with weights 1, 0.5 and 2, is that of a third-party copy of the paper's released code;
``retain`` and ``distill`` are ours.
"""

from __future__ import annotations

from dataclasses import dataclass

from unghost.objectives.base import Term, Terms
from unghost.objectives.batch import TokenBatch
from unghost.plugins.settings import Coefficient


@dataclass(frozen=True, slots=True)
class SkeletonSettings:
    """The coefficients of the skeleton without its suppressor.

    Attributes:
        reinforce: Cross-entropy on trusted names.
        stop: Cross-entropy on the final EOS.
    """

    reinforce: Coefficient = 1.0
    stop: Coefficient = 2.0


@dataclass(frozen=True, slots=True)
class SuppressorSettings(SkeletonSettings):
    """The coefficients of the whole skeleton.

    Attributes:
        suppress: The suppressor on ghosts.
    """

    suppress: Coefficient = 0.5


def reinforce(batch: TokenBatch, coefficient: float) -> Terms:
    """Cross-entropy ``-log p`` on the tokens of trusted names."""
    weights = batch.stream("reinforce")
    return {"reinforce": Term(weights, lambda head: -head.get("log_p"), coefficient)}


def stop(batch: TokenBatch, coefficient: float) -> Terms:
    """Cross-entropy ``-log p`` on the EOS of answers that name something real."""
    return {"stop": Term(batch.stream("stop"), lambda head: -head.get("log_p"), coefficient)}


def distill(batch: TokenBatch, coefficient: float) -> Terms:
    """Cross-entropy ``-log p`` on the model's own better answers to hedged questions."""
    return {"distill": Term(batch.stream("distill"), lambda head: -head.get("log_p"), coefficient)}


def retain(batch: TokenBatch, coefficient: float) -> Terms:
    """``KL(reference || policy)`` on all other tokens of the answers."""
    return {"retain": Term(batch.stream("retain"), lambda head: head.get("kl"), coefficient)}
