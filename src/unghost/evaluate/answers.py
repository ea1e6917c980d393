"""Answers as they are counted: one completion with its mentions and their verdicts, classed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from unghost.errors import UnghostError
from unghost.mentions.thinking import thinking_end
from unghost.records import Completion, Mention, Prompt, Verdict, by_source

ASKS_FOR_NAMES = ("packages", "requirements", "code")
"""Kinds of prompt whose answers are expected to name packages; all others are left out."""
NOT_PACKAGES = frozenset({"stdlib", "local"})
"""Statuses that no package index could answer: never counted as names of packages."""

AnswerClass = Literal["naming", "no-package", "abstention", "empty", "unparsed"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a prompt that asks for names, with what is said of each of its mentions.

    Attributes:
        prompt: What was asked.
        completion: What was answered.
        verdicts: One a mention, in order of appearance.
        kind: ``naming`` (names at least one package), ``no-package`` (only modules of the standard
            library or local ones), ``abstention`` (says that it knows none), ``empty``, or
            ``unparsed`` (some text in which no name was found). Each answer is of one class.
    """

    prompt: Prompt
    completion: Completion
    verdicts: tuple[Verdict, ...]
    kind: AnswerClass

    @property
    def names(self) -> tuple[str, ...]:
        """Canonical names of packages, one an occurrence, whatever their verdict."""
        return tuple(v.canonical for v in self.verdicts if v.status not in NOT_PACKAGES)

    @property
    def valid(self) -> tuple[str, ...]:
        """Canonical names that exist, one an occurrence."""
        return tuple(v.canonical for v in self.verdicts if v.status == "exists")

    @property
    def question(self) -> str:
        """What makes answers of two models answers to the same question.

        The prompt's id; but a question about the model's own code differs from model to model, so
        there it is the request for that code.
        """
        own_code = self.prompt.asks == "requirements"
        origin = self.prompt.parent_id or self.prompt.task_id
        return f"requirements of {origin}" if own_code else self.prompt.id

    @property
    def is_right(self) -> bool:
        """Whether the right package is among the names that exist."""
        return self.prompt.gold is not None and self.prompt.gold in self.valid

    def count(self, status: str) -> int:
        """Count occurrences of a verdict status."""
        return sum(verdict.status == status for verdict in self.verdicts)


def read_answers(
    prompts: Iterable[Prompt],
    completions: Iterable[Completion],
    mentions: Iterable[Mention],
    verdicts: Iterable[Verdict],
    *,
    is_abstention: Callable[[str], bool] | None = None,
) -> list[Answer]:
    """Join records into answers.

    Args:
        prompts: At least those of the completions.
        completions: Those that ended in an error are left out: they are no answers. Those whose
            prompt asks for a task or a text are left out too.
        mentions: Those of other sources are passed over.
        verdicts: At least one for each mention of the completions.
        is_abstention: Whether a text says that it knows no package; by default
            :func:`unghost.domains.packages.answers.is_abstention`.

    Returns:
        The answers in the order of the completions.

    Raises:
        UnghostError: A completion has no prompt, or a mention no verdict.
    """
    prompt_of = {prompt.id: prompt for prompt in prompts}
    verdict_of = {verdict.mention_id: verdict for verdict in verdicts}
    mentions_of = by_source(mentions)
    abstains = is_abstention or _default_abstention()
    answers = []
    for completion in completions:
        prompt = prompt_of.get(completion.prompt_id)
        if prompt is None:
            raise UnghostError(
                f"completion {completion.id} answers a prompt that is not given:"
                " pass prompts and completions of the same run"
            )
        if prompt.asks not in ASKS_FOR_NAMES or completion.finish_reason == "error":
            continue
        found = sorted(mentions_of.get(completion.id, []), key=lambda mention: mention.start)
        said = _judgements(found, verdict_of)
        kind = _class_of(completion.text, said, abstains)
        answers.append(Answer(prompt, completion, said, kind))
    return answers


def _default_abstention() -> Callable[[str], bool]:
    from unghost.domains.packages.answers import is_abstention

    return is_abstention


def _judgements(found: Sequence[Mention], verdicts: dict[str, Verdict]) -> tuple[Verdict, ...]:
    try:
        return tuple(verdicts[mention.id] for mention in found)
    except KeyError as error:
        raise UnghostError(
            f"mention {error.args[0]} has no verdict: verify all mentions before measuring"
        ) from None


def _class_of(
    text: str, verdicts: Sequence[Verdict], is_abstention: Callable[[str], bool]
) -> AnswerClass:
    if any(verdict.status not in NOT_PACKAGES for verdict in verdicts):
        return "naming"
    if verdicts:
        return "no-package"
    if not text[thinking_end(text) :].strip():
        return "empty"
    return "abstention" if is_abstention(text) else "unparsed"
