"""Domains that a user declares in one TOML file, with no code; see docs/guides/domains.md.

The file is the user's own, as settings are. Its pattern is matched by RE2, whose time is linear in
the text whatever the pattern; what RE2 does not know (back-references, look-around) is refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from unghost.domains.base import BLANKS, Domain, Facts, Mode, Words, says_one_of
from unghost.domains.seeds import Family, Seeds
from unghost.domains.tasks import Task, TaskForm, make_tasks, read_tasks
from unghost.ecosystems.spot import Spot, to_mentions
from unghost.errors import UnghostError, missing_extra
from unghost.mentions.thinking import thinking_end
from unghost.names.building import list_snapshot, read_list
from unghost.names.layout import is_snapshot
from unghost.names.near import nearest
from unghost.names.snapshot import Snapshot
from unghost.names.walk import NormalisedWalk, Walk
from unghost.records import TRUNCATED, Completion, Mention, MentionKind, Prompt, Status, Verdict

_KIND: MentionKind = "prose"
_LONGEST_TEXT = 1_000_000
_LONGEST_NAME = 200
_LONGEST_PATTERN = 1000
_FOLLOWING = (",", ".", ";", ":", "!", "?", ")", "]", "'", '"', "`", "*")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Before(_Table):
    before: str


class _Names(_Table):
    """The names that exist, and how they are written."""

    file: str
    pattern: str
    source: str = ""
    date: str = ""
    complete: bool = True
    ignore_case: bool = False
    separators: str = ""
    fold_runs: bool = False
    followed_by: tuple[str, ...] = _FOLLOWING
    trusted: str | _Before = "all"


class _Ask(_Table):
    questions: tuple[str, ...] = Field(min_length=1)
    long: bool = False
    about: str | None = None


class _Family(_Table):
    words: tuple[str, ...] = Field(min_length=3)
    rare: tuple[str, ...] = ()


class _Discover(_Table):
    families: dict[str, _Family] = {}
    newer: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    idioms: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()


class _Row(_Table):
    task: str | None = None
    name: str | None = None
    keywords: list[str] = []


class Declaration(_Table):
    """The content of the TOML file."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    title: str
    noun: str
    plural: str
    names: _Names
    ask: dict[str, _Ask] = Field(min_length=1)
    hedges: tuple[str, ...] = Field(min_length=1)
    abstentions: tuple[str, ...] = Field(min_length=1)
    tasks: str | tuple[str | _Row, ...]
    discover: _Discover = _Discover()


