"""Negative preference optimisation, as in its textbook form and as released with the paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from unghost.objectives import skeleton
from unghost.objectives.base import Term, Terms, objective
from unghost.objectives.batch import TokenBatch
from unghost.objectives.quantities import HeadOutput
from unghost.objectives.skeleton import SuppressorSettings
from unghost.plugins.settings import Positive

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class NpoSettings(SuppressorSettings):
    """The coefficients of ``npo``.

    Attributes:
        beta: Inverse temperature.
    """

    beta: Positive = 0.1


@objective(
    "npo",
    settings=NpoSettings,
    needs=("log_p", "ref_log_p"),
    raises=("reinforce", "stop"),
    lowers=("suppress",),
    blame="span",
)
def npo(batch: TokenBatch, settings: NpoSettings) -> Terms:
    """Textbook NPO: ``(2 / beta) log(1 + (p / p_ref)^beta)`` of each ghost, cross-entropy as usual.

    The unit is a name: its log p is the sum over the blamed tokens of one segment, its weight the
    mean of their weights. The formula is that of the NPO paper; the unit and the skeleton around it
    are ours.
    """
    weights = batch.stream("suppress")
    blamed = weights != 0
    name_of, names = _names(batch, blamed)
    sizes = weights.new_zeros(names).index_add(0, name_of, weights.new_ones(len(name_of)))
    name_weights = weights.new_zeros(names).index_add(0, name_of, weights[blamed]) / sizes

    def values(head: HeadOutput) -> Tensor:
        from torch.nn.functional import softplus

        log_p = head.get("log_p")
        on, index = blamed.to(log_p.device), name_of.to(log_p.device)
        log_ratio = log_p[on] - head.get("ref_log_p")[on]
        summed = log_ratio.new_zeros(names).index_add(0, index, log_ratio)
        return 2 / settings.beta * softplus(settings.beta * summed)

    return {
        **skeleton.reinforce(batch, settings.reinforce),
        "suppress": Term(name_weights, values, settings.suppress),
        **skeleton.stop(batch, settings.stop),
    }


def _names(batch: TokenBatch, blamed: Tensor) -> tuple[Tensor, int]:
    """Number the names that blamed tokens belong to: (number of each blamed token, how many)."""
    import torch

    keys = torch.stack([batch.sequence[blamed], batch.segment[blamed]], -1)
    found, name_of = torch.unique(keys, dim=0, return_inverse=True)
    return name_of, len(found)


@objective(
    "npo_released",
    settings=SuppressorSettings,
    needs=("log_p", "temper_kl"),
    raises=("reinforce", "stop"),
    lowers=("suppress",),
    blame="span",
)
def npo_released(batch: TokenBatch, settings: SuppressorSettings) -> Terms:
    """NPO as released: ``0.7 softplus(0.1 log p) + 0.3 KL(softmax(z/2) || softmax(z))`` on ghosts.

    From a third-party copy of the paper's released code, where it is a baseline without reference;
    not textbook NPO. The softplus pushes a logit by at most 0.035, where ascent pushes by up to 1;
    the KL flattens the distribution, which helps against probable tokens only.
    """

    def values(head: HeadOutput) -> Tensor:
        from torch.nn.functional import softplus

        return 0.7 * softplus(0.1 * head.get("log_p")) + 0.3 * head.get("temper_kl")

    return {
        **skeleton.reinforce(batch, settings.reinforce),
        "suppress": Term(batch.stream("suppress"), values, settings.suppress),
        **skeleton.stop(batch, settings.stop),
    }
