"""Scanning from end to end: files or a text in, a report out."""

from __future__ import annotations

import os
import posixpath
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from unghost.mentions.kinds.by_name import Asked
from unghost.mentions.reader import Context
from unghost.scan.context import ScanContext
from unghost.scan.finding import STDIN, Problem, Report, Skipped
from unghost.scan.judging.resolve import LONGEST_WAIT
from unghost.scan.pipeline import Pipeline
from unghost.scan.reading.examine import (
    Candidate,
    Examined,
    examine_file,
    examine_text,
)
from unghost.scan.reading.included import is_list, places
from unghost.scan.reading.listing import Listing, find_root, leads_out, list_files, matches
from unghost.scan.settings import ScanSettings

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""
_MUCH_BYTES, _MUCH_FILES = 2_000_000, 1_000


def scan_files(
    paths: Sequence[Path],
    settings: ScanSettings,
    *,
    root: Path | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> Report:
    """Scan files and folders.

    Args:
        paths: Files and folders; a folder's files are those that git would not leave out.
        settings: The settings of the scan.
        root: The project's folder; None finds it.
        processes: How many processes may read files.
        progress: See :data:`Progress`.

    Raises:
        UnghostError: A path does not exist, or a universe or the baseline cannot be read.
    """
    root = find_root(paths) if root is None else root
    wanted = list_files(root, paths, exclude=settings.exclude)
    whole = any(os.path.abspath(path) == str(root) for path in paths)
    # What is wrong with a universe is said before anything is read.
    pipeline = Pipeline(root, settings, files=(lambda: wanted.files) if whole else None)
    examined = _told(
        _examined(wanted.wanted, pipeline.context, processes), len(wanted.wanted), progress
    )
    lists = _Lists(pipeline.context, wanted, settings.exclude)
    report = _report(lists.behind(examined), wanted.problems, pipeline, progress)
    return replace(report, skipped=wanted.skipped + lists.skipped)


def scan_text(
    text: str,
    settings: ScanSettings,
    *,
    root: Path | None = None,
    path: str = STDIN,
    language: str | None = None,
    asks: Asked | None = None,
    within: float = LONGEST_WAIT,
    progress: Progress | None = None,
) -> Report:
    """Scan a text without a file: an answer, a command, or pasted text.

    Args:
        text: The text.
        settings: The settings of the scan.
        root: The project's folder, whose own names are not ghosts; None for the current one's.
        path: What the report calls the text.
        language: What the text is, as the language of a fenced block or a file's name; None lets
            the text itself tell.
        asks: What the question asked for that the text answers, None if nobody knows; see
            :class:`~unghost.mentions.reader.Context`.
        within: Seconds that registries may take in all.
        progress: See :data:`Progress`.

    Raises:
        UnghostError: A universe or the baseline cannot be read.
    """
    root = find_root([Path.cwd()]) if root is None else root
    pipeline = Pipeline(root, settings, within=within)
    about = Context(language=language, asks=asks)
    examined = examine_text(text, path, pipeline.context, about)
    return _report([examined], (), pipeline, progress)


def _examined(paths: Sequence[str], context: ScanContext, processes: int) -> Iterator[Examined]:
    if processes > 1 and _is_much(paths, Path(context.root)):
        from unghost.scan.reading.pool import examine_all

        return examine_all(paths, context, processes)
    return (examine_file(path, context) for path in paths)


class _Lists:
    """Examines the lists that files include, whatever their names, even git-ignored ones.

    Args:
        context: What names are compared with.
        wanted: What is to be scanned.
        exclude: Globs of paths that are not scanned.

    Attributes:
        skipped: Lists that were not read, and why.
    """

    def __init__(self, context: ScanContext, wanted: Listing, exclude: Collection[str]) -> None:
        self.skipped: Counter[Skipped] = Counter()
        self._context, self._root, self._exclude = context, Path(context.root), exclude
        self._wanted, self._files = frozenset(wanted.wanted), wanted.files
        self._done: set[str] = set()

    def behind(self, examined: Iterable[Examined]) -> Iterator[Examined]:
        """Return what was examined, and after it what it includes."""
        waiting: deque[Examined] = deque()
        for one in examined:
            if one.included:
                waiting.append(one)
            yield one
        while waiting:
            for one in self._included(waiting.popleft()):
                if one.included:
                    waiting.append(one)
                yield one

    def _included(self, outer: Examined) -> Iterator[Examined]:
        for name in outer.included:
            found = self._found(name, outer.path)
            if not found and outer.binding:
                problem = f"it includes {name}, which is not a file of the project"
                yield Examined(outer.path, problem=problem, read=False)
            elif not found:
                self.skipped["lists"] += 1
            for path in found:
                if path in self._done or (path in self._wanted and is_list(path)):
                    continue
                self._done.add(path)
                if matches(path, self._exclude):
                    self.skipped["excluded"] += 1
                    continue
                one = examine_file(path, self._context, outer.read_as)
                yield replace(one, read=one.read and path not in self._wanted)

    def _found(self, name: str, path: str) -> list[str]:
        """Return the files that a name may mean; a command may be run in any folder."""
        there = [place for place in places(name, path) if self._is_file(place)]
        parts = [part for part in name.split("/") if part not in ("", ".", "..")]
        namesakes = self._names.get(parts[-1], []) if parts else []
        while parts and not there:
            # The folder of a command, or of a container, is known to it alone.
            ending = "".join(f"/{part}" for part in parts)
            there = [file for file in namesakes if f"/{file}".endswith(ending)]
            del parts[0]
        return there

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = defaultdict(list)
        for file in self._files:
            names[posixpath.basename(file)].append(file)
        return names

    def _is_file(self, place: str) -> bool:
        return os.path.isfile(self._root / place) and not leads_out(self._root, self._root / place)


def _is_much(paths: Sequence[str], root: Path) -> bool:
    """Return whether there is so much to read that more processes save more than they cost."""
    if len(paths) >= _MUCH_FILES:
        return True
    total = 0
    for path in paths:
        with suppress(OSError):
            total += os.lstat(root / path).st_size
    return total >= _MUCH_BYTES


def _told(found: Iterable[Examined], total: int, progress: Progress | None) -> Iterator[Examined]:
    for done, examined in enumerate(found, 1):
        if progress is not None:
            progress("reading files", done, total)
        yield examined


def _report(
    examined: Iterable[Examined],
    problems: Iterable[Problem],
    pipeline: Pipeline,
    progress: Progress | None,
) -> Report:
    classify = pipeline.classify
    # What is read as a text and as a list as well may name something at one place twice.
    candidates: dict[tuple[object, ...], Candidate] = {}
    said, files, names, left_out = list(problems), 0, 0, 0
    for one in examined:
        files, names, left_out = files + one.read, names + one.names, left_out + one.left_out
        candidates.update(
            {(one.path, s.mention.start, s.mention.ecosystem): s for s in one.candidates}
        )
        if one.problem is not None:
            said.append(Problem(one.path, one.problem))
    findings = classify(pipeline.resolve(list(candidates.values()), _asking(progress)))
    return Report(
        root=pipeline.context.root,
        findings=tuple(findings),
        problems=(*said, *pipeline.resolve.problems),
        files=files,
        names=names,
        sources=pipeline.sources(),
        left_out=left_out,
    )


def _asking(progress: Progress | None) -> Callable[[int, int], None] | None:
    if progress is None:
        return None
    return lambda done, total: progress("asking the registries", done, total)
