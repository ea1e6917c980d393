"""The model's other abilities, before and after: perplexity and exact match.

Definitions are the field's: perplexity is exp of the mean negative log-probability per answer
token; exact match is equality of a greedy answer and the expected one.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from unghost.errors import UnghostError
from unghost.evaluate.estimates import Estimate, apply, by_cluster, mean, paired, proportion
from unghost.records import Message, Prompt, record_id

if TYPE_CHECKING:
    from torch import Tensor, nn

Pair = tuple[Sequence[int], Sequence[int]]
"""Prompt ids and answer ids."""
Forward = Callable[["Tensor", "Tensor"], "Tensor"]
"""Ids [B, T] and attention mask [B, T] to logits [B, T, V]."""

_BUNDLED = Path(__file__).parents[1] / "data" / "utility.jsonl"
_LOGIT_CELLS = 64_000_000
_LENGTH_STEP = 16
_MOST_ROWS = 32


@dataclass(frozen=True, slots=True)
class Utility:
    """A prompt that has nothing to do with a run's names, and the answer expected, if one is."""

    prompt: Prompt
    answer: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A figure before, after, and how it changed."""

    before: Estimate
    after: Estimate
    change: Estimate

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return asdict(self)


def utility_path(given: str | None) -> Path:
    """Return where the utility prompts lie: in the file given, or the bundled ones."""
    return _BUNDLED if given is None else Path(given)


def load_utility(path: Path) -> list[Utility]:
    """Read prompts that have nothing to do with a run's names.

    ``{"prompt": ..., "answer": ...}`` a line.

    Raises:
        UnghostError: The file cannot be read, or a line is not of that form.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise UnghostError(f"cannot read the utility prompts in {path}: {error}") from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            question, answer = row["prompt"], row.get("answer")
            if not isinstance(question, str) or not isinstance(answer, str | None):
                raise TypeError
            f"{question}{answer}".encode()  # JSON can hold halves of surrogate pairs
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UnghostError(
                f'{path} line {number} is not of the form {{"prompt": text, "answer": text}}'
            ) from None
        found.append(Utility(_text_prompt(question), answer))
    return found


def _text_prompt(question: str) -> Prompt:
    identity = record_id("utility", question)
    message = Message("user", question)
    return Prompt(
        id=identity,
        task_id=identity,
        messages=(message,),
        asks="text",
        task=question,
        family="utility",
        operator="measure",
        split="heldout",
    )


def perplexity(
    before: Sequence[NDArray[np.float64]],
    after: Sequence[NDArray[np.float64]],
    tasks: Sequence[str],
) -> Change:
    """Compare the perplexity of fixed texts; the change is the ratio after / before.

    Args:
        before: The base's log-probabilities of each text's tokens, natural logarithm.
        after: The tuned model's, of the same texts.
        tasks: The base task of each text, the cluster of the intervals.
    """
    sums = [
        by_cluster(tasks, np.reshape([[-float(x.sum()), len(x)] for x in texts], (-1, 2)))
        for texts in (before, after)
    ]
    first, second = ((table[:, 0], table[:, 1]) for table in sums)
    log_ratio = paired(first, second, "difference", bounded=False)
    single = (mean(*columns) for columns in (first, second))
    one, two = (apply(estimate, math.exp) for estimate in single)
    return Change(one, two, apply(log_ratio, math.exp))


def exact_match(
    before: Sequence[str],
    after: Sequence[str],
    expected: Sequence[str],
    tasks: Sequence[str],
) -> Change:
    """Compare the share of greedy answers equal to the expected ones; the change is after - before.

    White space at both ends is not compared.
    """
    hits = [
        [[a.strip() == e.strip(), 1.0] for a, e in zip(answers, expected, strict=True)]
        for answers in (before, after)
    ]
    sums = [by_cluster(tasks, np.reshape(np.array(rows, dtype=float), (-1, 2))) for rows in hits]
    first, second = ((table[:, 0], table[:, 1]) for table in sums)
    return Change(
        proportion(*first),
        proportion(*second),
        paired(first, second, "difference"),
    )


def forward_of(model: nn.Module, *, adapter: bool = True) -> Forward:
    """Wrap a model as a :data:`Forward`; with ``adapter=False`` a peft model runs without adapter.

    The model is put into evaluation mode for each call and back after it; no gradient is kept.
    """
    import torch

    def forward(ids: Tensor, mask: Tensor) -> Tensor:
        device = next(model.parameters()).device
        off: Any = contextlib.nullcontext()
        if not adapter:
            off = cast(Any, model).disable_adapter()
        was_training = model.training
        model.eval()
        try:
            with off, torch.no_grad():
                output = model(input_ids=ids.to(device), attention_mask=mask.to(device))
        finally:
            model.train(was_training)
        return output.logits  # type: ignore[no-any-return]

    return forward


def score_answers(
    model: nn.Module, pairs: Sequence[Pair], *, adapter: bool = True
) -> list[NDArray[np.float64]]:
    """Return the log-probability of each answer token, of the untempered model.

    Args:
        model: A causal language model.
        pairs: Prompt ids (at least one) and answer ids.
        adapter: False scores with the model's peft adapter off.

    Returns:
        For each pair natural-log probabilities, [answer tokens].
    """
    import torch

    results: list[NDArray[np.float64]] = [np.zeros(0)] * len(pairs)
    for index, logits in answer_logits(forward_of(model, adapter=adapter), pairs):
        targets = torch.tensor(list(pairs[index][1]), device=logits.device)
        scores = logits.float().log_softmax(-1).gather(-1, targets[:, None])[:, 0]
        results[index] = scores.double().cpu().numpy()
    return results


def answer_logits(forward: Forward, pairs: Sequence[Pair]) -> Iterator[tuple[int, Tensor]]:
    """Run pairs through a model in small batches and give the logits that predict each answer.

    Sequences of like length share a batch, padded on the right (which a causal model cannot see)
    to a multiple of 16. The first sequence runs alone, so that the vocabulary is known before a
    batch is sized: the logits of one batch stay below about 256 MB.

    Yields:
        Index of the pair, and logits [answer tokens, V]; empty answers are skipped.
    """
    lengths = [len(prompt) + len(answer) for prompt, answer in pairs]
    order = sorted(
        (i for i, (_, answer) in enumerate(pairs) if len(answer)), key=lengths.__getitem__
    )
    position, vocabulary = 0, None
    while position < len(order):
        size = 1 if vocabulary is None else _batch_size(order[position:], lengths, vocabulary)
        batch = order[position : position + size]
        logits = forward(*_padded([[*pairs[i][0], *pairs[i][1]] for i in batch]))
        vocabulary = logits.shape[-1]
        for row, index in enumerate(batch):
            start = len(pairs[index][0]) - 1
            yield index, logits[row, start : start + len(pairs[index][1])]
        position += size


def _batch_size(order: Sequence[int], lengths: Sequence[int], vocabulary: int) -> int:
    size = 1
    while size < min(len(order), _MOST_ROWS):
        width = _rounded(lengths[order[size]])
        if (size + 1) * width * vocabulary > _LOGIT_CELLS:
            break
        size += 1
    return size


def _padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    import torch

    ids = torch.zeros(len(rows), _rounded(max(len(row) for row in rows)), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, tokens in enumerate(rows):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        mask[row, : len(tokens)] = 1
    return ids, mask


def _rounded(length: int) -> int:
    return -(-length // _LENGTH_STEP) * _LENGTH_STEP
