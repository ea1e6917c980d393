"""Packages in a model's answer: those that it names, or an abstention."""

from __future__ import annotations

from typing import get_args

from unghost.domains.base import says_one_of
from unghost.mentions.kinds.by_name import Asked
from unghost.mentions.reader import Context, find_in_text
from unghost.records import Mention

ECOSYSTEM = "pypi"
"""What models are asked for."""
_ASKED: dict[str, Asked] = {asked: asked for asked in get_args(Asked)}
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
    text: str, source_id: str, *, asks: str, truncated: bool = False
) -> list[Mention]:
    """Find the packages that an answer names, those of the ecosystem that was asked for.

    Args:
        text: The answer.
        source_id: Id of the completion.
        asks: What was asked for; of answers to anything but packages, requirements and code
            nothing is read.
        truncated: The answer was cut off.
    """
    if asks not in _ASKED:
        return []
    context = Context(asks=_ASKED[asks], ecosystem=ECOSYSTEM, truncated=truncated)
    found = find_in_text(text, source_id, context)
    return [mention for mention in found if mention.ecosystem == ECOSYSTEM]


def is_abstention(text: str) -> bool:
    """Return whether an answer says in words that it knows no package.

    An answer that says so and names one all the same is judged by what it names.
    """
    return says_one_of(text, _REFUSALS)
