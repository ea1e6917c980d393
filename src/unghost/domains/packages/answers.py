"""What an answer of a model says of packages: those that it names, or that it knows none."""

from __future__ import annotations

from unghost.mentions.reader import Context, find_in_text
from unghost.mentions.thinking import thinking_end
from unghost.records import Asks, Mention

ECOSYSTEM = "pypi"
"""What models are asked for."""
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
    text: str, source_id: str, *, asks: Asks, truncated: bool = False
) -> list[Mention]:
    """Find the packages that an answer names, those of the ecosystem that was asked for.

    Args:
        text: The answer.
        source_id: Id of the completion.
        asks: What was asked for; of answers to anything but packages, requirements and code
            nothing is read.
        truncated: The answer was cut off.
    """
    if asks not in ("packages", "requirements", "code"):
        return []
    context = Context(asks=asks, ecosystem=ECOSYSTEM, truncated=truncated)
    found = find_in_text(text, source_id, context)
    return [mention for mention in found if mention.ecosystem == ECOSYSTEM]


def is_abstention(text: str) -> bool:
    """Return whether an answer says in words that it knows no package.

    An answer that says so and names one all the same is judged by what it names.
    """
    said = " ".join(text[thinking_end(text) :].lower().replace("\u2019", "'").split())
    return any(refusal in said for refusal in _REFUSALS)
