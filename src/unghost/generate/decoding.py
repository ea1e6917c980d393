"""The steps of generating with local weights: prefill, then a token a row at a time.

What makes it quick: keys and values are written into memory that has room for them, where
transformers copies all of them at every step; rows that are finished leave the batch; and products
of few rows are taken the other way round, which the CPU's libraries do faster.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers.cache_utils import DynamicLayer

from unghost.records import Sampling

_BLOCK = 64
"""Positions by which a cache grows."""

_FEW_ROWS = 32
_WIDEST = 8192
"""Up to so many rows and outputs ``(W x^T)^T`` is faster than ``x W^T``: at 8 and 32 rows of layers
of 576 to 4,864 1.1 to 1.5 times in fp32, with AVX-512 and with AVX2 alone, and 1.2 to 1.4 times in
bf16 with AMX; at 64 rows no more."""


class Decoding:
    """A batch of rows being generated.

    Args:
        model: A causal language model.
        prompts: Token ids of each prompt.
        pad: Id of the padding token.
        samples: Rows a prompt; they share its prefill.

    Attributes:
        logits: Scores of each row's next token [rows, vocabulary].
    """

    logits: Tensor
    _cache: Any

    @torch.inference_mode()
    def __init__(
        self, model: Any, prompts: Sequence[Sequence[int]], pad: int, samples: int
    ) -> None:
        self._model = model
        ids, self._mask = _left_padded(prompts, pad, model.device)
        self._forward(ids, None)
        _give_room(self._cache)
        if samples > 1:
            self._cache.batch_repeat_interleave(samples)
            self.logits = self.logits.repeat_interleave(samples, 0)
            self._mask = self._mask.repeat_interleave(samples, 0)

    @torch.inference_mode()
    def advance(self, keep: Sequence[int], tokens: Sequence[int]) -> None:
        """Go on with some rows: ``tokens`` are the ones that were drawn for them."""
        if len(keep) < len(self._mask):
            chosen = torch.tensor(keep, device=self._mask.device)
            self._cache.batch_select_indices(chosen)
            self._mask = self._mask[chosen]
        self._mask = torch.cat([self._mask, self._mask.new_ones(len(keep), 1)], dim=1)
        self._forward(torch.tensor(tokens, device=self._mask.device)[:, None], self._cache)

    def _forward(self, ids: Tensor, cache: Any) -> None:
        positions = (self._mask.cumsum(-1) - 1).clamp_min(0)[:, -ids.shape[1] :]
        output = self._model(
            input_ids=ids,
            attention_mask=self._mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        self._cache, self.logits = output.past_key_values, output.logits[:, -1]


class _RoomyLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """Keys and values of one layer, as views of memory with room for what comes."""

    _length: int
    _room: tuple[Tensor, Tensor]

    def __init__(self, keys: Tensor, values: Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.lazy_initialization(keys, values)
        self._hold(keys, values)

    def update(
        self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any
    ) -> tuple[Tensor, Tensor]:
        """Write new keys and values behind those there are; returns all."""
        start, end = self._length, self._length + key_states.shape[-2]
        if end > self._room[0].shape[-2]:
            self._hold(*self._views(), room=end)
        for room, new in zip(self._room, (key_states, value_states), strict=True):
            room[:, :, start:end] = new
        self._length = end
        self.keys, self.values = self._views()
        return self.keys, self.values

    def batch_repeat_interleave(self, repeats: int) -> None:
        """Repeat each row."""
        keys, values = self._views()
        self._hold(keys.repeat_interleave(repeats, 0), values.repeat_interleave(repeats, 0))

    def batch_select_indices(self, indices: Tensor) -> None:
        """Keep some rows."""
        keys, values = self._views()
        self._hold(keys[indices], values[indices])

    def _views(self) -> tuple[Tensor, Tensor]:
        keys, values = self._room
        return keys[:, :, : self._length], values[:, :, : self._length]

    def _hold(self, keys: Tensor, values: Tensor, room: int = 0) -> None:
        """Copy keys and values into memory of their own, with room behind them."""
        self._length = keys.shape[-2]
        whole = _BLOCK * math.ceil(max(self._length + 1, room) / _BLOCK)
        self._room = (_with_room(keys, whole), _with_room(values, whole))
        self.keys, self.values = self._views()


def _with_room(held: Tensor, length: int) -> Tensor:
    room = held.new_empty(*held.shape[:-2], length, held.shape[-1])
    room[:, :, : held.shape[-2]] = held
    return room


def _give_room(cache: Any) -> None:
    """Replace the layers of a cache that grow by copying; those with a window stay as they are."""
    layers = getattr(cache, "layers", [])
    for index, layer in enumerate(layers):
        if type(layer) is DynamicLayer and layer.keys is not None and layer.values is not None:
            layers[index] = _RoomyLayer(layer.keys, layer.values)


@contextmanager
def few_rows_fast(model: nn.Module) -> Iterator[None]:
    """Let the linear layers of a model on a CPU take few rows quickly, in inference alone."""
    layers = [
        layer
        for layer in model.modules()
        if type(layer) is nn.Linear
        and layer.weight.device.type == "cpu"
        and layer.out_features <= _WIDEST
        and "forward" not in vars(layer)
    ]
    for layer in layers:
        vars(layer)["forward"] = _Flipped(layer)
    try:
        yield
    finally:
        for layer in layers:
            del vars(layer)["forward"]


class _Flipped:
    """A linear layer's forward, by ``(W x^T)^T`` where that is faster."""

    def __init__(self, layer: nn.Linear) -> None:
        self._layer = layer

    def __call__(self, input: Tensor) -> Tensor:
        layer = self._layer
        few = input.numel() <= _FEW_ROWS * layer.in_features and input.dtype == layer.weight.dtype
        if not few or not torch.is_inference_mode_enabled():
            return nn.functional.linear(input, layer.weight, layer.bias)
        rows = input.reshape(-1, layer.in_features)
        output = torch.mm(layer.weight, rows.t()).t().contiguous()
        if layer.bias is not None:
            output += layer.bias
        return output.view(*input.shape[:-1], layer.out_features)


