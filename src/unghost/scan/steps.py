"""The steps of a scan, made ready for one project.

Whatever is looked at, files, a text, an agent's call or bare names, takes the same way: mentions
are examined by the snapshots alone, what is doubtful is weighed, and verdicts are judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from unghost.ecosystems import ecosystem_names
from unghost.errors import UnghostError
from unghost.names.universe import Universe, default_path
from unghost.records import Mention
from unghost.scan.examine import Look, Suspect, examine_mentions, is_clean, universes_of
from unghost.scan.files import project_files
from unghost.scan.finding import Truth
from unghost.scan.judge import Findings, youngest_day
from unghost.scan.settings import ScanSettings
from unghost.scan.suppress import read_baseline
from unghost.scan.weigh import LONGEST_WAIT, Weigher


class Steps:
    """What a scan goes by, opened once.

    Args:
        root: The project's folder.
        settings: What to go by.
        files: Gives the paths of the project's files; asked only if something is doubtful. None
            lists them.
        within: Seconds that all questions to registries and clients together may take.

    Attributes:
        look: The first look.
        universes: What exists.
        weigh: The second look.

    Raises:
        UnghostError: A universe cannot be read, or two hold names of one ecosystem.
    """

    def __init__(
        self,
        root: Path,
        settings: ScanSettings,
        *,
        files: Callable[[], Sequence[str]] | None = None,
        within: float = LONGEST_WAIT,
    ) -> None:
        self._settings = settings
        self.look = _look(root, settings)
        self.universes = universes_of(self.look)
        _refuse_twice(self.universes)
        self.weigh = Weigher(self.look, settings, files or (lambda: project_files(root)), within)

    def examine(self, mentions: Iterable[Mention]) -> list[Suspect]:
        """Judge mentions that no text stands around by the snapshots alone, all of them."""
        return examine_mentions(mentions, self.look)

    def is_doubtful(self, suspect: Suspect) -> bool:
        """Return whether something needs the second look."""
        return not is_clean(suspect.mention, suspect.verdict, self.look.youngest)

    @cached_property
    def judge(self) -> Findings:
        """Make findings of verdicts.

        Raises:
            UnghostError: The baseline cannot be read.
        """
        place = self._settings.baseline
        baseline = read_baseline(Path(place)) if place else frozenset[str]()
        return Findings(self._settings, self.universes, self.look.youngest, baseline)

    def truths(self) -> tuple[Truth, ...]:
        """Return what names were compared with."""
        snapshots = (Truth(u.ecosystem.name, u.id, u.as_of, u.label) for u in self.universes)
        return (*snapshots, *self.weigh.asked)


def _look(root: Path, settings: ScanSettings) -> Look:
    universes = settings.universe or _pulled(settings.ecosystems)
    return Look(
        root=str(root),
        universes=universes,
        stamps=tuple(_stamp(name) for name in universes),
        ecosystems=frozenset(settings.ecosystems) or None,
        youngest=youngest_day(settings.new_days),
        as_of=settings.as_of,
        versions=settings.versions,
    )


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
