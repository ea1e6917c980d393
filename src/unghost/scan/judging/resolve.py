"""Resolution of candidates by the project, its environment and the registries."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from unghost.domains.packages.verify import Judge
from unghost.ecosystems import ecosystem
from unghost.records import Mention, Status, Verdict
from unghost.scan.context import ScanContext, universes_of
from unghost.scan.finding import Problem, Source
from unghost.scan.reading.examine import Candidate, is_mix_up
from unghost.scan.reading.git_index import read_tracked
from unghost.scan.settings import ScanSettings
from unghost.syntax.text import decode, read_file

if TYPE_CHECKING:
    from unghost.domains.packages.project import Project
    from unghost.ecosystems.project import Installed
    from unghost.ecosystems.registry import Setup
    from unghost.names.live import LiveCheck

LONGEST_WAIT = 60.0
"""Seconds that all questions to registries and clients together may take."""
_LARGEST_MANIFEST = 4_000_000
"""Bytes of a manifest that is asked for the project's own names; larger ones are lock files, which
say no more of that than the manifests beside them."""
_ASKED: tuple[Status, ...] = ("absent", "unknown")


class Resolver:
    """Decides candidates by everything that is known; what is costly is read when needed.

    Args:
        context: What names are compared with.
        settings: The settings of the scan.
        files: Gives the paths of the project's files; called only if there are candidates.
        within: Seconds that all questions to registries and clients together may take.

    Attributes:
        asked: The registries that were asked.
        problems: Settings of clients that could not be read.
    """

    def __init__(
        self,
        context: ScanContext,
        settings: ScanSettings,
        files: Callable[[], Sequence[str]],
        within: float,
    ) -> None:
        self._context, self._settings, self._within = context, settings, within
        self._files, self._root = files, Path(context.root)
        self.asked: list[Source] = []
        self.problems: list[Problem] = []

    def __call__(
        self, candidates: Sequence[Candidate], progress: Callable[[int, int], None] | None = None
    ) -> list[tuple[Candidate, Verdict]]:
        """Return each candidate with its verdict now; many turn out clean.

        Args:
            candidates: The candidates.
            progress: Called with how many of how many names the registries answered.
        """
        if not candidates:
            return []
        from unghost.names.clients import read_clients

        until = monotonic() + (0.0 if self._settings.offline else self._within)
        clients = read_clients({one.mention.ecosystem for one in candidates}, self._root, until)
        self.problems += [Problem(".", said) for said in clients.problems]
        judge = self._judge(clients.setups, candidates)
        verdicts = [_open(one.mention, judge(one.mention)) for one in candidates]
        # A closed universe says that nothing else exists, whatever a registry knows.
        closed = {u.ecosystem.name for u in universes_of(self._context) if u.closed_world}
        doubtful = [
            at
            for at, (one, verdict) in enumerate(zip(candidates, verdicts, strict=True))
            if verdict.status in _ASKED and one.mention.ecosystem not in closed
        ]
        if doubtful and not self._settings.offline:
            self._confirm(doubtful, candidates, verdicts, clients.setups, until, progress)
        for at in doubtful:
            eco, verdict = candidates[at].mention.ecosystem, verdicts[at]
            if self._settings.offline:
                verdict = clients.unasked(verdict, eco)
            verdicts[at] = clients.left_open(verdict, eco)
        return list(zip(candidates, verdicts, strict=True))

    def _confirm(
        self,
        doubtful: Sequence[int],
        candidates: Sequence[Candidate],
        verdicts: list[Verdict],
        setups: Mapping[str, Setup],
        until: float,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        """Look up open and absent names in the registries: a snapshot may be older than a name."""
        from unghost.domains.packages.confirm import confirm

        with _ask_live(setups) as live:
            answers = confirm(
                [candidates[at].mention for at in doubtful],
                [verdicts[at] for at in doubtful],
                live,
                statuses=_ASKED,
                likely=True,
                progress=progress,
                within=max(until - monotonic(), 0.0),
            )
            answered: dict[str, bool] = {}
            for at, answer in zip(doubtful, answers, strict=True):
                verdicts[at], eco = answer, candidates[at].mention.ecosystem
                answered[eco] = answered.get(eco, False) or answer.snapshot_id == "live"
            self._remember(answered, live)

    def _remember(self, answered: Mapping[str, bool], live: LiveCheck) -> None:
        """Record which registries were asked, and whether they answered at all."""
        for eco, has_answered in sorted(answered.items()):
            place = live.place(eco)
            if place is not None:
                said = "asked live" if has_answered else "which cannot be reached"
                self.asked.append(Source(eco, "live", date.today().isoformat(), f"{place}, {said}"))

    def _judge(self, setups: Mapping[str, Setup], candidates: Collection[Candidate]) -> Judge:
        # Reading an environment takes a second where much is installed, and tells modules alone.
        imports = {one.mention.ecosystem for one in candidates if one.mention.kind == "import"}
        return Judge(
            *universes_of(self._context),
            versions=dict(self._context.versions),
            local=self._settings.local,
            project=self._project(setups),
            installed=installed_for(self._root, os.environ, imports),
            suggest=False,
            likely=True,
        )

    def _project(self, setups: Mapping[str, Setup]) -> Project:
        from unghost.domains.packages.project import Project

        private = {
            name: (*self._settings.private.get(name, ()), *setup.private)
            for name, setup in setups.items()
        }
        return Project(self._files(), self._text, private)

    def _text(self, path: str) -> str | None:
        data = read_file(self._root / path, _LARGEST_MANIFEST + 1)
        if isinstance(data, str) or len(data) > _LARGEST_MANIFEST:
            return None
        return decode(data)


def _ask_live(setups: Mapping[str, Setup]) -> LiveCheck:
    """Build the live lookup; recent answers of registries are kept in the user's cache."""
    from platformdirs import user_cache_path

    from unghost.names.live import LiveCheck
    from unghost.names.live_cache import LiveCache

    return LiveCheck(setups, LiveCache(user_cache_path("unghost") / "live.sqlite"))


def _open(mention: Mention, verdict: Verdict) -> Verdict:
    """Return as open an apparent mix-up without a snapshot: the name may be a package too."""
    if not verdict.snapshot_id and is_mix_up(mention, verdict):
        return replace(verdict, status="unknown")
    return verdict


def installed_for(
    root: Path, environ: Mapping[str, str], ecosystems: Iterable[str]
) -> dict[str, Installed]:
    """Read what is installed for a project, by ecosystem.

    An environment that came with the project, as far as one can tell, may be anybody's work and is
    not read.

    Args:
        root: The project's folder.
        environ: Environment variables.
        ecosystems: The ecosystems that are asked about.
    """

    def is_made_here(folder: str) -> bool:
        # Only git can tell what came with the project.
        tracked = read_tracked(root)
        if tracked is None or not (tracked.paths or tracked.whole):
            return False
        return not tracked.holds_below(f"{folder}/")

    found = {
        name: ecosystem(name).environments.read(root, environ, is_made_here) for name in ecosystems
    }
    return {name: installed for name, installed in found.items() if installed is not None}
