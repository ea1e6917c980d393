"""Drift of the model by training, on names and elsewhere: KL(base || tuned) by class of token.

The paper claims that the change sits on text about the names; the measure that tells is ours: exact
KL divergence, in nats per generated token, averaged over the tokens of names and over all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unghost.errors import UnghostError
from unghost.evaluate.estimates import Estimate, by_cluster, mean, paired
from unghost.evaluate.utility import Forward, Pair, answer_logits
from unghost.records import Completion, Mention

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Drift:
    """Mean KL(base || tuned) per token, in nats.

    ``names`` is over tokens of names, ``others`` over all other answer tokens, ``ratio`` is others
    divided by names: small where the change is surgical.
    """

    names: Estimate
    others: Estimate
    ratio: Estimate

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return asdict(self)


def measure_drift(
    kl: Sequence[ArrayLike],
    is_name: Sequence[ArrayLike],
    tasks: Sequence[str],
) -> Drift:
    """Summarise per-token divergences.

    Args:
        kl: For each answer its KL per token, [tokens], nats.
        is_name: For each answer which tokens belong to a name, [tokens].
        tasks: For each answer its base task, the cluster of the intervals.

    Raises:
        UnghostError: The arrays of an answer differ in length.
    """
    rows = [_sums(values, mask) for values, mask in zip(kl, is_name, strict=True)]
    table = by_cluster(tasks, np.reshape(np.array(rows, dtype=np.float64), (-1, 4)))
    names, others = (table[:, 0], table[:, 1]), (table[:, 2], table[:, 3])
    return Drift(
        mean(*names),
        mean(*others),
        paired(names, others, "ratio", bounded=False),
    )


def name_mask(completion: Completion, mentions: Iterable[Mention]) -> NDArray[np.bool_]:
    """Return which generated tokens hold at least one byte of a mention, [tokens].

    Args:
        completion: With spans; those of an HTTP endpoint have none.
        mentions: Any mentions; only those of this completion count.

    Raises:
        UnghostError: The completion has no spans.
    """
    if completion.spans is None:
        raise UnghostError(
            f"completion {completion.id} has no token spans: drift needs answers of a local model"
        )
    text = completion.text
    edges = [
        tuple(len(text[:offset].encode("utf-8", "surrogatepass")) for offset in (m.start, m.end))
        for m in mentions
        if m.source_id == completion.id
    ]
    return np.array(
        [
            any(s.byte_start < end and start < s.byte_end for start, end in edges)
            for s in completion.spans
        ],
        dtype=np.bool_,
    )


def token_kl(base: Forward, tuned: Forward, pairs: Sequence[Pair]) -> list[NDArray[np.float64]]:
    """Compute KL(base || tuned) at each answer token from the full logits of both models.

    Args:
        base: Logits of the original model.
        tuned: Logits of the tuned model.
        pairs: Prompt ids and answer ids; an empty answer gives an empty array.

    Returns:
        For each pair the divergences in nats, [answer tokens].
    """
    results: list[NDArray[np.float64]] = [np.zeros(0)] * len(pairs)
    both = zip(answer_logits(base, pairs), answer_logits(tuned, pairs), strict=True)
    for (index, first), (_, second) in both:
        results[index] = _divergence(first, second)
    return results


def _divergence(base: Tensor, tuned: Tensor) -> NDArray[np.float64]:
    log_p, log_q = base.float().log_softmax(-1), tuned.float().log_softmax(-1)
    kl = (log_p.exp() * (log_p - log_q)).sum(-1).clamp_min(0.0)
    return kl.double().cpu().numpy()


def _sums(values: ArrayLike, mask: ArrayLike) -> tuple[float, float, float, float]:
    divergence, names = np.asarray(values, dtype=np.float64), np.asarray(mask, dtype=np.bool_)
    if divergence.shape != names.shape:
        raise UnghostError(
            f"{len(divergence)} divergences for {len(names)} tokens: give one of each a token"
        )
    return (
        float(divergence[names].sum()),
        float(names.sum()),
        float(divergence[~names].sum()),
        float((~names).sum()),
    )
