"""The way that all mentions take: those of files, of a text, of an agent's call, and bare names.

They are examined by the snapshots alone; the candidates that this leaves are resolved with all that
is known; and the verdicts are classified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path

from unghost.records import Mention
from unghost.scan.context import make_context, universes_of
from unghost.scan.finding import Source
from unghost.scan.judging.classify import Classifier
from unghost.scan.judging.resolve import LONGEST_WAIT, Resolver
from unghost.scan.judging.suppress import read_baseline
from unghost.scan.reading.examine import Candidate, examine_mentions, is_clean
from unghost.scan.reading.listing import project_files
from unghost.scan.settings import ScanSettings


class Pipeline:
    """The steps of a scan, made ready for one project.

    Args:
        root: The project's folder.
        settings: The settings of the scan.
        files: Gives the paths of the project's files; called only if there are candidates. None
            lists them.
        within: Seconds that all questions to registries and clients together may take.

    Attributes:
        context: What names are compared with.
        universes: The opened snapshots.
        resolve: Decides candidates.

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
        self.context = make_context(root, settings)
        self.universes = universes_of(self.context)
        listed = files or (lambda: project_files(root))
        self.resolve = Resolver(self.context, settings, listed, within)

    def examine(self, mentions: Iterable[Mention]) -> list[Candidate]:
        """Return all mentions, which no text stands around, with what the snapshots say."""
        return examine_mentions(mentions, self.context)

    def is_doubtful(self, candidate: Candidate) -> bool:
        """Return whether a mention is not clean by the snapshots alone."""
        return not is_clean(candidate.mention, candidate.verdict, self.context.youngest)

    @cached_property
    def classify(self) -> Classifier:
        """Return what makes findings of verdicts.

        Raises:
            UnghostError: The baseline cannot be read.
        """
        place = self._settings.baseline
        baseline = read_baseline(Path(place)) if place else frozenset[str]()
        return Classifier(self._settings, self.universes, self.context.youngest, baseline)

    def sources(self) -> tuple[Source, ...]:
        """Return what names were compared with."""
        snapshots = (Source(u.ecosystem.name, u.id, u.as_of, u.label) for u in self.universes)
        return (*snapshots, *self.resolve.asked)
