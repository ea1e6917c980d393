"""Findings with their rules, and the report that holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from unghost.records import MentionKind

Level = Literal["error", "warning", "note"]
RuleId = Literal[
    "ghost", "import-name", "builtin-name", "placeholder", "new", "ignore", "unverified"
]
FailOn = Literal["error", "warning", "never"]
"""From which level on findings fail a scan."""
FAILING: dict[FailOn, tuple[Level, ...]] = {
    "error": ("error",),
    "warning": ("error", "warning"),
    "never": (),
}
Skipped = Literal["links", "environments", "installed", "excluded", "ignored", "lists"]
"""Why something was not read.

- ``links``: a symbolic link, which is not followed;
- ``environments``: a folder that is a Python environment;
- ``installed``: a folder in which tools install what others wrote, such as ``node_modules``;
- ``excluded``: a file that a glob of the settings leaves out;
- ``ignored``: a file or folder that git ignores and does not track;
- ``lists``: a list of requirements that a command reads and that is not a file of the project.
"""
SKIPPED: tuple[Skipped, ...] = get_args(Skipped)
STDIN = "<stdin>"
"""The path of a text that has no file."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of finding.

    Attributes:
        id: Its identifier, which ignores, baselines and SARIF use.
        level: ``error`` and ``warning`` are findings; a ``note`` was not verified.
        title: What it is, in a few words.
        help: What to do.
    """

    id: RuleId
    level: Level
    title: str
    help: str


RULES: dict[RuleId, Rule] = {
    rule.id: rule
    for rule in (
        Rule(
            "ghost",
            "error",
            "The package does not exist",
            "Remove it or take the name that was meant: whoever registers this name gets to run"
            " code wherever it is installed.",
        ),
        Rule(
            "import-name",
            "error",
            "A module's name where a package's belongs",
            "Write the name of the package that provides the module; the module's own name is free"
            " for anyone to register.",
        ),
        Rule(
            "builtin-name",
            "error",
            "Part of the language, not a package",
            "Remove it: it comes with the language, and its name is free for anyone to register.",
        ),
        Rule(
            "placeholder",
            "warning",
            "The registry holds this name to keep others from it",
            "Take the name that was meant: what is there holds no code.",
        ),
        Rule(
            "new",
            "warning",
            "The package is brand-new",
            "Look at who published it: names that models invent get registered by others.",
        ),
        Rule(
            "ignore",
            "warning",
            "An ignore that has no effect",
            "Give it a name, a reason and a date that has not passed, or remove it.",
        ),
        Rule(
            "unverified",
            "note",
            "The package could not be verified",
            "Pull a snapshot ('unghost names pull') or let the registry be asked; name your own"
            " packages under 'private' in the settings.",
        ),
    )
}
"""All rules, the most severe first."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why a finding does not count.

    Attributes:
        by: What says so: a comment beside it, the settings or the baseline.
        reason: The reason given.
        until: The last day (ISO 8601) on which it counts, None for no end.
    """

    by: Literal["comment", "settings", "baseline"]
    reason: str
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One name at one place that is wrong, doubtful, or could not be verified.

    Attributes:
        rule: Which :data:`RULES` it is of.
        name: The name as judged; ``raw`` is how it is written.
        raw: The text at ``start:end``.
        canonical: The canonical form, or the package that a module comes from.
        ecosystem: Such as ``pypi``.
        kind: What kind of place names it.
        path: The file, relative to the report's root with ``/``; ``<stdin>`` for a text.
        line: From 1.
        column: From 1, in characters.
        start: Character offset in the decoded text.
        end: Exclusive.
        text: The line, cut to what can be shown.
        text_column: Column (from 1) of the name in ``text``.
        why: What the verdict rests on, in words.
        suggestions: Real names that may be meant, the likeliest first.
        replacement: What belongs in place of ``raw`` where there is evidence for it, else None.
        first_seen: The day (ISO 8601) on which an existing name was first seen, if known.
        snapshot: The snapshot that said so, ``live`` for a registry, empty for none.
        fingerprint: Stays the same while lines above are edited.
        suppressed: Why it does not count, None if it does.
    """

    rule: RuleId
    name: str
    raw: str
    canonical: str
    ecosystem: str
    kind: MentionKind
    path: str
    line: int
    column: int
    start: int
    end: int
    text: str
    text_column: int
    why: str
    suggestions: tuple[str, ...] = ()
    replacement: str | None = None
    first_seen: str | None = None
    snapshot: str = ""
    fingerprint: str = ""
    suppressed: Suppression | None = None

    @property
    def level(self) -> Level:
        """Return the level of its rule."""
        return RULES[self.rule].level


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read completely, so that names in it were not seen.

    Attributes:
        path: The file or folder, relative to the report's root.
        reason: What happened, in words.
    """

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """A source that names were compared with.

    Attributes:
        ecosystem: Such as ``pypi``.
        snapshot: The snapshot's id, or ``live`` for a registry.
        as_of: The day (ISO 8601) that it is of.
        label: What it is, in words.
    """

    ecosystem: str
    snapshot: str
    as_of: str
    label: str


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a scan.

    Attributes:
        root: The folder that paths are relative to.
        findings: In order of path and place, with those that are suppressed and the notes.
        problems: What was not read.
        files: How many files were read.
        names: How many places name a package.
        sources: What they were compared with.
        left_out: Places that name packages of ecosystems which were not asked for.
        skipped: How many folders, and files that may name packages, were not read, and why.
    """

    root: str
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    files: int
    names: int
    sources: tuple[Source, ...] = ()
    left_out: int = 0
    skipped: Mapping[Skipped, int] = field(default_factory=dict)

    @property
    def active(self) -> tuple[Finding, ...]:
        """Return the errors and warnings that count."""
        return tuple(f for f in self.findings if f.suppressed is None and f.level != "note")

    @property
    def unverified(self) -> tuple[Finding, ...]:
        """Return the notes that count: what could not be verified."""
        return tuple(f for f in self.findings if f.suppressed is None and f.level == "note")

    @property
    def suppressed(self) -> tuple[Finding, ...]:
        """Return what is suppressed."""
        return tuple(f for f in self.findings if f.suppressed is not None)

    def exit_code(self, fail_on: FailOn = "error") -> int:
        """Return the exit code: 1 findings, 3 something not verified, 4 nothing to do, 0 clean.

        Args:
            fail_on: From which level on findings count; ``never`` leaves 3 and 4 as they are.
        """
        if any(finding.level in FAILING[fail_on] for finding in self.active):
            return 1
        if self.unverified or self.problems:
            return 3
        return 4 if not self.files else 0


def fingerprint(finding: Finding, occurrence: int) -> str:
    """A stable id from the kind of finding and the file, not the line: edits above keep it.

    Args:
        finding: The finding.
        occurrence: How many of the same came before it in the file.
    """
    parts: Sequence[str] = (
        finding.rule,
        finding.ecosystem,
        finding.canonical,
        finding.path,
        finding.kind,
        str(occurrence),
    )
    text = "\x1f".join(parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
