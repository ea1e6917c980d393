"""All figures of one model's answers beside its rates, in one object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from unghost.domains.base import Domain
from unghost.domains.tasks import IMPOSSIBLE
from unghost.evaluate.answers import Answer
from unghost.evaluate.inventions import Inventions, Persistence, inventions_of, persistence
from unghost.evaluate.outcomes import Grouping, Outcomes, Twins, outcomes_by, outcomes_of, twins_of
from unghost.evaluate.validity import Validity, validity_of


@dataclass(frozen=True, slots=True)
class Measurement:
    """The figures of one model's answers.

    Attributes:
        validity: What limits the measurement; its warnings come first.
        outcomes: What becomes of the questions.
        by: The same in groups: by ``asks`` (the mode), ``level`` and ``topic`` of the task, and
            ``popularity`` of the right name. A grouping without groups is left out.
        twins: Impossible tasks beside their solvable twins, None without any.
        inventions: The names that were invented.
        persistence: Whether they return; None if nothing was asked again.
        sampled: Outcomes of the sampled answers, None without any.
    """

    validity: Validity
    outcomes: Outcomes
    by: dict[str, dict[str, Outcomes]]
    twins: Twins | None
    inventions: Inventions
    persistence: Persistence | None
    sampled: Outcomes | None

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        data: dict[str, Any] = TypeAdapter(Measurement).dump_python(self, mode="json")
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Measurement:
        """Read what :meth:`to_json` gave."""
        return TypeAdapter(cls).validate_python(data)


def measurement_section(
    answers: Sequence[Answer],
    *,
    sampled: Sequence[Answer] = (),
    domain: Domain | None = None,
    cutoff: str | None = None,
) -> Measurement:
    """Measure one model's answers.

    Impossible tasks are set apart: nobody asks for what does not exist as often as they stand in a
    set of tasks, so they are counted with their twins and by level alone.

    Args:
        answers: One a question, read with their tasks.
        sampled: Further answers to the same questions, drawn with a temperature.
        domain: What says how popular a right name is and how near an invention is to a real name;
            without it neither is told.
        cutoff: The last day of the model's training data, ISO 8601.
    """
    asked, drawn = solvable(answers), solvable(sampled)
    by = outcomes_by(asked, _groupings(domain)) | outcomes_by(answers, {"level": _level})
    return Measurement(
        validity=validity_of(asked, cutoff),
        outcomes=outcomes_of(asked),
        by={name: parts for name, parts in by.items() if parts},
        twins=twins_of(answers),
        inventions=inventions_of(
            asked,
            distances=domain.distances if domain else _unknown,
            elsewhere=domain.elsewhere if domain else _unknown,
        ),
        persistence=persistence(asked, drawn),
        sampled=outcomes_of(drawn) if drawn else None,
    )


def solvable(answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers to tasks that are not known to be impossible."""
    return [answer for answer in answers if _level(answer) != IMPOSSIBLE]


def _level(answer: Answer) -> str | None:
    return answer.task.level if answer.task else None


def _unknown(names: Sequence[str]) -> None:
    """Tell nothing of names."""


def _groupings(domain: Domain | None) -> Grouping:
    def popularity(answer: Answer) -> str | None:
        return domain.popularity(answer.right[0]) if domain and answer.right else None

    return {
        "asks": lambda answer: answer.prompt.asks,
        "topic": lambda answer: answer.task.topic if answer.task else None,
        "popularity": popularity,
    }
