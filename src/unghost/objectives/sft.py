"""Supervised fine-tuning on what is right, a baseline."""

from __future__ import annotations

from unghost.objectives import skeleton
from unghost.objectives.base import Terms, objective
from unghost.objectives.batch import TokenBatch
from unghost.objectives.skeleton import SkeletonSettings


@objective(
    "sft", settings=SkeletonSettings, needs=("log_p",), raises=("reinforce", "stop"), blame="span"
)
def sft(batch: TokenBatch, settings: SkeletonSettings) -> Terms:
    """Valid-only supervised fine-tuning: cross-entropy on trusted names and EOS, nothing else.

    The paper names fine-tuning on valid outputs as a baseline; that it is the skeleton without its
    suppressor is ours.
    """
    return skeleton.reinforce(batch, settings.reinforce) | skeleton.stop(batch, settings.stop)
