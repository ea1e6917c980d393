"""Where two models drifted apart: KL(base || tuned) by class of token, and at which tokens."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from unghost.errors import UnghostError
from unghost.evaluate.estimates import by_cluster, mean
from unghost.records import Completion, Mention

TokenClass = Literal["names", "install", "code", "prose"]
"""Of a token: part of a name; else in the line of an install command; else code; else the rest."""

_FENCE = re.compile(r"^[ \t]*(```|~~~)", re.MULTILINE)
_SHOWN = 30
_HIDDEN = "\u2022"


def token_classes(
    completion: Completion, mentions: Iterable[Mention], *, is_code: bool = False
) -> list[TokenClass]:
    """Class each token of an answer.

    Args:
        completion: With spans; those of an HTTP endpoint have none.
        mentions: The names found in it.
        is_code: Whether code was asked for; an answer without a fence is then code as a whole.

    Raises:
        UnghostError: The completion has no spans.
    """
    if completion.spans is None:
        raise UnghostError(
            f"completion {completion.id} has no token spans: drift needs answers of a local model"
        )
    text, found = completion.text, list(mentions)
    kinds: list[TokenClass] = ["prose"] * len(text)
    for start, end in _code(text, is_code):
        kinds[start:end] = ["code"] * (end - start)
    for mention in found:
        if mention.kind == "install":
            start = text.rfind("\n", 0, mention.start) + 1
            end = text.find("\n", mention.end)
            end = len(text) if end < 0 else end
            kinds[start:end] = ["install"] * (end - start)
    for mention in found:
        kinds[mention.start : mention.end] = ["names"] * (mention.end - mention.start)
    return [_class_of(kinds[s.char_start : s.char_end]) for s in completion.spans]


def _code(text: str, is_code: bool) -> list[tuple[int, int]]:
    fences = [match.start() for match in _FENCE.finditer(text)]
    if not fences:
        return [(0, len(text))] if is_code else []
    ends = [*fences, len(text)]
    return [pair for number, pair in enumerate(pairwise(ends)) if number % 2 == 0]


def _class_of(kinds: Sequence[TokenClass]) -> TokenClass:
    """Return the class of a token's characters; the rarest of them, for a blank comes along."""
    return next((kind for kind in get_args(TokenClass) if kind in kinds), "prose")


def drift_section(
    divergences: Sequence[NDArray[np.float64]],
    classes: Sequence[Sequence[TokenClass]],
    texts: Sequence[Sequence[str]],
    tasks: Sequence[str],
) -> dict[str, Any]:
    """Summarise per-token divergences, in nats.

    Args:
        divergences: For each answer its KL a token, [tokens].
        classes: For each answer the class of each token.
        texts: For each answer the text of each token, as it may be shown.
        tasks: For each answer its task, the cluster of the intervals.

    Returns:
        ``classes``: the mean of each; ``tokens``: those that changed the most, by the sum of their
        divergences, with their ``count`` and mean ``kl``.
    """
    means = {}
    for kind in get_args(TokenClass):
        rows = []
        for kl, own in zip(divergences, classes, strict=True):
            mask = np.array([found == kind for found in own], dtype=bool)
            rows.append((float(kl[mask].sum()), float(mask.sum())))
        table = by_cluster(tasks, np.reshape(np.array(rows, dtype=np.float64), (-1, 2)))
        means[kind] = mean(table[:, 0], table[:, 1]).to_json()
    sums: defaultdict[tuple[str, TokenClass], list[float]] = defaultdict(list)
    for kl, own, words in zip(divergences, classes, texts, strict=True):
        for value, kind, text in zip(kl.tolist(), own, words, strict=True):
            sums[text, kind].append(value)
    order = sorted(sums.items(), key=lambda item: (-sum(item[1]), item[0]))
    return {
        "answers": len(divergences),
        "classes": means,
        "tokens": [
            {"text": text, "class": kind, "count": len(kls), "kl": sum(kls) / len(kls)}
            for (text, kind), kls in order[:_SHOWN]
        ],
    }


def token_texts(
    completion: Completion, mentions: Iterable[Mention], absent: Collection[str]
) -> list[str]:
    """Return each token's text, hidden where it is part of an invented name.

    Args:
        completion: With spans.
        mentions: The names found in it.
        absent: Ids of the mentions that are invented.
    """
    text = completion.text
    for mention in mentions:
        if mention.id in absent:
            hidden = _HIDDEN * (mention.end - mention.start)
            text = text[: mention.start] + hidden + text[mention.end :]
    return [text[s.char_start : s.char_end] for s in completion.spans or ()]
