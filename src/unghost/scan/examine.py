"""One file or text: what it names, and which of that needs a second look.

The first look is quick and needs the snapshots alone: what exists, is part of a language or comes
from elsewhere is done with. All else goes on to :mod:`unghost.scan.weigh`, which knows the project.
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
    find_in_file,
    find_in_text,
    is_of_interest,
    unread_part,
)
from unghost.names.universe import Universe, load_universe
from unghost.records import Mention, Status, Verdict
from unghost.scan.included import READ_AS, included_by
from unghost.scan.reading import read_file
from unghost.syntax.text import LONGEST, decode

MOST = 20_000
"""Suspects of one file that are kept; a file with more is no work of people."""
_AROUND = 160
"""Characters of a line that are kept on each side of a name."""
_LONGEST_LINE = 2000
MARK = "unghost:"
"""What a comment to unghost begins with."""
_CLEAN: tuple[Status, ...] = ("exists", "stdlib", "local", "private")
_NAMED = ("install", "manifest")
"""Kinds of places that name packages and never modules."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A mention that is not clean at first sight.

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
    """What became of one file.

    Attributes:
        path: The file.
        names: How many places in it name a package.
        suspects: Those that need a second look.
        left_out: Places of ecosystems that were not asked for.
        problem: In words, why it was not read or not read whole; None if it was.
        read: Whether it is a text that was read at all.
        included: Files that it has a client read, as it names them.
        binding: Whether what installs the file needs them.
    """

    path: str
    names: int = 0
    suspects: tuple[Suspect, ...] = ()
    left_out: int = 0
    problem: str | None = None
    read: bool = True
    included: tuple[str, ...] = ()
    binding: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """How files are looked at; plain values, so that another process can do the same.

    Attributes:
        root: The folder that paths are relative to.
        universes: What :func:`~unghost.names.universe.load_universe` takes, one an ecosystem.
        ecosystems: The ecosystems that are asked for; None for all.
        youngest: Names first seen on this day (ISO 8601) or later are new; None tells no name new.
        as_of: The day of which the universes are taken; None for their own.
        python: See :class:`~unghost.domains.packages.verify.Judge`.
        stamps: Size and time of each universe's file, so that a server that runs for days sees a
            snapshot that was refreshed.
    """

    root: str
    universes: tuple[str, ...] = ()
    ecosystems: frozenset[str] | None = None
    youngest: str | None = None
    as_of: str | None = None
    python: str | None = None
    stamps: tuple[tuple[int, int], ...] = ()


@lru_cache(maxsize=2)
def universes_of(look: Look) -> tuple[Universe, ...]:
    """Open the universes, once a process."""
    return tuple(load_universe(name, as_of=look.as_of) for name in look.universes)


@lru_cache(maxsize=2)
def _judge(look: Look) -> Judge:
    return Judge(*universes_of(look), python=look.python, suggest=False)


def examine_mentions(mentions: Iterable[Mention], look: Look) -> list[Suspect]:
    """Judge mentions that no text stands around, all of them, by the snapshots alone."""
    judge = _judge(look)
    return [Suspect(mention, judge(mention), mention.raw, 1) for mention in mentions]


def examine_file(path: str, look: Look) -> Examined:
    """Look at a file; never raises because of what is in it."""
    data = read_file(Path(look.root) / path, LONGEST + 1)
    if isinstance(data, str):
        return Examined(path, problem=data, read=False)
    if not is_of_interest(path):
        # It was named, so it is no accident that it is here: an answer in a file of any name.
        text = decode(data)
        if text is None:
            return Examined(path, problem="it is no text", read=False)
        return examine_text(text, path, look)
    mentions = find_in_file(data, path)
    text = (decode(data) or "") if mentions else ""
    examined = _examined(path, text, mentions, look)
    included = included_by(data, path)
    problem = unread_part(data, path) or included.problem or examined.problem
    return replace(examined, problem=problem, included=included.names, binding=included.binding)


def examine_included(path: str, look: Look) -> Examined:
    """Look at a file that another one has a client read as a list of what to install."""
    data = read_file(Path(look.root) / path, LONGEST + 1)
    if isinstance(data, str):
        return Examined(path, problem=data, read=False)
    text = decode(data)
    if text is None:
        return Examined(path, problem="it is binary, though it is included as a list", read=False)
    examined = examine_text(text, path, look, Context(path=READ_AS))
    included = included_by(data, path, as_list=True)
    problem = unread_part(data, READ_AS) or included.problem or examined.problem
    return replace(examined, problem=problem, included=included.names, binding=included.binding)


def examine_text(text: str, path: str, look: Look, context: Context = NOTHING) -> Examined:
    """Look at a text that is no file: an answer, a command, or what is pasted."""
    return _examined(path, text, find_in_text(text, path, context), look)


def _examined(path: str, text: str, mentions: Collection[Mention], look: Look) -> Examined:
    wanted = [m for m in mentions if look.ecosystems is None or m.ecosystem in look.ecosystems]
    judge, lines = _judge(look), _Lines(text)
    suspects: list[Suspect] = []
    for mention in wanted:
        verdict = judge(mention)
        if is_clean(mention, verdict, look.youngest):
            continue
        if len(suspects) == MOST:
            problem = f"more than {MOST:,} names are doubtful; only the first are told"
            break
        suspects.append(lines.suspect(mention, verdict))
    else:
        problem = None
    left_out = len(mentions) - len(wanted)
    return Examined(path, len(wanted), tuple(suspects), left_out, problem)


def is_clean(mention: Mention, verdict: Verdict, youngest: str | None) -> bool:
    """Return whether a verdict needs no second look."""
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

    def suspect(self, mention: Mention, verdict: Verdict) -> Suspect:
        begin, end = self._line(mention.start)
        left, right = max(begin, mention.start - _AROUND), min(end, mention.end + _AROUND)
        line = self._text[left:right].rstrip("\r")
        comments = self._comments(begin, end)
        return Suspect(mention, verdict, line, mention.start - left + 1, comments)

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
