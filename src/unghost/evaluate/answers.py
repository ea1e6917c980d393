"""Answers as they are counted: one completion with its mentions and their verdicts, classed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from unghost.domains.base import Domain
from unghost.domains.tasks import Task
from unghost.errors import UnghostError
from unghost.evaluate.loops import collapse
from unghost.mentions.refusal import is_refusal
from unghost.mentions.thinking import thinking_end
from unghost.records import Completion, Mention, Prompt, Verdict, by_source
from unghost.storage.folder import Batch

UNCOUNTED = frozenset({"stdlib", "local"})
"""Statuses of what no list of names could hold, such as built-in modules: never counted."""

AnswerClass = Literal["naming", "uncounted", "abstention", "refusal", "empty", "unparsed"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a prompt that asks for names, with the verdicts on what it names.

    Attributes:
        prompt: What was asked.
        completion: What was answered.
        verdicts: One a mention, in order of appearance, without the repeats of loops
            (:mod:`~unghost.evaluate.loops`).
        kind: ``naming`` (names something that counts), ``uncounted`` (names only what does not),
            ``abstention`` (says that it knows none), ``refusal`` (declines the whole question),
            ``empty``, or ``unparsed`` (some text in which no name was found). Each answer is of
            one class.
        about_own: Whether the model's own answer was asked about.
        task: The task, as its file has it; None if it is not at hand.
        looped: Whether the answer fell into a loop.
    """

    prompt: Prompt
    completion: Completion
    verdicts: tuple[Verdict, ...]
    kind: AnswerClass
    about_own: bool = False
    task: Task | None = None
    looped: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Canonical names that count, whatever their verdict, each once."""
        return _once([v.canonical for v in self.verdicts if v.status not in UNCOUNTED])

    @property
    def valid(self) -> tuple[str, ...]:
        """Canonical names that exist, each once."""
        return _once([v.canonical for v in self.verdicts if v.status == "exists"])

    @property
    def invented(self) -> tuple[str, ...]:
        """Canonical names that do not exist, each once."""
        return _once([v.canonical for v in self.verdicts if v.status == "absent"])

    @property
    def question(self) -> str:
        """The key by which answers of two models are matched.

        It is the prompt's id. A question about the model's own answer differs between models, so
        there it is the request for that answer.
        """
        origin = self.prompt.parent_id or self.prompt.task_id
        return f"{self.prompt.asks} of {origin}" if self.about_own else self.prompt.id

    @property
    def cluster(self) -> str:
        """What its intervals cluster by: the task, or the pair that the task belongs to."""
        pair = self.task.pair if self.task is not None else None
        return pair or self.prompt.task_id

    @property
    def right(self) -> tuple[str, ...]:
        """The right names, the best first; none if none is stated."""
        if self.task is not None and self.task.right:
            return self.task.right
        return () if self.prompt.gold is None else (self.prompt.gold,)

    @property
    def is_right(self) -> bool:
        """True if a right name is among those that exist."""
        return not set(self.right).isdisjoint(self.valid)

    @property
    def is_cut_off(self) -> bool:
        """True if the token limit ended it."""
        return self.completion.finish_reason == "length"

    def count(self, status: str) -> int:
        """Count occurrences of a verdict status."""
        return sum(verdict.status == status for verdict in self.verdicts)


def read_answers(
    prompts: Iterable[Prompt],
    completions: Iterable[Completion],
    mentions: Iterable[Mention],
    verdicts: Iterable[Verdict],
    domain: Domain,
    tasks: Iterable[Task] = (),
) -> list[Answer]:
    """Join records into answers.

    Args:
        prompts: At least those of the completions.
        completions: Those that ended in an error are left out: they are not answers. Those whose
            prompt asks in no mode of the domain are left out too.
        mentions: Those of other sources are skipped.
        verdicts: At least one for each mention of the completions.
        domain: What was asked about.
        tasks: The tasks, where they are at hand; right names, levels and pairs come from them.

    Returns:
        The answers in the order of the completions.

    Raises:
        UnghostError: A completion has no prompt, or a mention no verdict.
    """
    prompt_of = {prompt.id: prompt for prompt in prompts}
    verdict_of = {verdict.mention_id: verdict for verdict in verdicts}
    task_of = {task.id: task for task in tasks}
    mentions_of = by_source(mentions)
    answers = []
    for completion in completions:
        prompt = prompt_of.get(completion.prompt_id)
        if prompt is None:
            raise UnghostError(
                f"completion {completion.id} answers a prompt that is not given:"
                " pass prompts and completions of the same run"
            )
        mode = domain.mode(prompt.asks)
        if mode is None or completion.finish_reason == "error":
            continue
        found = sorted(mentions_of.get(completion.id, []), key=lambda mention: mention.start)
        said, looped = collapse(_judgements(found, verdict_of))
        answers.append(
            Answer(
                prompt=prompt,
                completion=completion,
                verdicts=said,
                kind=_class_of(completion.text, said, domain.is_abstention),
                about_own=mode.about is not None,
                task=task_of.get(prompt.task_id),
                looped=looped,
            )
        )
    return answers


def answers_of(batch: Batch, domain: Domain, tasks: Iterable[Task] = ()) -> list[Answer]:
    """Join the records of a batch into answers; see :func:`read_answers`."""
    records = (batch.prompts, batch.completions, batch.mentions, batch.verdicts)
    return read_answers(*records, domain=domain, tasks=tasks)


def _once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


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
    if any(verdict.status not in UNCOUNTED for verdict in verdicts):
        return "naming"
    if verdicts:
        return "uncounted"
    if not text[thinking_end(text) :].strip():
        return "empty"
    if is_abstention(text):
        return "abstention"
    return "refusal" if is_refusal(text) else "unparsed"
