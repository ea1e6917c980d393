"""Packages in a model's answer: those that it names, or an abstention."""

from __future__ import annotations

from unghost.domains.base import says_one_of
from unghost.mentions.kinds.by_name import Asked
from unghost.mentions.reader import Context, find_in_text
from unghost.records import Mention

_REFUSALS = (
    "know no package",
    "know of no package",
    "do not know any package",
    "don't know any package",
    "do not know a package",
    "don't know a package",
    "not aware of any package",
    "no package is needed",
    "no packages are needed",
    "no external packages",
    "there is no package",
    "there are no packages",
)


def find_in_answer(
    text: str, source_id: str, *, asks: Asked, ecosystem: str, truncated: bool = False
) -> list[Mention]:
    """Find the packages that an answer names, those of the ecosystem that was asked for.

    Args:
        text: The answer.
        source_id: Id of the completion.
        asks: What was asked for.
        ecosystem: Of which ecosystem.
        truncated: The answer was cut off.
    """
    context = Context(asks=asks, ecosystem=ecosystem, truncated=truncated)
    found = find_in_text(text, source_id, context)
    return [mention for mention in found if mention.ecosystem == ecosystem]


def is_abstention(text: str) -> bool:
    """Return whether an answer says in words that it knows no package.

    An answer that says so and names one all the same is judged by what it names.
    """
    return says_one_of(text, _REFUSALS)
