"""Answers before and after, token by token, for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unghost.domains.base import Domain
from unghost.records import Completion, Mention, Prompt, Verdict, by_source
from unghost.storage.folder import Batch

_ROLES = {"absent": "ghost", "exists": "real"}


def choose(before: Batch, after: Batch, count: int, domain: Domain) -> list[Prompt]:
    """Choose questions in the order asked: three on which the base made a ghost, then one without.

    The last is a request for a long answer, if any was made, with a ghost if there is one.

    Args:
        before: The base's answers.
        after: The tuned model's answers to the same prompts.
        count: How many examples.
        domain: What was asked about.
    """
    tuned = {completion.prompt_id for completion in after.completions}
    own = {completion.prompt_id: completion for completion in before.completions}
    ghostly = _with_ghost(before)
    asked = [p for p in before.prompts if p.id in tuned and p.id in own]
    long = {mode.name for mode in domain.asked if mode.long}
    written = sorted(
        (p for p in asked if p.asks in long), key=lambda p: own[p.id].id not in ghostly
    )
    plain = [prompt for prompt in asked if prompt.asks == domain.modes[0].name]
    with_ghost = [p for p in plain if own[p.id].id in ghostly]
    without = [p for p in plain if own[p.id].id not in ghostly]
    count -= len(written[:1])
    clean = min(count // 4, len(without))
    return with_ghost[: count - clean] + without[:clean] + written[:1]


def before_and_after(
    before: Batch, after: Batch, kl: Mapping[str, Any], chosen: Sequence[Prompt]
) -> list[dict[str, Any]]:
    """Pair the answers of both models.

    Args:
        before: The base's answers.
        after: The tuned model's answers to the same prompts.
        kl: For a completion's id, KL(base || tuned) at each of its tokens, in nats.
        chosen: The questions to show, see :func:`choose`.

    Returns:
        Examples as the report's schema has them; names are masked by whoever publishes them.
    """
    tuned = {completion.prompt_id: completion for completion in after.completions}
    own = {completion.prompt_id: completion for completion in before.completions}
    return [
        {
            "question": _question(prompt),
            "before": _tokens(own[prompt.id], before, kl),
            "after": _tokens(tuned[prompt.id], after, kl),
        }
        for prompt in chosen
    ]


def _question(prompt: Prompt) -> str:
    return prompt.messages[-1].content


def _with_ghost(batch: Batch) -> set[str]:
    source = {mention.id: mention.source_id for mention in batch.mentions}
    return {source[v.mention_id] for v in batch.verdicts if v.status == "absent"}


def _tokens(completion: Completion, batch: Batch, kl: Mapping[str, Any]) -> list[dict[str, Any]]:
    verdicts = {verdict.mention_id: verdict for verdict in batch.verdicts}
    mentions = by_source(batch.mentions).get(completion.id, [])
    divergences = kl.get(completion.id)
    if completion.spans is None:
        return [{"text": completion.text, "role": "plain", "kl": None}]
    return [
        {
            "text": completion.text[span.char_start : span.char_end],
            "role": _role(span.char_start, span.char_end, mentions, verdicts),
            "kl": None if divergences is None else float(divergences[index]),
        }
        for index, span in enumerate(completion.spans)
        if span.char_end > span.char_start
    ]


def _role(
    start: int, end: int, mentions: Sequence[Mention], verdicts: Mapping[str, Verdict]
) -> str:
    for mention in mentions:
        if mention.start < end and start < mention.end:
            return _ROLES.get(verdicts[mention.id].status, "plain")
    return "plain"
