"""The input of an objective: the selected tokens of whole sequences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from unghost.label import Stream

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class TokenBatch:
    """N selected tokens of whole sequences, concatenated; data, known before the forward.

    Attributes:
        targets: [N] ids of the tokens.
        sequence: [N] number of the sequence in the batch.
        task: [N] number of the prompt's base task in the batch.
        segment: [N] number of the name within its sequence, -1 outside names; sequence and segment
            together are what tells names apart.
        streams: By stream a weight [N] >= 0; a stream without weight may be missing
            (:meth:`stream`).
        count: [N] equal answers that the token stands for; their weights are sums already.
        allowed: (offsets [N + 1], ids): the ids that keep a real name possible, row by row; an
            empty row says nothing of its position.
    """

    targets: Tensor
    sequence: Tensor
    task: Tensor
    segment: Tensor
    streams: Mapping[str, Tensor]
    count: Tensor
    allowed: tuple[Tensor, Tensor]

    @classmethod
    def single(cls, stream: Stream) -> TokenBatch:
        """Return a batch of one token, outside names, with weight 1 in one stream."""
        import torch

        zero, one = torch.zeros(1, dtype=torch.long), torch.ones(1)
        return cls(
            zero, zero, zero, zero - 1, {stream: one}, one, (torch.zeros(2).long(), zero[:0])
        )

    def __len__(self) -> int:
        return len(self.targets)

    def stream(self, name: Stream) -> Tensor:
        """Return the weights [N] of a stream, zeros if no token has any."""
        if name in self.streams:
            return self.streams[name]
        return self.count.new_zeros(len(self))

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
            count=self.count.to(device),
            allowed=(offsets.to(device), ids.to(device)),
        )
