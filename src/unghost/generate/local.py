"""Generation with local weights: batched, left-padded, each sequence with noise of its own.

The loop is ours and not ``model.generate``: there one stream of random numbers serves the whole
batch, so an answer would change with what else is asked. Here a token is drawn from its sequence's
own uniform number by inverting the cumulative distribution. The logits themselves may differ in
their last bits with the shape of the batch; the plan of batches is therefore fixed by the prompts.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from unghost.generate.base import ModelChoice
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

    prompt: Prompt
    sample: int
    noise: np.random.Generator
    ids: list[int] = field(default_factory=list)
    log_probs: list[float] = field(default_factory=list)
    finish: FinishReason = "length"


def open_local(choice: ModelChoice) -> TransformersGenerator:
    """Load local weights and return a generator for them.

    Raises:
        UnghostError: The model cannot be loaded.
    """
    loaded = load_model(choice.model, dtype=choice.dtype, device=choice.device)
    return TransformersGenerator(
        loaded.model, loaded.tokenizer, model_id=loaded.model_id, system=choice.system
    )


class TransformersGenerator:
    """Answers prompts with a transformers model (or a peft model around one).

    Args:
        model: A causal language model.
        tokenizer: Its tokenizer.
        model_id: Name of the model in the completions.
        system: A system prompt for every prompt.
        rows: Sequences in a batch; None finds a number that fits into memory.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        *,
        model_id: str,
        system: str | None = None,
        rows: int | None = None,
    ) -> None:
        self.model, self.tokenizer = model, tokenizer
        self.model_id, self.system = model_id, system
        self._rows = rows
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
    ) -> list[Completion]:
        """Answer prompts; see :class:`~unghost.generate.base.Generator`."""
        encoded = [encode_prompt(self.tokenizer, prompt, self.system) for prompt in prompts]
        answers: list[list[_Sequence]] = [[] for _ in prompts]
        was_training = self.model.training
        self.model.eval()
        try:
            with torch.inference_mode():
                for batch in self._batches(encoded, samples, sampling):
                    asked = [prompts[i] for i in batch]
                    done = self._run(
                        [encoded[i] for i in batch], asked, sampling, samples, round, seed
                    )
                    for position, index in enumerate(batch):
                        answers[index] = done[position * samples : (position + 1) * samples]
        finally:
            self.model.train(was_training)
        return [self._completion(s, sampling, round) for group in answers for s in group]

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
        encoded: Sequence[Sequence[int]],
        prompts: Sequence[Prompt],
        sampling: Sampling,
        samples: int,
        round: int,
        seed: int,
    ) -> list[_Sequence]:
        try:
            sequences = [
                _Sequence(prompt, sample, _noise(seed, prompt.id, sample, round))
                for prompt in prompts
                for sample in range(samples)
            ]
            self.write_batch(encoded, sequences, sampling, samples)
            return sequences
        except torch.cuda.OutOfMemoryError:
            if len(prompts) == 1:
                raise
            torch.cuda.empty_cache()
            half = len(prompts) // 2
            first = self._run(encoded[:half], prompts[:half], sampling, samples, round, seed)
            return first + self._run(encoded[half:], prompts[half:], sampling, samples, round, seed)

    def write_batch(
        self,
        encoded: Sequence[Sequence[int]],
        sequences: list[_Sequence],
        sampling: Sampling,
        samples: int,
    ) -> None:
        """Prefill the prompts once, then draw token by token; finished rows leave the batch."""
        device = self.model.device
        ids, mask = _left_padded(encoded, self.tokenizer.pad_token_id, device)
        output = self._forward(ids, mask, None)
        cache, logits = output.past_key_values, output.logits[:, -1]
        if samples > 1:
            cache.batch_repeat_interleave(samples)
            logits = logits.repeat_interleave(samples, 0)
            mask = mask.repeat_interleave(samples, 0)
        live = list(range(len(sequences)))
        for step in range(sampling.max_new_tokens):
            tokens, scores = _draw(logits, [sequences[i].noise for i in live], sampling)
            keep = []
            for row, index in enumerate(live):
                sequence, token = sequences[index], tokens[row]
                sequence.ids.append(token)
                sequence.log_probs.append(scores[row])
                if token in self.stop_ids:
                    sequence.finish = "stop"
                else:
                    keep.append(row)
            if not keep or step + 1 == sampling.max_new_tokens:
                return
            if len(keep) < len(live):
                chosen = torch.tensor(keep, device=device)
                cache.batch_select_indices(chosen)
                mask = mask[chosen]
                live = [live[row] for row in keep]
            mask = torch.cat([mask, mask.new_ones(len(live), 1)], dim=1)
            last = torch.tensor([[sequences[i].ids[-1]] for i in live], device=device)
            output = self._forward(last, mask, cache)
            cache, logits = output.past_key_values, output.logits[:, -1]

    def _forward(self, ids: Tensor, mask: Tensor, cache: Any) -> Any:
        positions = (mask.cumsum(-1) - 1).clamp_min(0)[:, -ids.shape[1] :]
        return self.model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )

    def _completion(self, sequence: _Sequence, sampling: Sampling, round: int) -> Completion:
        text, spans = self._decode(sequence.ids)
        prompt = sequence.prompt
        return Completion(
            id=record_id("completion", self.model_id, prompt.id, round, sequence.sample),
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


def _draw(
    logits: Tensor, noise: Sequence[np.random.Generator], sampling: Sampling
) -> tuple[list[int], list[float]]:
    """Draw one token a row [B, V]; gives ids and the untempered model's log-probs."""
    log_probs = logits.float().log_softmax(-1)
    if sampling.temperature == 0:
        tokens = log_probs.argmax(-1)
    else:
        uniform = torch.tensor([source.random() for source in noise], device=logits.device)
        tokens = _sample(log_probs / sampling.temperature, uniform, sampling)
    scores = log_probs.gather(-1, tokens[:, None])[:, 0]
    return tokens.tolist(), scores.tolist()


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
