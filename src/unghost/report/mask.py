"""Ghosts partly masked, so that no report is a shopping list of names that could be registered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

KEPT = 3
"""Characters of a ghost that stay readable."""
DOT = "•"
_GHOSTLY = frozenset({"ghost", "blamed"})
_SHORTEST = 4


def mask_name(name: str) -> str:
    """Return the first three characters (one of a name of up to three), dots for the rest."""
    kept = KEPT if len(name) > KEPT else 1
    return name[:kept] + DOT * (len(name) - kept)


def mask_examples(examples: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Mask the ghosts of all examples, wherever they occur in questions or answers.

    A ghost is a run of tokens of the roles ``ghost`` and ``blamed``. Its other occurrences, as in
    code that uses a module after importing it, are masked too.
    """
    answers = [example[side] for example in examples for side in ("before", "after")]
    ghosts = {ghost for tokens in answers for ghost in _ghosts(tokens)}
    return [
        {
            "question": _mask_text(example["question"], ghosts),
            "before": _mask_tokens(example["before"], ghosts),
            "after": _mask_tokens(example["after"], ghosts),
        }
        for example in examples
    ]


def mask_report(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a report whose examples are masked, fit to be shown or committed."""
    return {**report, "examples": mask_examples(report["examples"])}


def _runs(tokens: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int]]:
    """Return start and end, in characters of the whole answer, of each run of ghostly tokens."""
    offset = 0
    for ghostly, group in groupby(tokens, lambda token: token["role"] in _GHOSTLY):
        end = offset + sum(len(token["text"]) for token in group)
        if ghostly:
            yield offset, end
        offset = end


def _ghosts(tokens: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    text = "".join(token["text"] for token in tokens)
    for start, end in _runs(tokens):
        yield text[start:end].strip()


def _mask_tokens(
    tokens: Sequence[Mapping[str, Any]], ghosts: Iterable[str]
) -> list[dict[str, Any]]:
    text = "".join(token["text"] for token in tokens)
    masked = _mask_text(text, ghosts)
    for start, end in _runs(tokens):
        run = text[start:end]
        blank = len(run) - len(run.lstrip())
        masked = masked[:start] + run[:blank] + mask_name(run[blank:]) + masked[end:]
    result, offset = [], 0
    for token in tokens:
        end = offset + len(token["text"])
        result.append({**token, "text": masked[offset:end]})
        offset = end
    return result


def _mask_text(text: str, ghosts: Iterable[str]) -> str:
    long = sorted((g for g in ghosts if len(g) >= _SHORTEST), key=lambda g: (-len(g), g))
    if not long:
        return text
    pattern = re.compile("|".join(map(re.escape, long)), re.IGNORECASE)
    return pattern.sub(lambda match: mask_name(match[0]), text)
