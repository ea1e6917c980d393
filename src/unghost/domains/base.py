"""The base of a domain: one kind of names that models invent, and all that a run needs of it.

A domain says how a model is asked for its names, finds them in answers, says which exist, and lends
its words to the report. Everything outside of ``domains`` knows it by this class alone.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from unghost.domains.seeds import Seeds
from unghost.domains.tasks import Task
from unghost.errors import UnghostError
from unghost.mentions.thinking import thinking_end
from unghost.names.walk import Walk
from unghost.records import (
    Completion,
    Mention,
    MentionKind,
    Message,
    Prompt,
    Split,
    Verdict,
    record_id,
    split_of,
    unit_hash,
)

BLANKS = (b"\n", b"\r", b" ", b"\t")
"""What may follow a finished name anywhere."""
NOT_MODES = frozenset({"task", "text"})
"""What prompts ask for that are of no domain: a new task, or anything else."""
_FIELD = re.compile(r"\{(task|text)\}")


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to ask for names.

    Attributes:
        name: As it stands in ``Prompt.asks`` and in figures.
        questions: Wordings with ``{task}``, or with ``{text}`` where another answer is asked about;
            which one a prompt gets is drawn by a hash of its id.
        long: Whether the answer is a longer text that names things in passing, such as code: asked
            for a share of the tasks and sampled with settings of its own.
        about: The mode whose answer is asked about, by the model that gave it; None for the task.
        title: What reports call it; empty for its name.
        optional: Whether it is asked only where it is named.
    """

    name: str
    questions: tuple[str, ...]
    long: bool = False
    about: str | None = None
    title: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a report.

    Attributes:
        title: What is named, in the plural, as a heading has it.
        noun: One of them.
        plural: Several of them.
        statuses: Words for verdicts beside ``exists``, ``absent`` and ``unknown``.
        resolved: Words for how a name exists that is not there under the very name.
        uncounted: Of an answer whose names are all of a kind that no universe could hold.
    """

    title: str
    noun: str
    plural: str
    statuses: Mapping[str, str] = field(default_factory=dict)
    resolved: Mapping[str, str] = field(default_factory=dict)
    uncounted: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the words as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Facts:
    """The names that a run treats as existing.

    Attributes:
        id: Names the snapshot and how it is used.
        label: Says in words what stands at every figure.
        as_of: Day of the names, ISO 8601.
        count: Number of names.
        complete: Whether all names of that day are there.
        closed_world: For this run nothing else exists, whatever the snapshot says of itself.
    """

    id: str
    label: str
    as_of: str
    count: int
    complete: bool
    closed_world: bool = False

    @property
    def decides_absence(self) -> bool:
        """True if a name that is not there is absent, False if it is only unknown."""
        return self.complete or self.closed_world

    def to_json(self) -> dict[str, Any]:
        """Return what the report says of them."""
        return {key: value for key, value in asdict(self).items() if key != "id"}


class Domain(ABC):
    """One kind of names that models invent.

    Attributes:
        name: By which it is asked for.
        words: The words of its reports.
        modes: The ways of asking. The first decides whether a task is answered well; long ones ask
            about a share of the tasks; those about another mode's answers follow it.
        hedges: What may stand after a question, to hear whether the model knows its own limits.
        seeds: Where discovery starts.
        facts: What exists.
        files: Files that decide results beside tasks and snapshot, by what run.json calls them.
    """

    name: str
    words: Words
    modes: tuple[Mode, ...]
    hedges: tuple[str, ...]
    seeds: Seeds
    facts: Facts
    files: Mapping[str, Path] = {}

    # ---- what a domain must say ----------------------------------------------------------------

    @abstractmethod
    def tasks_path(self, given: str | None) -> Path:
        """Return where the tasks lie: in the file given, or the domain's own."""

    @abstractmethod
    def load_tasks(self, path: Path) -> list[Task]:
        """Read tasks.

        Raises:
            UnghostError: The file cannot be read, or holds something else.
        """

    @abstractmethod
    def find(self, prompt: Prompt, completion: Completion) -> list[Mention]:
        """Find what a completion names; one cut off at the answer's end is marked so."""

    @abstractmethod
    def verify(self, mentions: Sequence[Mention]) -> list[Verdict]:
        """Judge mentions, one verdict each, in their order."""

    @abstractmethod
    def is_abstention(self, text: str) -> bool:
        """Return whether an answer says in words that the model knows no name."""

    @abstractmethod
    def walk(self, kind: MentionKind) -> Walk:
        """Walk the names that may stand at a kind of place, byte by byte as a text has them."""

    @abstractmethod
    def trusted(self, mention: Mention, verdict: Verdict) -> bool:
        """Return whether a name that exists may be reinforced where it stands.

        Names are registered because models invent them, so existing is not enough.
        """

    def terminators(self, kind: MentionKind) -> tuple[bytes, ...]:
        """Return what may follow a finished name at a kind of place; the answer's end always may.

        ``kind`` is the kind of place.
        """
        return BLANKS

    def joiners(self, kind: MentionKind) -> bytes:
        """Return the bytes that, after a whole name, begin a part of it that no walk need know."""
        return b""

    def split_key(self, canonical: str) -> str:
        """Return what the split of a name is drawn by; names of one key are of one split."""
        return canonical

    def popularity(self, canonical: str) -> str | None:
        """Return the class of popularity of a real name, in words; None if nobody knows it."""
        return None

    def distances(self, names: Sequence[str]) -> list[int | None] | None:
        """Return the edits from invented names to the nearest real ones.

        None for a name that no real one resembles; None in all if this is not told of such names.
        """
        return None

    def elsewhere(self, names: Sequence[str]) -> list[tuple[str, ...]] | None:
        """Return for invented names the other kinds of names, such as ecosystems, that have them.

        None if no list of another kind is at hand.
        """
        return None

    # ---- what follows from it ------------------------------------------------------------------

    def split_of(self, canonical: str) -> Split:
        """Return the split that a name, and so every task whose right answer it is, belongs to."""
        return split_of(self.split_key(canonical))

    def mode(self, name: str) -> Mode | None:
        """Return the mode of a name, None if it is not one of the domain's."""
        return next((mode for mode in self.modes if mode.name == name), None)

    @property
    def asked(self) -> tuple[Mode, ...]:
        """The modes that ask about a task unless others are named."""
        return tuple(mode for mode in self.modes if mode.about is None and not mode.optional)

    @property
    def following(self) -> tuple[Mode, ...]:
        """The modes that ask about the model's own answers."""
        return tuple(mode for mode in self.modes if mode.about is not None)

    def check(self) -> None:
        """Refuse modes that cannot be asked.

        Raises:
            UnghostError: A mode has no wording or a name that is taken, or it is about nothing,
                or about what another one is about.
        """
        names = [mode.name for mode in self.modes]
        if not names or self.modes[0].about is not None:
            raise UnghostError(f"the domain {self.name} needs a first mode that asks about a task")
        for mode in self.modes:
            wanted = "{task}" if mode.about is None else "{text}"
            if names.count(mode.name) > 1 or mode.name in NOT_MODES:
                raise UnghostError(f"the mode {mode.name} of {self.name} needs another name")
            if not mode.questions or any(wanted not in asked for asked in mode.questions):
                raise UnghostError(f"every question of the mode {mode.name} must hold {wanted}")
            if mode.about is not None and mode.about not in {m.name for m in self.asked}:
                raise UnghostError(
                    f"the mode {mode.name} is about {mode.about}, which is not asked"
                )
        about = [mode.about for mode in self.following]
        for name in about:
            if about.count(name) > 1:
                raise UnghostError(f"two modes of {self.name} are about {name}: keep one of them")

    def ask(
        self,
        task_text: str,
        *,
        asks: str,
        task_id: str,
        family: str,
        operator: str,
        split: str,
        gold: str | None = None,
        parent_id: str | None = None,
        text: str | None = None,
    ) -> Prompt:
        """Build the prompt about a task; a hash of the prompt's id chooses the wording.

        Args:
            task_text: The task.
            asks: Name of the mode.
            task_id: Id of the base task.
            family: Seed family.
            operator: What made the task.
            split: The task's split.
            gold: Canonical form of the right name.
            parent_id: The prompt or task that this one came from.
            text: The model's own answer, for a mode that asks about one.

        Raises:
            UnghostError: The mode is unknown, lacks a text that it needs, or has a needless one.
        """
        mode = self.mode(asks)
        if mode is None or (mode.about is None) != (text is None):
            raise UnghostError(
                f"no question asks for {asks} {'without' if text is None else 'of'} a text"
            )
        parts = (task_id, asks, operator, parent_id or "", task_text, text or "")
        identity = record_id("prompt", *parts)
        drawn = unit_hash(b"unghost-question-v1:", identity)
        wording = mode.questions[int(drawn * len(mode.questions))]
        filled = {"task": task_text, "text": text or ""}
        return Prompt(
            id=identity,
            task_id=task_id,
            messages=(Message("user", _FIELD.sub(lambda match: filled[match[1]], wording)),),
            asks=asks,
            task=task_text,
            family=family,
            operator=operator,
            split=split,
            parent_id=parent_id,
            gold=gold,
        )

    def hedge(self, prompt: Prompt) -> Prompt:
        """Build the hedged prompt: the same question, with leave to abstain.

        Which of the hedges stands after the question is chosen by a hash of the prompt's id.
        """
        chosen = self.hedges[int(unit_hash(b"unghost-hedge-v1:", prompt.id) * len(self.hedges))]
        *before, last = prompt.messages
        gap = "\n" if "\n" in last.content else " "
        return replace(
            prompt,
            id=record_id("hedged", prompt.id),
            messages=(*before, Message(last.role, f"{last.content}{gap}{chosen}")),
            operator="hedge",
            parent_id=prompt.id,
        )

    def expected_follow_ups(self, prompts: Sequence[Prompt]) -> int:
        """Return how many follow-ups prompts lead to if each is answered with names, once."""
        about = {mode.about for mode in self.following}
        return sum(prompt.asks in about for prompt in prompts)

    def follow_up(
        self, prompts: Sequence[Prompt], completions: Iterable[Completion]
    ) -> list[Prompt]:
        """Build prompts about the model's own answers: one for each different answer and mode.

        Args:
            prompts: Prompts of any mode; only those that a mode is about count.
            completions: Answers to them.

        Returns:
            In the order of the prompts and samples; none for answers that are empty or only say
            that the model knows no name.
        """
        modes = {mode.about: mode for mode in self.following}
        rank = {prompt.id: n for n, prompt in enumerate(prompts) if prompt.asks in modes}
        answers = (c for c in completions if c.prompt_id in rank and _said(c))
        asked: dict[str, Prompt] = {}
        for completion in sorted(answers, key=lambda c: (rank[c.prompt_id], c.sample)):
            origin = prompts[rank[completion.prompt_id]]
            if self.is_abstention(completion.text) and not self.find(origin, completion):
                continue
            prompt = self.ask(
                origin.task,
                asks=modes[origin.asks].name,
                task_id=origin.task_id,
                family=origin.family,
                operator=origin.operator,
                split=origin.split,
                gold=origin.gold,
                parent_id=origin.id,
                text=_said(completion),
            )
            asked.setdefault(prompt.id, prompt)
        return list(asked.values())


def says_one_of(text: str, sentences: Collection[str]) -> bool:
    """Return whether an answer, its thinking aside, says one of some sentences in lower case."""
    said = " ".join(text[thinking_end(text) :].lower().replace("\u2019", "'").split())
    return any(sentence in said for sentence in sentences)


def _said(completion: Completion) -> str:
    return completion.text[thinking_end(completion.text) :].strip()
