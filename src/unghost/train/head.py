"""The head: everything an objective may ask of a token, without ever holding all logits.

The output matrix of a language model is by far its widest layer. Only the selected positions are
scored, a chunk of them at a time; the backward pass computes a chunk's logits anew instead of
keeping them. All maths is in fp32 (fp64 for fp64 inputs), whatever the type of the hidden states.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from unghost.errors import UnghostError
from unghost.objectives.quantities import HeadOutput, compute, inputs_of

LOGIT_BUDGET = 1 << 26
"""Bytes that one chunk of fp32 logits may take."""

_SMALLEST_CHUNK, _LARGEST_CHUNK = 64, 512


class _Chunk(NamedTuple):
    """The inputs of one chunk of n positions.

    ``allowed`` is where each position's allowed ids begin and end [n + 1], and those ids.
    """

    hidden: Tensor
    targets: Tensor
    ref_hidden: Tensor | None
    allowed: tuple[Tensor, Tensor] | None


def chunk_size(vocabulary: int, budget: int = LOGIT_BUDGET) -> int:
    """Return the positions per chunk whose fp32 logits fit the budget in bytes.

    Never fewer than 64, for a thinner matrix product wastes the machine, and never more than 512,
    which gains nothing.
    """
    return max(_SMALLEST_CHUNK, min(_LARGEST_CHUNK, budget // (4 * vocabulary)))


def selected_head(
    hidden: Tensor,
    weight: Tensor,
    targets: Tensor,
    *,
    needs: Collection[str],
    ref_hidden: Tensor | None = None,
    ref_weight: Tensor | None = None,
    allowed: tuple[Tensor, Tensor] | None = None,
    chunk: int | None = None,
) -> HeadOutput:
    """Score selected positions; gradients flow to ``hidden`` and, if it asks for them, ``weight``.

    Source: ours; the reduction by recomputed chunks is common knowledge of the field.

    Args:
        hidden: [N, d] last hidden states (after the final norm) of the selected positions.
        weight: [V, d] output matrix; a head with bias, scaling or soft-capping is refused earlier
            (:func:`unghost.train.adapter.check_head`).
        targets: [N] ids of the tokens that came next.
        needs: Which head quantities to compute (:mod:`unghost.objectives.quantities`).
        ref_hidden: [N, d] hidden states of the reference, for the quantities that read it.
        ref_weight: [V, d] output matrix of the reference; the frozen ``weight`` if None.
        allowed: (offsets [N + 1], ids) of the allowed next tokens, position by position.
        chunk: Positions per chunk; :func:`chunk_size` if None.

    Returns:
        What was asked for, each [N] in fp32.

    Raises:
        UnghostError: An unknown quantity, or one whose inputs are missing.
    """
    inputs = inputs_of(needs)
    if "reference" in inputs and ref_hidden is None:
        raise UnghostError("a quantity reads the reference: give ref_hidden")
    if "allowed" in inputs and allowed is None:
        raise UnghostError("a quantity reads the allowed ids: give allowed")
    maths = torch.promote_types(hidden.dtype, torch.float32)
    wanted = tuple(sorted(needs))
    matrix = weight.to(maths)
    ref_matrix = None
    if "reference" in inputs:
        ref_matrix = matrix.detach() if ref_weight is None else ref_weight.detach().to(maths)
    size = chunk or chunk_size(weight.shape[0])
    parts: list[tuple[Tensor, ...]] = []
    for start in range(0, len(targets), size):
        rows = slice(start, start + size)
        piece = _Chunk(
            hidden[rows].to(maths),
            targets[rows],
            None if ref_matrix is None or ref_hidden is None else ref_hidden[rows].to(maths),
            _allowed_of(allowed, rows),
        )
        parts.append(_kept_small(piece, matrix, ref_matrix, wanted, len(targets) > size))
    if not parts:
        nothing = hidden.to(maths).sum(-1)
        return HeadOutput(dict.fromkeys(wanted, nothing))
    columns = [torch.cat(column) for column in zip(*parts, strict=True)]
    return HeadOutput(dict(zip(wanted, columns, strict=True)))


def _kept_small(
    piece: _Chunk,
    matrix: Tensor,
    ref_matrix: Tensor | None,
    wanted: tuple[str, ...],
    recompute: bool,
) -> tuple[Tensor, ...]:
    # A lone chunk is within the budget, so its logits may as well wait for the backward pass.
    if not (recompute and torch.is_grad_enabled()):
        return _score(piece, matrix, ref_matrix, wanted)
    scored: tuple[Tensor, ...] = checkpoint(
        _score,
        piece,
        matrix,
        ref_matrix,
        wanted,
        use_reentrant=False,
        preserve_rng_state=False,
    )
    return scored


def _score(
    piece: _Chunk, matrix: Tensor, ref_matrix: Tensor | None, wanted: tuple[str, ...]
) -> tuple[Tensor, ...]:
    with torch.autocast(piece.hidden.device.type, enabled=False):
        reference = None
        if piece.ref_hidden is not None and ref_matrix is not None:
            with torch.no_grad():
                reference = F.linear(piece.ref_hidden, ref_matrix)
        logits = F.linear(piece.hidden, matrix)
        found = compute(wanted, logits, piece.targets, reference, piece.allowed)
        return tuple(found[name] for name in wanted)


def _allowed_of(allowed: tuple[Tensor, Tensor] | None, rows: slice) -> tuple[Tensor, Tensor] | None:
    if allowed is None:
        return None
    offsets, ids = allowed
    bounds = offsets[rows.start : rows.stop + 1].long()
    return bounds, ids[bounds[0] : bounds[-1]].long()