@dataclass(frozen=True, slots=True)
class Shape:
    """The form of declared names; a :class:`~unghost.names.naming.Naming`.

    Attributes:
        name: The domain's.
        title: The domain's.
        pattern: A compiled RE2 pattern.
        separators: Bytes that count as one, the canonical one first.
        folds_case: Whether upper case counts as lower case, which is canonical.
        folds_runs: Whether a run of separators counts as one.
        terminators: What may follow a name, by the kind of place.
    """

    name: str
    title: str
    pattern: Any
    separators: bytes
    folds_case: bool
    folds_runs: bool
    terminators: Mapping[str, tuple[bytes, ...]]

    def is_valid(self, name: str) -> bool:
        """Return whether a text is of the pattern."""
        return len(name) <= _LONGEST_NAME and _is_text(name) and bool(self.pattern.fullmatch(name))

    def canonical(self, name: str) -> str:
        """Return the one form: lower case, and one separator, where these count alike."""
        if self.folds_case:
            name = "".join(c.lower() if c.isascii() else c for c in name)
        first = self.separators[:1].decode()
        for other in self.separators[1:].decode():
            name = name.replace(other, first)
        if first and self.folds_runs:
            while 2 * first in name:
                name = name.replace(2 * first, first)
        return name

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Return where names stand: matches with no letter or digit right before or after."""
        for match in self.pattern.finditer(text):
            start, end = match.span()
            before, behind = text[max(0, start - 1) : start], text[end : end + 1]
            cut = (before.isalnum() and text[start].isalnum()) or (
                behind.isalnum() and text[end - 1].isalnum()
            )
            if start < end <= start + _LONGEST_NAME and not cut:
                yield start, end


class DeclaredDomain(Domain):
    """A domain of a declaration.

    Args:
        declared: What the file says.
        path: The file; what it names lies beside it.
        universe: A snapshot or a list of names, in place of the declared one.
        suggest: Whether verdicts on absent names carry the nearest real ones.

    Raises:
        UnghostError: The pattern is none, or the names cannot be read or are of another kind.
    """

    def __init__(
        self,
        declared: Declaration,
        path: Path,
        universe: str | None = None,
        *,
        suggest: bool = False,
    ) -> None:
        self.name = declared.name
        self.words = Words(declared.title, declared.noun, declared.plural)
        self.modes = tuple(
            Mode(name, asked.questions, asked.long, asked.about)
            for name, asked in declared.ask.items()
        )
        self.hedges = declared.hedges
        self.seeds = _seeds(declared.discover)
        self.files = {"domain": path}
        self._declared, self._path, self._suggest = declared, path, suggest
        self._shape = shape_of(declared)
        self._abstentions = tuple(" ".join(said.lower().split()) for said in declared.abstentions)
        self._names = self._open(universe)
        self._trusted = self._trust()
        head = self._names.header
        kind = "a complete" if head.complete else "an incomplete"
        label = f"{kind} snapshot of {head.source} ({head.count:,} names)"
        self.facts = Facts(self._names.id, label, self._names.as_of, head.count, head.complete)

    def tasks_path(self, given: str | None) -> Path:
        """See :class:`~unghost.domains.base.Domain`."""
        if given is not None:
            return Path(given)
        tasks = self._declared.tasks
        return self._beside(tasks) if isinstance(tasks, str) else self._path

    def load_tasks(self, path: Path) -> list[Task]:
        """See :class:`~unghost.domains.base.Domain`."""
        form = TaskForm(self._shape, self.words.noun, split_key=self.split_key)
        tasks = self._declared.tasks
        if path != self._path or isinstance(tasks, str):
            return read_tasks(path, form)
        rows = ({"task": t} if isinstance(t, str) else t.model_dump() for t in tasks)
        placed = ((f"{path} task {n}", row) for n, row in enumerate(rows, 1))
        return make_tasks(placed, form, str(path))

    def find(self, prompt: Prompt, completion: Completion) -> list[Mention]:
        """See :class:`~unghost.domains.base.Domain`."""
        if self.mode(prompt.asks) is None:
            return []
        text = _plain(completion.text[:_LONGEST_TEXT])
        begin, end = thinking_end(text), len(text.rstrip())
        cut = completion.finish_reason == "length"
        spots = (
            Spot(
                begin + start,
                begin + stop,
                text[begin + start : begin + stop],
                _KIND,
                self.name,
                evidence=TRUNCATED if cut and begin + stop >= end else "",
            )
            for start, stop in self._shape.places(text[begin:])
        )
        return to_mentions(spots, text, completion.id)

    def verify(self, mentions: Sequence[Mention]) -> list[Verdict]:
        """See :class:`~unghost.domains.base.Domain`."""
        return [self._verdict(mention) for mention in mentions]

    def is_abstention(self, text: str) -> bool:
        """See :class:`~unghost.domains.base.Domain`."""
        return says_one_of(text, self._abstentions)

    def walk(self, kind: MentionKind) -> Walk:
        """See :class:`~unghost.domains.base.Domain`."""
        return NormalisedWalk(self._names.walk(), self._shape)

    def terminators(self, kind: MentionKind) -> tuple[bytes, ...]:
        """See :class:`~unghost.domains.base.Domain`."""
        return (*BLANKS, *self._shape.terminators.get(kind, ()))

    def trusted(self, mention: Mention, verdict: Verdict) -> bool:
        """See :class:`~unghost.domains.base.Domain`."""
        if isinstance(self._trusted, str):
            first_seen = self._names.first_seen(verdict.canonical)
            return first_seen is not None and first_seen < self._trusted
        return self._trusted is None or verdict.canonical in self._trusted

    def _verdict(self, mention: Mention) -> Verdict:
        form = self._shape.canonical(mention.name)
        status: Status = "exists" if form in self._names else "absent"
        said = f"{'' if status == 'exists' else 'not '}in {self._names.id}"
        if status == "absent" and not self.facts.decides_absence:
            status, said = "unknown", f"{said}, which is not complete"
        if mention.evidence == TRUNCATED:
            # The beginning of a name says nothing of the name.
            status, said = "unknown", "it is cut off"
        near: tuple[str, ...] = ()
        if status == "absent" and self._suggest:
            near = nearest(form, self._names, self._names.is_popular)
        return Verdict(
            mention_id=mention.id,
            canonical=form,
            status=status,
            resolved_by="name",
            snapshot_id=self._names.id,
            as_of=self._names.as_of,
            first_seen=self._names.first_seen(form),
            suggestions=near,
            evidence=said,
        )

    def _open(self, universe: str | None) -> Snapshot:
        names = self._declared.names
        path = self._beside(names.file) if universe is None else Path(universe)
        if not is_snapshot(path):
            if not names.date:
                raise UnghostError(
                    f"{self._path}: names.date is missing: of which day is the list?"
                )
            source = names.source or path.name
            return list_snapshot(
                path, self._shape, source=source, date=names.date, complete=names.complete
            )
        snapshot = Snapshot.open(path)
        if snapshot.header.ecosystem != self.name:
            raise UnghostError(
                f"{path} holds names of {snapshot.header.ecosystem}, not of {self.name}: build it"
                f" with 'unghost names build --domain {self._path}'"
            )
        return snapshot

    def _trust(self) -> Collection[str] | str | None:
        """Return the trusted names, or the day before which they must have been there, or None."""
        given = self._declared.names.trusted
        if given == "all":
            return None
        if isinstance(given, _Before):
            self._names.seen_by(given.before)  # refuses what is not a day, and names without days
            return given.before
        entries = read_list(self._beside(given))
        return frozenset(self._shape.canonical(entry.name.strip()) for entry in entries)

    def _beside(self, name: str) -> Path:
        return self._path.parent / name


def open_declared(path: Path, universe: str | None = None) -> DeclaredDomain:
    """Open a domain that a TOML file declares; see :class:`DeclaredDomain`."""
    return DeclaredDomain(read_declaration(path), path, universe)


def read_declaration(path: Path) -> Declaration:
    """Read and check a declaration.

    Raises:
        UnghostError: It cannot be read, or something in it is missing, unknown or of no sense.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnghostError(f"cannot read the domain {path}: {error}") from error
    try:
        return Declaration.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UnghostError(f"{path}: {place}: {first['msg']}") from None


