"""Scanning from end to end: files or a text in, a report out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from unghost.ecosystems import ecosystem_names
from unghost.errors import UnghostError
from unghost.names.universe import Universe, default_path
from unghost.scan.examine import (
    Examined,
    Look,
    Suspect,
    examine_file,
    examine_text,
    universes_of,
)
from unghost.scan.files import find_root, list_files, project_files
from unghost.scan.finding import Problem, Report, Truth
from unghost.scan.judge import Findings, youngest_day
from unghost.scan.settings import ScanSettings
from unghost.scan.suppress import read_baseline
from unghost.scan.weigh import LONGEST_WAIT, Weigher

if TYPE_CHECKING:
    from unghost.ecosystems.base import Setup
    from unghost.names.live import LiveCheck

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""
TEXT = "<stdin>"
"""The path of a text that is no file."""
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
        settings: What to go by.
        root: The project's folder; None finds it.
        processes: How many processes may look at files.
        progress: Told how far it is.

    Raises:
        UnghostError: A path does not exist, or a universe or the baseline cannot be read.
    """
    root = find_root(paths) if root is None else root
    wanted = list_files(root, paths, exclude=settings.exclude)
    look = look_of(root, settings)
    examined = _told(_examined(wanted.wanted, look, processes), len(wanted.wanted), progress)

    def files() -> Sequence[str]:
        everything = any(os.path.abspath(path) == str(root) for path in paths)
        return wanted.files if everything else project_files(root)

    weigh = Weigher(look, settings, files, ask_live)
    return _report(examined, wanted.problems, weigh, progress)


def scan_text(
    text: str,
    settings: ScanSettings,
    *,
    root: Path | None = None,
    path: str = TEXT,
    language: str | None = None,
    within: float = LONGEST_WAIT,
    progress: Progress | None = None,
) -> Report:
    """Scan a text that is no file: an answer, a command, or what is pasted.

    Args:
        text: The text.
        settings: What to go by.
        root: The project's folder, whose own names are no ghosts; None for the current one's.
        path: What the report calls the text.
        language: What the text is, as the language of a fenced block or a file's name; None lets
            the text itself tell.
        within: Seconds that registries may take in all.
        progress: Told how far it is.

    Raises:
        UnghostError: A universe or the baseline cannot be read.
    """
    root = find_root([Path.cwd()]) if root is None else root
    look = look_of(root, settings)

    def files() -> Sequence[str]:
        return project_files(root)

    weigh = Weigher(look, settings, files, ask_live, within=within)
    return _report([examine_text(text, path, look, language)], (), weigh, progress)


def look_of(root: Path, settings: ScanSettings) -> Look:
    """Say how files of a project are looked at."""
    universes = settings.universe or _pulled(settings.ecosystems)
    return Look(
        root=str(root),
        universes=universes,
        stamps=tuple(_stamp(name) for name in universes),
        ecosystems=frozenset(settings.ecosystems) or None,
        youngest=youngest_day(settings.new_days),
        as_of=settings.as_of,
        python=settings.python,
    )


def _pulled(ecosystems: Iterable[str]) -> tuple[str, ...]:
    """Give the ecosystems whose snapshots were pulled to their usual place."""
    wanted = tuple(ecosystems) or ecosystem_names()
    return tuple(name for name in wanted if default_path(name).is_file())


def _stamp(universe: str) -> tuple[int, int]:
    path = Path(universe)
    for place in (path, default_path(universe)) if path.name == universe else (path,):
        with suppress(OSError):
            status = place.stat()
            return status.st_size, status.st_mtime_ns
    return 0, 0


def _examined(paths: Sequence[str], look: Look, processes: int) -> Iterator[Examined]:
    # What is wrong with a universe is said before anything is read.
    universes = universes_of(look)
    _refuse_twice(universes)
    if processes > 1 and _is_much(paths, Path(look.root)):
        from unghost.scan.pool import examine_all

        return examine_all(paths, look, processes)
    return (examine_file(path, look) for path in paths)


def _refuse_twice(universes: Sequence[Universe]) -> None:
    names = [universe.ecosystem.name for universe in universes]
    for name in names:
        if names.count(name) > 1:
            raise UnghostError(f"two universes hold names of {name}: give one of them")


def _is_much(paths: Sequence[str], root: Path) -> bool:
    """Say whether there is so much to read that more processes save more than they cost."""
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
    weigh: Weigher,
    progress: Progress | None,
) -> Report:
    look, settings = weigh.look, weigh.settings
    baseline = read_baseline(Path(settings.baseline)) if settings.baseline else frozenset[str]()
    suspects: list[Suspect] = []
    said, files, names, left_out = list(problems), 0, 0, 0
    for one in examined:
        files, names, left_out = files + one.read, names + one.names, left_out + one.left_out
        suspects += one.suspects
        if one.problem is not None:
            said.append(Problem(one.path, one.problem))
    pairs = weigh(suspects, _asking(progress))
    universes = universes_of(look)
    findings = Findings(settings, universes, look.youngest, baseline)(pairs)
    return Report(
        root=look.root,
        findings=tuple(findings),
        problems=(*said, *weigh.problems),
        files=files,
        names=names,
        truths=(*(_truth(universe) for universe in universes), *weigh.asked),
        left_out=left_out,
    )


def _asking(progress: Progress | None) -> Callable[[int, int], None] | None:
    if progress is None:
        return None
    return lambda done, total: progress("asking the registries", done, total)


def ask_live(setups: Mapping[str, Setup]) -> LiveCheck:
    """Make what asks the registries; what they said lately is kept in the user's cache."""
    from platformdirs import user_cache_path

    from unghost.names.live import LiveCheck
    from unghost.names.live_cache import LiveCache

    return LiveCheck(setups, LiveCache(user_cache_path("unghost") / "live.sqlite"))


def _truth(universe: Universe) -> Truth:
    return Truth(universe.ecosystem.name, universe.id, universe.as_of, universe.label)
