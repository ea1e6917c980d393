"""Examination of one file or text: its names, and those not clean by the snapshots alone.

What exists, is part of a language or comes from elsewhere is done with. All else is a candidate for
:mod:`unghost.scan.judging.resolve`, which knows the project.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from unghost.domains.packages.verify import Judge
from unghost.mentions.reader import (
    NOTHING,
    Context,
    find_in_text,
    is_of_interest,
    unread_part,
)
from unghost.records import Mention, Status, Verdict
from unghost.scan.context import ScanContext, universes_of
from unghost.scan.reading.included import included_by
from unghost.syntax.text import LONGEST, decode, read_file

MOST = 20_000
"""Candidates of one file that are kept; no person writes a file with more."""
_AROUND = 160
"""Characters of a line that are kept on each side of a name."""
_LONGEST_LINE = 2000
MARK = "unghost:"
"""What a comment to unghost begins with."""
_CLEAN: tuple[Status, ...] = ("exists", "stdlib", "local", "private")
_NAMED = ("install", "manifest")
"""Kinds of places that name packages and never modules."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mention that is not clean by the snapshots alone.

    Attributes:
        mention: The mention.
        verdict: What the snapshots say.
        line: Its line, cut to what can be shown.
        column: Column (from 1) of the name in ``line``.
        comments: The whole line and the line before it where they may hold an ignore.
    """

    mention: Mention
    verdict: Verdict
    line: str
    column: int
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """The result of one file.

    Attributes:
        path: The file.
        names: How many places in it name a package.
        candidates: Those that need a second context.
        left_out: Places of ecosystems that are not scanned.
        problem: In words, why it could not be read completely; None if it was.
        read: Whether it is a text that was read at all.
        included: Files that it has a client read, as it names them.
        read_as: The file name that these are read as.
        binding: Whether what installs the file needs them.
    """

    path: str
    names: int = 0
    candidates: tuple[Candidate, ...] = ()
    left_out: int = 0
    problem: str | None = None
    read: bool = True
    included: tuple[str, ...] = ()
    read_as: str = ""
    binding: bool = False


@lru_cache(maxsize=2)
def _judge(context: ScanContext) -> Judge:
    return Judge(*universes_of(context), versions=dict(context.versions), suggest=False)


def examine_mentions(mentions: Iterable[Mention], context: ScanContext) -> list[Candidate]:
    """Judge mentions that no text stands around, all of them, by the snapshots alone."""
    judge = _judge(context)
    return [Candidate(mention, judge(mention), mention.raw, 1) for mention in mentions]


def examine_file(path: str, context: ScanContext, read_as: str = "") -> Examined:
    """Examine a file; never raises because of what is in it.

    Args:
        path: The file.
        context: What names are compared with.
        read_as: The file name that it is read as, if another file includes it as a list of what to
            install.
    """
    data = read_file(Path(context.root) / path, LONGEST + 1)
    if isinstance(data, str):
        return Examined(path, problem=data, read=False)
    text, name = decode(data), read_as or path
    if not is_of_interest(name):
        # It was named on purpose, so it is read: an answer in a file of any name.
        if text is None:
            return Examined(path, problem="it is not a text", read=False)
        return examine_text(text, path, context)
    if text is None:
        if read_as:
            problem = "it is binary, although it is included as a list"
            return Examined(path, problem=problem, read=False)
        return Examined(path, problem=unread_part(data, path))
    examined = examine_text(text, path, context, Context(path=name))
    files = included_by(data, text, path, read_as)
    return replace(
        examined,
        problem=unread_part(data, name) or files.problem or examined.problem,
        included=files.names,
        read_as=files.read_as,
        binding=files.binding,
    )


def examine_text(text: str, path: str, context: ScanContext, about: Context = NOTHING) -> Examined:
    """Examine a text without a file: an answer, a command, or pasted text."""
    return _examined(path, text, find_in_text(text, path, about), context)


def _examined(
    path: str, text: str, mentions: Collection[Mention], context: ScanContext
) -> Examined:
    wanted = [
        m for m in mentions if context.ecosystems is None or m.ecosystem in context.ecosystems
    ]
    judge, lines = _judge(context), _Lines(text)
    candidates: list[Candidate] = []
    for mention in wanted:
        verdict = judge(mention)
        if is_clean(mention, verdict, context.youngest):
            continue
        if len(candidates) == MOST:
            problem = f"more than {MOST:,} names are doubtful; only the first are reported"
            break
        candidates.append(lines.candidate(mention, verdict))
    else:
        problem = None
    left_out = len(mentions) - len(wanted)
    return Examined(path, len(wanted), tuple(candidates), left_out, problem)


def is_clean(mention: Mention, verdict: Verdict, youngest: str | None) -> bool:
    """Return whether a verdict needs no second context."""
    if verdict.status not in _CLEAN or is_mix_up(mention, verdict):
        return False
    return not is_new(verdict, youngest)


def is_mix_up(mention: Mention, verdict: Verdict) -> bool:
    """Return whether a place for packages names a module, of a package or of the language."""
    if mention.kind not in _NAMED or mention.origin != "registry":
        return False
    return verdict.status == "stdlib" or (
        verdict.status == "exists" and verdict.resolved_by == "import-map"
    )


def is_new(verdict: Verdict, youngest: str | None) -> bool:
    """Return whether an existing name was first seen too lately to be trusted."""
    if youngest is None or verdict.status != "exists" or verdict.first_seen is None:
        return False
    return verdict.first_seen >= youngest


class _Lines:
    """The lines of a text around mentions; of a line without end only what is near is looked at."""

    def __init__(self, text: str) -> None:
        self._text = text

    def candidate(self, mention: Mention, verdict: Verdict) -> Candidate:
        begin, end = self._line(mention.start)
        left, right = max(begin, mention.start - _AROUND), min(end, mention.end + _AROUND)
        line = self._text[left:right].rstrip("\r")
        comments = self._comments(begin, end)
        return Candidate(mention, verdict, line, mention.start - left + 1, comments)

    def _line(self, place: int) -> tuple[int, int]:
        near = max(place - _LONGEST_LINE, 0)
        begin = self._text.rfind("\n", near, place)
        end = self._text.find("\n", place, place + _LONGEST_LINE)
        return begin + 1 if begin >= 0 else near, end if end >= 0 else place + _LONGEST_LINE

    def _comments(self, begin: int, end: int) -> tuple[str, ...]:
        """Return the line, and the one before it, where they speak to unghost."""
        lines = [self._text[begin:end]]
        if begin and self._text[begin - 1] == "\n":
            lines.append(self._text[slice(*self._line(begin - 1))])
        return tuple(line for line in lines if MARK in line)