@torch.inference_mode()
def draw(
    logits: Tensor, noise: Sequence[np.random.Generator], sampling: Sampling
) -> tuple[list[int], list[float]]:
    """Draw one token a row [B, V].

    Args:
        logits: The scores.
        noise: A source of uniform numbers for each row.
        sampling: How to draw.

    Returns:
        The tokens, and the log-probs that the untempered model gives them.
    """
    scores = logits.float()
    if sampling.temperature == 0:
        tokens = scores.argmax(-1)
    else:
        uniform = torch.tensor([source.random() for source in noise], device=logits.device)
        tokens = _sample(scores.log_softmax(-1) / sampling.temperature, uniform, sampling)
    log_probs = scores.gather(-1, tokens[:, None])[:, 0] - scores.logsumexp(-1)
    return tokens.tolist(), log_probs.tolist()


def _sample(scores: Tensor, uniform: Tensor, sampling: Sampling) -> Tensor:
    """Invert the cumulative distribution at one uniform number a row."""
    probabilities = scores.softmax(-1)
    ids = None
    if sampling.top_k or sampling.top_p < 1:
        probabilities, ids = probabilities.sort(dim=-1, descending=True)
        if sampling.top_k:
            probabilities[:, sampling.top_k :] = 0
        before = probabilities.cumsum(-1) - probabilities
        probabilities = probabilities.masked_fill(before >= sampling.top_p, 0)
    cumulative = probabilities.double().cumsum(-1)
    target = uniform.double()[:, None] * cumulative[:, -1:]
    chosen = torch.searchsorted(cumulative, target, right=True)
    chosen = chosen.clamp_max(scores.shape[-1] - 1)
    return (chosen if ids is None else ids.gather(-1, chosen))[:, 0]


def _left_padded(
    rows: Sequence[Sequence[int]], pad: int, device: torch.device
) -> tuple[Tensor, Tensor]:
    width = max(len(row) for row in rows)
    ids = torch.full((len(rows), width), pad, dtype=torch.long)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    for index, row in enumerate(rows):
        ids[index, width - len(row) :] = torch.tensor(list(row))
        mask[index, width - len(row) :] = 1
    return ids.to(device), mask.to(device)
