"""The context of a scan, as plain values that another process can use too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from unghost.ecosystems import ecosystem_names
from unghost.errors import UnghostError
from unghost.names.universe import Universe, default_path, load_universe
from unghost.scan.settings import ScanSettings


@dataclass(frozen=True, slots=True)
class ScanContext:
    """The names and settings that a scan compares with.

    Attributes:
        root: The folder that paths are relative to.
        universes: What :func:`~unghost.names.universe.load_universe` takes, one an ecosystem.
        ecosystems: The ecosystems that are asked for; None for all.
        youngest: Names first seen on this day (ISO 8601) or later are new; None calls no name new.
        as_of: The day of which the universes are taken; None for their own.
        versions: Pairs of what :class:`~unghost.domains.packages.verify.Judge` takes.
        stamps: Size and time of each universe's file, so that a server that runs for days sees a
            snapshot that was refreshed.
    """

    root: str
    universes: tuple[str, ...] = ()
    ecosystems: frozenset[str] | None = None
    youngest: str | None = None
    as_of: str | None = None
    versions: tuple[tuple[str, str], ...] = ()
    stamps: tuple[tuple[int, int], ...] = ()


@lru_cache(maxsize=2)
def universes_of(context: ScanContext) -> tuple[Universe, ...]:
    """Open the universes, once a process."""
    return tuple(load_universe(name, as_of=context.as_of) for name in context.universes)


def make_context(root: Path, settings: ScanSettings) -> ScanContext:
    """Return the context of a project's scan.

    Raises:
        UnghostError: A universe cannot be read, or two hold names of one ecosystem.
    """
    universes = settings.universe or _pulled(settings.ecosystems)
    context = ScanContext(
        root=str(root),
        universes=universes,
        stamps=tuple(_stamp(name) for name in universes),
        ecosystems=frozenset(settings.ecosystems) or None,
        youngest=youngest_day(settings.new_days),
        as_of=settings.as_of,
        versions=settings.versions,
    )
    _refuse_twice(universes_of(context))
    return context


def youngest_day(new_days: int, today: date | None = None) -> str | None:
    """Return the day (ISO 8601) from which on names are new, None if none are."""
    if not new_days:
        return None
    return ((today or date.today()) - timedelta(days=new_days)).isoformat()


def _pulled(ecosystems: Iterable[str]) -> tuple[str, ...]:
    """Return the ecosystems whose snapshots were pulled to their usual place."""
    wanted = tuple(ecosystems) or ecosystem_names()
    return tuple(name for name in wanted if default_path(name).is_file())


def _stamp(universe: str) -> tuple[int, int]:
    path = Path(universe)
    for place in (path, default_path(universe)) if path.name == universe else (path,):
        with suppress(OSError):
            status = place.stat()
            return status.st_size, status.st_mtime_ns
    return 0, 0


def _refuse_twice(universes: Sequence[Universe]) -> None:
    names = [universe.ecosystem.name for universe in universes]
    for name in names:
        if names.count(name) > 1:
            raise UnghostError(f"two universes hold names of {name}: give one of them")
