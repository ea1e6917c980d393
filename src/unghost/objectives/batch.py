"""What an objective is given: the selected tokens of whole sequences, and what the head says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from unghost.label import Stream


@dataclass(frozen=True, slots=True)
class TokenBatch:
    """N selected tokens of whole sequences, one behind the other; data, known before the forward.

    Attributes:
        targets: [N] ids of the tokens.
        sequence: [N] number of the sequence in the batch.
        task: [N] number of the prompt's base task in the batch.
        segment: [N] number of the name within its sequence, -1 outside names; sequence and segment
            together are what tells names apart.
        streams: By stream a weight [N] >= 0; a stream without weight may be missing
            (:meth:`stream`).
        old_log_probs: [N] log-probs (nats) of the model that wrote the tokens; NaN if unknown.
        count: [N] equal answers that the token stands for; their weights are sums already.
        allowed: (offsets [N + 1], ids): the ids that keep a real name possible, row by row; an
            empty row says nothing of its position.
    """

    targets: Tensor
    sequence: Tensor
    task: Tensor
    segment: Tensor
    streams: Mapping[str, Tensor]
    old_log_probs: Tensor
    count: Tensor
    allowed: tuple[Tensor, Tensor]

    def __len__(self) -> int:
        return len(self.targets)

    def stream(self, name: Stream) -> Tensor:
        """Return the weights [N] of a stream, zeros if no token has any."""
        if name in self.streams:
            return self.streams[name]
        return torch.zeros(len(self), device=self.targets.device)

    def to(self, device: torch.device | str) -> TokenBatch:
        """Return the same batch on another device."""
        offsets, ids = self.allowed
        return replace(
            self,
            targets=self.targets.to(device),
            sequence=self.sequence.to(device),
            task=self.task.to(device),
            segment=self.segment.to(device),
            streams={name: weights.to(device) for name, weights in self.streams.items()},
            old_log_probs=self.old_log_probs.to(device),
            count=self.count.to(device),
            allowed=(offsets.to(device), ids.to(device)),
        )


@dataclass(frozen=True, slots=True)
class HeadOutput:
    """What the head computed for N selected positions: each [N] in nats, None if not asked for.

    Attributes:
        log_p: log p of the token.
        log_1mp: log(1 - p), from the logits of the other tokens, never from ``log_p``.
        entropy: Entropy of the next-token distribution.
        log_z: log of the probability of the allowed ids; 0 where the row is empty.
        kl: KL(reference || policy) over the whole vocabulary.
        ref_log_p: log p of the token under the reference.
        temper_kl: KL(softmax(z / 2) || softmax(z)) of the logits z.
    """

    log_p: Tensor | None = None
    log_1mp: Tensor | None = None
    entropy: Tensor | None = None
    log_z: Tensor | None = None
    kl: Tensor | None = None
    ref_log_p: Tensor | None = None
    temper_kl: Tensor | None = None

    def get(self, name: str) -> Tensor:
        """Return a quantity that the objective declared in its needs.

        Raises:
            RuntimeError: It was not computed: the objective did not declare it.
        """
        value: Tensor | None = getattr(self, name)
        if value is None:
            raise RuntimeError(f"the objective uses {name} and does not declare it in its needs")
        return value
