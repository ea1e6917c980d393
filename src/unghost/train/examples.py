"""Conversion of labelled answers to padded micro-batches.

The plan of a round (which examples make up which step) follows from the examples, the settings and
the seed alone. How a step is cut into micro-batches and spread over ranks follows from lengths, and
changes nothing but speed and memory: see :mod:`unghost.train.engine`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from unghost.label import Labels
from unghost.objectives.batch import TokenBatch
from unghost.records import record_id, unit_hash

LENGTH_STEP = 16
"""Lengths are rounded up to multiples of this: each new shape costs bf16 kernels a set-up."""


@dataclass(frozen=True, slots=True)
class Example:
    """One answer to learn from.

    ``labels`` speak of the tokens of ``completion_ids``; ``count`` equal answers were made into
    this one, with the sum of their weights.
    """

    prompt_ids: tuple[int, ...]
    completion_ids: tuple[int, ...]
    labels: Labels
    prompt_id: str
    task_id: str
    count: int = 1

    @property
    def length(self) -> int:
        """Tokens that the model reads; the last one is only a target."""
        return len(self.prompt_ids) + len(self.completion_ids) - 1

    @property
    def padded(self) -> int:
        """The length rounded up to a multiple of :data:`LENGTH_STEP`."""
        return -(-self.length // LENGTH_STEP) * LENGTH_STEP


def merge_duplicates(examples: Iterable[Example]) -> list[Example]:
    """Merge equal answers to one prompt into one example, with the sum of their weights.

    Several samples of a prompt that the model knows are mostly the same answer. Terms are weighted
    sums divided by the sum of weights, so the loss of the whole stays what it was, and training
    takes a fraction of the time.
    """
    kept: dict[tuple[str, tuple[int, ...], object], Example] = {}
    for example in examples:
        key = (example.prompt_id, example.completion_ids, example.labels.segments)
        known = kept.get(key)
        kept[key] = example if known is None else _merged(known, example)
    return list(kept.values())


def _merged(one: Example, other: Example) -> Example:
    streams = {
        name: tuple(a + b for a, b in zip(weights, other.labels.streams[name], strict=True))
        for name, weights in one.labels.streams.items()
    }
    labels = replace(one.labels, streams=streams)
    return replace(one, labels=labels, count=one.count + other.count)


@dataclass(frozen=True, slots=True)
class MicroBatch:
    """The sequences of one forward pass.

    ``input_ids`` is [B, T], padded on the right; ``positions`` [N] points into the flattened
    [B * T] hidden states at the position that predicts each selected token; ``tokens`` describes
    those N tokens; ``real`` counts the unpadded input tokens.
    """

    input_ids: Tensor
    positions: Tensor
    tokens: TokenBatch
    real: int

    def to(self, device: torch.device) -> MicroBatch:
        """Return the same micro-batch on another device."""
        if device.type == "cpu":
            return self
        return MicroBatch(
            self.input_ids.to(device), self.positions.to(device), self.tokens.to(device), self.real
        )


def plan_steps(
    examples: Sequence[Example],
    *,
    batch_sequences: int,
    batch_tokens: int | None = None,
    epochs: int = 1,
    round_tokens: int | None = None,
    seed: int = 0,
) -> list[list[int]]:
    """Plan the optimizer steps of a round.

    Examples come in an order drawn from the seed, epoch by epoch; a step ends before the example
    that would take it over ``batch_sequences`` sequences or ``batch_tokens`` input tokens, and
    holds at least one. With ``round_tokens`` the round ends with the example that reaches so many
    input tokens, however many epochs that takes.

    Returns:
        Steps, each a list of indices into ``examples``.
    """
    steps: list[list[int]] = []
    spent = 0
    for epoch in range(epochs) if round_tokens is None or not examples else itertools.count():
        tokens, fresh = 0, True
        for index in _order(len(examples), f"unghost-order:{seed}:{epoch}:".encode()):
            if round_tokens is not None and spent >= round_tokens:
                return steps
            size = examples[index].length
            spent += size
            over = not fresh and (
                len(steps[-1]) == batch_sequences
                or (batch_tokens is not None and tokens + size > batch_tokens)
            )
            if fresh or over:
                steps.append([])
                tokens, fresh = 0, False
            steps[-1].append(index)
            tokens += size
    return steps


def _order(count: int, salt: bytes) -> list[int]:
    keys = [f"alone {index}" for index in range(count)]
    return sorted(range(count), key=lambda index: (unit_hash(salt, keys[index]), keys[index]))


def pack(
    examples: Sequence[Example], *, micro_batch_tokens: int, rank: int = 0, world: int = 1
) -> list[list[Example]]:
    """Cut one step into micro-batches of at most ``micro_batch_tokens`` padded tokens.

    Neighbours in length share a micro-batch; each goes to the rank with the least to do. An example
    longer than the limit stands alone.

    Returns:
        The micro-batches of ``rank``.
    """
    limit = max(LENGTH_STEP, min(micro_batch_tokens, _share(examples, world)))
    packed: list[list[Example]] = []
    for example in sorted(examples, key=lambda each: -each.padded):
        if not packed or (len(packed[-1]) + 1) * packed[-1][0].padded > limit:
            packed.append([])
        packed[-1].append(example)
    loads = [0] * world
    mine = []
    for batch in packed:
        target = loads.index(min(loads))
        loads[target] += len(batch) * batch[0].padded
        if target == rank:
            mine.append(batch)
    return mine


def _share(examples: Sequence[Example], world: int) -> int:
    """Padded tokens of a rank's fair share, so that a small step still feeds every rank."""
    total = sum(example.padded for example in examples)
    return -(-total // world) if world > 1 else total + LENGTH_STEP


def collate(examples: Sequence[Example], *, retain_every: int = 1, pad_id: int = 0) -> MicroBatch:
    """Pad examples into one micro-batch and describe the tokens to be scored.

    A token is scored if some stream gives it weight or if its allowed ids are known. Of the tokens
    whose only stream is ``retain``, one in ``retain_every`` is kept, chosen by a hash of completion
    id and position, so that it is the same in every epoch and on every machine.
    """
    width = max(example.padded for example in examples)
    input_ids = torch.full((len(examples), width), pad_id, dtype=torch.long)
    flat = _Flat()
    for row, example in enumerate(examples):
        ids = (example.prompt_ids + example.completion_ids)[:-1]
        input_ids[row, : len(ids)] = torch.tensor(ids)
        first = row * width + len(example.prompt_ids) - 1
        flat.add(row, first, example, _selected(example.labels, retain_every))
    return MicroBatch(
        input_ids,
        torch.tensor(flat.positions, dtype=torch.long),
        flat.token_batch(),
        sum(example.length for example in examples),
    )


def _selected(labels: Labels, retain_every: int) -> list[int]:
    """Return the positions in the completion that are scored, in order."""
    named = {position for position, _ in labels.allowed}
    retained: set[int] = set()
    for stream, weights in labels.streams.items():
        kept = retained if stream == "retain" else named
        kept.update(position for position, weight in enumerate(weights) if weight != 0)
    if retain_every > 1:
        retained = {p for p in retained if _bucket(labels.completion_id, p) % retain_every == 0}
    return sorted(named | retained)


def _bucket(completion_id: str, position: int) -> int:
    return int(record_id("unghost-retain", completion_id, position)[:8], 16)


class _Flat:
    """The selected tokens of a micro-batch, concatenated."""

    def __init__(self) -> None:
        self.positions: list[int] = []
        self._targets: list[int] = []
        self._sequence: list[int] = []
        self._task: list[int] = []
        self._segment: list[int] = []
        self._count: list[int] = []
        self._streams: dict[str, list[float]] = {}
        self._offsets = [0]
        self._ids: list[int] = []
        self._tasks: dict[str, int] = {}

    def add(self, row: int, first: int, example: Example, selected: list[int]) -> None:
        """Add one example's selected positions; ``first`` predicts its first answer token."""
        labels, before = example.labels, len(self.positions)
        task = self._tasks.setdefault(example.task_id, len(self._tasks))
        allowed = dict(labels.allowed)
        for position in selected:
            self.positions.append(first + position)
            self._targets.append(example.completion_ids[position])
            self._segment.append(labels.segments[position])
            ids = allowed.get(position, ())
            self._ids.extend(ids)
            self._offsets.append(len(self._ids))
        self._sequence += [row] * len(selected)
        self._task += [task] * len(selected)
        self._count += [example.count] * len(selected)
        for stream, weights in labels.streams.items():
            column = self._streams.setdefault(stream, [0.0] * before)
            column += [weights[position] for position in selected]
        for column in self._streams.values():
            column += [0.0] * (len(self.positions) - len(column))

    def token_batch(self) -> TokenBatch:
        """Convert the lists to tensors."""
        return TokenBatch(
            targets=torch.tensor(self._targets, dtype=torch.long),
            sequence=torch.tensor(self._sequence, dtype=torch.long),
            task=torch.tensor(self._task, dtype=torch.long),
            segment=torch.tensor(self._segment, dtype=torch.long),
            streams={name: torch.tensor(column) for name, column in self._streams.items()},
            count=torch.tensor(self._count, dtype=torch.float32),
            allowed=(
                torch.tensor(self._offsets, dtype=torch.long),
                torch.tensor(self._ids, dtype=torch.long),
            ),
        )
