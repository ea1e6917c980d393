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
from unghost.objectives.batch import HeadOutput

LOGIT_BUDGET = 1 << 26
"""Bytes that one chunk of fp32 logits may take."""

_SMALLEST_CHUNK, _LARGEST_CHUNK = 64, 512
OF_REFERENCE = frozenset({"kl", "ref_log_p"})
"""What the head computes from the reference as well; without it no reference pass is run."""
_KNOWN = OF_REFERENCE | {"log_p", "log_1mp", "entropy", "log_z", "temper_kl"}


class _Chunk(NamedTuple):
    """What one chunk of n positions is computed from.

    ``allowed`` holds ids back to back, ``bounds`` [n + 1] where each position's begin and end.
    """

    hidden: Tensor
    targets: Tensor
    ref_hidden: Tensor | None
    bounds: Tensor | None
    allowed: Tensor | None


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
        needs: Which quantities to compute, of ``log_p``, ``log_1mp`` (log(1 - p), from the logits
            of the other tokens, so exact as p -> 1), ``entropy`` (nats), ``log_z`` (log of the
            probability of the allowed tokens; 0 where nothing is said of a position), ``kl``
            (KL(reference || policy) over the whole vocabulary, nats), ``ref_log_p`` and
            ``temper_kl`` (KL(softmax(z / 2) || softmax(z)), gradient through both sides: the last
            term of "NPO" as in a third-party copy of the paper's released code).
        ref_hidden: [N, d] hidden states of the reference, for ``kl`` and ``ref_log_p``.
        ref_weight: [V, d] output matrix of the reference; the frozen ``weight`` if None.
        allowed: (offsets [N + 1], ids) of the allowed next tokens, position by position.
        chunk: Positions per chunk; :func:`chunk_size` if None.

    Returns:
        What was asked for, each [N] in fp32; the rest None.

    Raises:
        UnghostError: An unknown quantity, or one whose inputs are missing.
    """
    _check(needs, ref_hidden, allowed)
    maths = torch.promote_types(hidden.dtype, torch.float32)
    wanted = tuple(sorted(needs))
    matrix = weight.to(maths)
    ref_matrix = None
    if OF_REFERENCE & set(needs):
        ref_matrix = matrix.detach() if ref_weight is None else ref_weight.detach().to(maths)
    size = chunk or chunk_size(weight.shape[0])
    parts: list[tuple[Tensor, ...]] = []
    for start in range(0, len(targets), size):
        rows = slice(start, start + size)
        piece = _Chunk(
            hidden[rows].to(maths),
            targets[rows],
            None if ref_matrix is None or ref_hidden is None else ref_hidden[rows].to(maths),
            *_allowed_of(allowed, rows),
        )
        parts.append(_kept_small(piece, matrix, ref_matrix, wanted, len(targets) > size))
    if not parts:
        nothing = hidden.to(maths).sum(-1)
        return HeadOutput(**dict.fromkeys(wanted, nothing))
    columns = [torch.cat(column) for column in zip(*parts, strict=True)]
    return HeadOutput(**dict(zip(wanted, columns, strict=True)))


def _check(
    needs: Collection[str], ref_hidden: Tensor | None, allowed: tuple[Tensor, Tensor] | None
) -> None:
    unknown = sorted(set(needs) - _KNOWN)
    if unknown:
        known = ", ".join(sorted(_KNOWN))
        raise UnghostError(f"the head does not know {', '.join(unknown)}: ask for some of {known}")
    if OF_REFERENCE & set(needs) and ref_hidden is None:
        raise UnghostError("kl and ref_log_p need the reference's hidden states: give ref_hidden")
    if "log_z" in needs and allowed is None:
        raise UnghostError("log_z needs the allowed ids of each position: give allowed")


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
        logits = F.linear(piece.hidden, matrix)
        target = piece.targets[:, None]
        of_target = logits.gather(-1, target).squeeze(-1)
        found: dict[str, Tensor] = {}
        if "log_1mp" in wanted:
            # One pass for both sums: all tokens are the others and the target.
            others = logits.scatter(-1, target, float("-inf")).logsumexp(-1)
            total = torch.logaddexp(others, of_target)
            found["log_1mp"] = others - total
        else:
            total = logits.logsumexp(-1)
        found["log_p"] = of_target - total
        if "log_z" in wanted:
            found["log_z"] = _log_z(logits, total, piece)
        if piece.ref_hidden is not None and ref_matrix is not None:
            found |= _against_reference(logits, total, piece, ref_matrix, "kl" in wanted)
        if "entropy" in wanted or "temper_kl" in wanted:
            found |= _of_shape(logits, total, wanted)
        return tuple(found[name] for name in wanted)


def _against_reference(
    logits: Tensor, total: Tensor, piece: _Chunk, ref_matrix: Tensor, with_kl: bool
) -> dict[str, Tensor]:
    assert piece.ref_hidden is not None
    with torch.no_grad():
        reference = F.linear(piece.ref_hidden, ref_matrix)
        ref_total = reference.logsumexp(-1)
        found = {"ref_log_p": reference.gather(-1, piece.targets[:, None]).squeeze(-1) - ref_total}
        q = (reference - ref_total[:, None]).exp_()
    if with_kl:
        # Differences first: exactly 0 while policy and reference agree, and no cancellation.
        found["kl"] = (q * (reference - logits)).sum(-1) + (total - ref_total)
    return found


def _of_shape(logits: Tensor, total: Tensor, wanted: tuple[str, ...]) -> dict[str, Tensor]:
    log_p = logits - total[:, None]
    found = {}
    if "entropy" in wanted:
        found["entropy"] = -(log_p.exp() * log_p).sum(-1)
    if "temper_kl" in wanted:
        tempered = F.log_softmax(logits / 2, -1)
        found["temper_kl"] = (tempered.exp() * (tempered - log_p)).sum(-1)
    return found


def _log_z(logits: Tensor, total: Tensor, piece: _Chunk) -> Tensor:
    assert piece.bounds is not None
    assert piece.allowed is not None
    counts = piece.bounds.diff()
    rows = counts.nonzero().squeeze(-1)
    mask = torch.zeros(len(rows), logits.shape[-1], dtype=torch.bool, device=logits.device)
    row_of_id = torch.arange(len(rows), device=rows.device).repeat_interleave(counts[rows])
    mask[row_of_id, piece.allowed] = True
    inside = logits[rows].masked_fill(~mask, float("-inf")).logsumexp(-1) - total[rows]
    return torch.zeros_like(total).index_put((rows,), inside)


def _allowed_of(
    allowed: tuple[Tensor, Tensor] | None, rows: slice
) -> tuple[Tensor | None, Tensor | None]:
    if allowed is None:
        return None, None
    offsets, ids = allowed
    bounds = offsets[rows.start : rows.stop + 1].long()
    return bounds, ids[bounds[0] : bounds[-1]].long()
