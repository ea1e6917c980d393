"""A domain's material for new tasks: topic families, and the operators' words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_FORMS: Mapping[int, tuple[str, ...]] = {
    1: ("{}",),
    2: ("{} and {}", "{} with {}", "{} for {}"),
    3: ("{}, {} and {}", "{} with {} and {}"),
}


@dataclass(frozen=True, slots=True)
class Family:
    """A topic family: its usual topics, and rarer ones that a model will have seen less of."""

    name: str
    words: tuple[str, ...]
    rare: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seeds:
    """Topics and words that discovery uses; an operator without words is off.

    Attributes:
        families: Topic families, each of three usual topics or more.
        newer: Things too new for most training data to say much of.
        constraints: What may be asked on top of a topic.
        idioms: Ways of elsewhere that a model likes to carry over, such as ``hooks as in react``.
        alternatives: Forms that ask for something unusual; ``{}`` is the task.
        forms: By the number of keywords, forms of a noun phrase of them.
        answers: Words that only an answer has, such as ``pip``: a text with one is not a task.
        generic: Parts of names that say nothing of a topic.
    """

    families: tuple[Family, ...] = ()
    newer: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    idioms: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    forms: Mapping[int, tuple[str, ...]] = field(default_factory=lambda: _FORMS)
    answers: frozenset[str] = frozenset()
    generic: frozenset[str] = frozenset({"the"})
