"""Generation with local weights: batched, left-padded, each sequence with noise of its own.

The loop is ours and not ``model.generate``: there one stream of random numbers serves the whole
batch, so an answer would change with what else is asked. Here a token is drawn from its sequence's
own uniform number by inverting the cumulative distribution. The logits themselves may differ in
their last bits with the shape of the batch; the plan of batches is therefore fixed by the prompts.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from unghost.generate.base import ModelChoice, Pace, Watch, unwatched
from unghost.generate.decoding import Decoding, draw, few_rows_fast
from unghost.generate.encode import Decoder, encode_prompt
from unghost.generate.load import load_model
from unghost.records import Completion, FinishReason, Prompt, Sampling, record_id

_MOST_ROWS = {"cuda": 1024}
_CPU_ROWS = 256
_CACHE_SHARE = 0.3
"""Share of the memory beside the weights that the KV cache of a batch may take."""


@dataclass(slots=True)
class _Sequence:
    """One answer in progress."""

    id: str
    prompt: Prompt
    sample: int
    start: Sequence[int]
    noise: np.random.Generator
    ids: list[int] = field(default_factory=list)
    log_probs: list[float] = field(default_factory=list)
    finish: FinishReason = "length"


@dataclass(slots=True)
class _Count:
    """What a call has generated so far."""

    longest: int
    answers: int = 0
    tokens: int = 0

    def step(self, finished: Sequence[_Sequence], live: Sequence[_Sequence]) -> Pace:
        """Count one token of each sequence."""
        self.answers += len(finished)
        self.tokens += len(finished) + len(live)
        begun = len(live[0].ids) * len(live) / self.longest if live else 0.0
        return Pace(self.answers + begun, self.tokens)


def open_local(choice: ModelChoice) -> TransformersGenerator:
    """Load local weights and return a generator for them; ``auto`` is the fastest type.

    Raises:
        UnghostError: The model cannot be loaded.
    """
    dtype = "fastest" if choice.dtype == "auto" else choice.dtype
    loaded = load_model(choice.model, dtype=dtype, device=choice.device)
    return TransformersGenerator(
        loaded.model,
        loaded.tokenizer,
        model_id=loaded.model_id,
        system=choice.system,
        dtype=loaded.dtype,
    )


class TransformersGenerator:
    """Answers prompts with a transformers model (or a peft model around one).

    Args:
        model: A causal language model.
        tokenizer: Its tokenizer.
        model_id: Name of the model in the completions.
        system: A system prompt for every prompt.
        rows: Sequences in a batch; None finds a number that fits into memory.
        dtype: In which type the model runs, and why, in words.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        *,
        model_id: str,
        system: str | None = None,
        rows: int | None = None,
        dtype: str | None = None,
    ) -> None:
        self.model, self.tokenizer = model, tokenizer
        self.model_id, self.system = model_id, system
        self._rows, self.dtype = rows, dtype
        self._decode = Decoder(tokenizer)
        self.stop_ids = _stop_ids(model, tokenizer)

    def generate(
        self,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        *,
        samples: int = 1,
        round: int = 0,
        seed: int = 0,
        done: Collection[str] = frozenset(),
        watch: Watch = unwatched,
    ) -> Iterator[Completion]:
        """Answer prompts; see :class:`~unghost.generate.base.Generator`.

        Batches are planned from all prompts: one of which anything is not ``done`` runs whole and
        in its old shape, so that the same answers come, to the last bit.
        """
        encoded = [encode_prompt(self.tokenizer, prompt, self.system) for prompt in prompts]

        def begin(index: int) -> list[_Sequence]:
            prompt = prompts[index]
            return [
                _Sequence(
                    record_id("completion", self.model_id, prompt.id, round, sample),
                    prompt,
                    sample,
                    encoded[index],
                    _noise(seed, prompt.id, sample, round),
                )
                for sample in range(samples)
            ]

        had, count = set(done), _Count(sampling.max_new_tokens)
        was_training = self.model.training
        self.model.eval()
        try:
            with few_rows_fast(self.model):
                for batch in self._batches(encoded, samples, sampling):
                    for sequence in self._run(batch, begin, sampling, had, count, watch):
                        yield self._completion(sequence, sampling, round)
        finally:
            self.model.train(was_training)

    def _batches(
        self, encoded: Sequence[Sequence[int]], samples: int, sampling: Sampling
    ) -> Iterator[list[int]]:
        """Group prompts of similar length; the order depends on the prompts alone."""
        order = sorted(range(len(encoded)), key=lambda i: (len(encoded[i]), i))
        position = 0
        while position < len(order):
            longest = len(encoded[order[min(position + _CPU_ROWS, len(order)) - 1]])
            rows = self._rows or self._find_rows(longest + sampling.max_new_tokens)
            size = max(1, rows // samples)
            yield order[position : position + size]
            position += size

    def _find_rows(self, length: int) -> int:
        """Find how many sequences of a length fit beside the weights.

        By all memory and not by what is free now, so that one machine always makes the same
        batches.
        """
        device = self.model.device
        config: Any = self.model.config.get_text_config()
        heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
        width = getattr(config, "head_dim", None) or (
            config.hidden_size // config.num_attention_heads
        )
        per_token: int = 2 * config.num_hidden_layers * heads * width * self.model.dtype.itemsize
        logits = int(config.vocab_size) * 8
        weights = sum(p.numel() * p.element_size() for p in self.model.parameters())
        room = int(_CACHE_SHARE * max(0, memory_of(device) - weights))
        most = _MOST_ROWS.get(device.type, _CPU_ROWS)
        return max(1, min(most, room // (per_token * length + logits)))

    def _run(
        self,
        batch: Sequence[int],
        begin: Callable[[int], list[_Sequence]],
        sampling: Sampling,
        had: set[str],
        count: _Count,
        watch: Watch,
    ) -> Iterator[_Sequence]:
        """Generate a batch, in halves if the GPU's memory does not hold it."""
        groups = [begin(index) for index in batch]
        if all(sequence.id in had for group in groups for sequence in group):
            return
        try:
            for finished, live in self.write_batch(groups, sampling):
                new = [sequence for sequence in finished if sequence.id not in had]
                had.update(sequence.id for sequence in new)
                watch(count.step(new, [sequence for sequence in live if sequence.id not in had]))
                yield from new
        except torch.cuda.OutOfMemoryError:
            if len(batch) == 1:
                raise
            torch.cuda.empty_cache()
            half = len(batch) // 2
            yield from self._run(batch[:half], begin, sampling, had, count, watch)
            yield from self._run(batch[half:], begin, sampling, had, count, watch)

    def write_batch(
        self, groups: Sequence[Sequence[_Sequence]], sampling: Sampling
    ) -> Iterator[tuple[list[_Sequence], list[_Sequence]]]:
        """Prefill the prompts once, then draw token by token; finished rows leave the batch.

        Args:
            groups: The sequences of each prompt, as many for each.
            sampling: How to draw.

        Yields:
            After each token the sequences that it finished, and those that go on.
        """
        prompts, samples = [group[0].start for group in groups], len(groups[0])
        rows = Decoding(self.model, prompts, self.tokenizer.pad_token_id, samples)
        live = [sequence for group in groups for sequence in group]
        while live:
            keep = self._append(rows.logits, live, sampling)
            kept, going = set(keep), [live[row] for row in keep]
            yield [s for row, s in enumerate(live) if row not in kept], going
            live = going
            if live:
                rows.advance(keep, [sequence.ids[-1] for sequence in live])

    def _append(self, logits: Tensor, live: Sequence[_Sequence], sampling: Sampling) -> list[int]:
        """Draw a token for each row; returns the rows that go on."""
        tokens, scores = draw(logits, [sequence.noise for sequence in live], sampling)
        keep = []
        for row, (sequence, token, score) in enumerate(zip(live, tokens, scores, strict=True)):
            sequence.ids.append(token)
            sequence.log_probs.append(score)
            if token in self.stop_ids:
                sequence.finish = "stop"
            elif len(sequence.ids) < sampling.max_new_tokens:
                keep.append(row)
        return keep

    def _completion(self, sequence: _Sequence, sampling: Sampling, round: int) -> Completion:
        text, spans = self._decode(sequence.ids)
        prompt = sequence.prompt
        return Completion(
            id=sequence.id,
            prompt_id=prompt.id,
            model_id=self.model_id,
            round=round,
            sample=sequence.sample,
            text=text,
            finish_reason=sequence.finish,
            sampling=sampling,
            token_ids=tuple(sequence.ids),
            spans=spans,
            log_probs=tuple(sequence.log_probs),
        )


def memory_of(device: torch.device) -> int:
    """Return the bytes of memory that a device has."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _stop_ids(model: Any, tokenizer: Any) -> frozenset[int]:
    config = getattr(model, "generation_config", None)
    stated = getattr(config, "eos_token_id", None)
    ids = stated if isinstance(stated, list) else [stated]
    return frozenset(i for i in [*ids, tokenizer.eos_token_id] if i is not None)


def _noise(seed: int, prompt_id: str, sample: int, round: int) -> np.random.Generator:
    digest = hashlib.sha256(f"unghost-noise:{seed}:{prompt_id}:{sample}:{round}".encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "big")))
