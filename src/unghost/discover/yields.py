"""The yield of discovery in a round, by arm (seed family and operator)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from unghost.records import Prompt
from unghost.storage.folder import Batch


def discover_figures(found: Batch, new: Collection[str]) -> dict[str, Any]:
    """Sum up what discovery brought in a round, arm by arm (seed family and operator).

    A new ghost counts for the arm that met it first, so that the arms add up to the round.

    Args:
        found: All batches of the round, in the order of the plan.
        new: The distinct ghosts that no earlier round had met.
    """
    prompt_of = {prompt.id: prompt for prompt in found.prompts}
    source_of = {mention.id: mention.source_id for mention in found.mentions}
    arm_of = {c.id: _arm(prompt_of[c.prompt_id]) for c in found.completions}
    met_by: dict[str, str] = {}
    for verdict in found.verdicts:
        if verdict.status == "absent" and verdict.canonical in new:
            met_by.setdefault(verdict.canonical, arm_of[source_of[verdict.mention_id]])
    ghosts = Counter(met_by.values())
    tokens: Counter[str] = Counter()
    for completion in found.completions:
        tokens[arm_of[completion.id]] += len(completion.token_ids or ())
    prompts = Counter(_arm(prompt) for prompt in found.prompts)
    return {
        "prompts": len(found.prompts),
        "completions": len(found.completions),
        "new_ghosts": len(new),
        "yield": 1000 * len(new) / max(1, tokens.total()),
        "arms": [
            {
                "arm": arm,
                "prompts": count,
                "new_ghosts": ghosts[arm],
                "yield": 1000 * ghosts[arm] / max(1, tokens[arm]),
            }
            for arm, count in sorted(prompts.items())
        ],
    }


def _arm(prompt: Prompt) -> str:
    return f"{prompt.family} / {prompt.operator}"