def shape_of(declared: Declaration) -> Shape:
    """Return how the names of a declaration are written.

    Raises:
        UnghostError: The pattern is not of RE2, could match nothing, or separators are not ASCII.
    """
    names = declared.names
    if not names.separators.isascii() or "" in names.followed_by:
        raise UnghostError(f"{declared.name}: names.separators are ASCII, names.followed_by texts")
    return Shape(
        declared.name,
        declared.title,
        _compiled(names.pattern, ignore_case=names.ignore_case),
        names.separators.encode(),
        names.ignore_case,
        names.fold_runs,
        {_KIND: tuple(part.encode() for part in names.followed_by)},
    )


def _compiled(pattern: str, *, ignore_case: bool) -> Any:
    try:
        import re2
    except ImportError as error:
        raise missing_extra(error) or error from None
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    try:
        if len(pattern) > _LONGEST_PATTERN:
            raise UnghostError(f"names.pattern is longer than {_LONGEST_PATTERN} characters")
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if error.args else "unknown"
        raise UnghostError(f"names.pattern is not an RE2 pattern: {reason}") from None
    if compiled.fullmatch(""):
        raise UnghostError("names.pattern matches the empty text: say what a name begins with")
    return compiled


def _seeds(declared: _Discover) -> Seeds:
    if "facts" in declared.families:
        raise UnghostError("discover.families.facts: the given tasks are called so; rename it")
    if any(form.count("{}") != 1 for form in declared.alternatives):
        raise UnghostError("discover.alternatives: each holds {} once, where the task stands")
    return Seeds(
        families=tuple(
            Family(name, family.words, family.rare) for name, family in declared.families.items()
        ),
        newer=declared.newer,
        constraints=declared.constraints,
        idioms=declared.idioms,
        alternatives=declared.alternatives,
    )


def _is_text(name: str) -> bool:
    return _plain(name) == name


def _plain(text: str) -> str:
    """Return a text of equal length without halves of surrogate pairs, which RE2 cannot take."""
    return text.encode("utf-8", "replace").decode()
