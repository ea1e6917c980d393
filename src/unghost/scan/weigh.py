"""The second look: what the project, its environment and the registries say of a suspect."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from unghost.domains.packages.verify import Judge
from unghost.ecosystems import ecosystem
from unghost.errors import UnghostError
from unghost.names.imports import bundled_imports
from unghost.records import Mention, Status, Verdict
from unghost.scan.examine import Look, Suspect, is_mix_up, universes_of
from unghost.scan.files import read_file
from unghost.scan.finding import Problem, Truth
from unghost.scan.settings import ScanSettings
from unghost.syntax.text import decode

if TYPE_CHECKING:
    from unghost.domains.packages.project import Project
    from unghost.ecosystems.base import Setup
    from unghost.names.installed import Installed
    from unghost.names.live import LiveCheck

LONGEST_WAIT = 60.0
"""Seconds that all questions to registries together may take."""
_LARGEST_MANIFEST = 4_000_000
"""Bytes of a manifest that is asked for the project's own names; larger ones are lock files, which
say no more of that than the manifests beside them."""
_NOWHERE = Path(os.devnull) / "none"
_ASKED: tuple[Status, ...] = ("absent", "unknown")


class Weigher:
    """Judges suspects again, with everything that is known; what is costly is read when needed.

    Args:
        look: How files were looked at.
        settings: The settings of the scan.
        files: Gives the paths of the project's files; asked only if there are suspects.
        live: Makes what asks the registries from the clients' settings by ecosystem; it is not
            called where the settings say ``offline``.
        within: Seconds that all questions to registries together may take.

    Attributes:
        asked: The registries that were asked.
        problems: Settings of clients that could not be read.
    """

    def __init__(
        self,
        look: Look,
        settings: ScanSettings,
        files: Callable[[], Sequence[str]],
        live: Callable[[Mapping[str, Setup]], LiveCheck],
        *,
        within: float = LONGEST_WAIT,
    ) -> None:
        self.look, self.settings, self._within = look, settings, within
        self._files, self._live = files, live
        self._root = Path(look.root)
        # Addresses that the project alone names: in place of the public one, and beside it.
        self._main: dict[str, list[str]] = {}
        self._beside: dict[str, list[str]] = {}
        self.asked: list[Truth] = []
        self.problems: list[Problem] = []

    def __call__(
        self, suspects: Sequence[Suspect], progress: Callable[[int, int], None] | None = None
    ) -> list[tuple[Suspect, Verdict]]:
        """Judge suspects.

        Args:
            suspects: The suspects.
            progress: Told how many of how many names the registries answered.

        Returns:
            Each suspect with what is known now; many turn out clean.
        """
        if not suspects:
            return []
        setups = self._setups({suspect.mention.ecosystem for suspect in suspects})
        judge = self._judge(setups)
        verdicts = [_open(suspect.mention, judge(suspect.mention)) for suspect in suspects]
        # A closed universe says that nothing else exists, whatever a registry knows.
        open_world = {name: setups[name] for name in setups if name not in self._closed}
        if self.settings.offline:
            verdicts = [
                _beside(verdict, suspect.mention.ecosystem, open_world)
                for suspect, verdict in zip(suspects, verdicts, strict=True)
            ]
        else:
            verdicts = self._confirmed(suspects, verdicts, self._live(open_world), progress)
        verdicts = [
            self._weighed(verdict, suspect.mention.ecosystem)
            for suspect, verdict in zip(suspects, verdicts, strict=True)
        ]
        return list(zip(suspects, verdicts, strict=True))

    @cached_property
    def _closed(self) -> frozenset[str]:
        return frozenset(u.ecosystem.name for u in universes_of(self.look) if u.closed_world)

    def _confirmed(
        self,
        suspects: Sequence[Suspect],
        verdicts: Sequence[Verdict],
        live: LiveCheck,
        progress: Callable[[int, int], None] | None,
    ) -> list[Verdict]:
        """Ask the registries for what is open or absent: a snapshot may be older than a name."""
        from unghost.domains.packages.confirm import confirm

        done = list(verdicts)
        asked = [
            at
            for at, (suspect, verdict) in enumerate(zip(suspects, verdicts, strict=True))
            if verdict.status in _ASKED and suspect.mention.ecosystem not in self._closed
        ]
        if not asked:
            return done
        with live:
            answers = confirm(
                [suspects[at].mention for at in asked],
                [verdicts[at] for at in asked],
                live,
                statuses=_ASKED,
                progress=progress,
                within=self._within,
            )
        for at, answer in zip(asked, answers, strict=True):
            done[at] = answer
        self._remember(((suspects[at].mention.ecosystem, done[at]) for at in asked), live)
        return done

    def _remember(self, asked: Iterable[tuple[str, Verdict]], live: LiveCheck) -> None:
        """Keep which registries were asked, and whether they answered at all."""
        answered: dict[str, bool] = {}
        for eco, verdict in asked:
            answered[eco] = answered.get(eco, False) or verdict.snapshot_id == "live"
        for eco, has_answered in sorted(answered.items()):
            place = live.place(eco)
            if place is not None:
                said = "asked live" if has_answered else "which cannot be reached"
                self.asked.append(Truth(eco, "live", date.today().isoformat(), f"{place}, {said}"))

    def _judge(self, setups: Mapping[str, Setup]) -> Judge:
        return Judge(
            *universes_of(self.look),
            python=self.look.python,
            local=self.settings.local,
            project=self._project(setups),
            installed=self._installed,
            suggest=False,
        )

    def _setups(self, names: Collection[str]) -> dict[str, Setup]:
        """Read what the clients of some ecosystems are set to.

        Only the user's own settings say whom to ask: a project could name any address, have the
        user's credentials sent there and its ghosts called real. What it says of its own indexes
        is read without environment and home, and leaves names open that may be there.
        """
        from unghost.registries.address import same_place, shown

        setups = {}
        for name in sorted(names):
            registry = ecosystem(name).registry
            try:
                own = registry.setup(os.environ, _NOWHERE, Path.home())
                said = registry.setup({}, self._root, _NOWHERE)
                setups[name] = own._replace(private=(*own.private, *said.private))
                asked = [one.url for one in (own.lookup, *own.others) if one is not None]
                self._main[name], self._beside[name] = (
                    [
                        shown(one.url)
                        for one in named
                        if one is not None
                        and one.said_by.startswith(str(self._root))
                        and not any(same_place(one.url, url) for url in asked)
                    ]
                    for named in ((said.lookup,), said.others)
                )
            except UnghostError as error:
                # A project's own files must not be able to stop a scan; without settings nothing
                # is asked, and what a snapshot leaves open stays so.
                self.problems.append(Problem(".", f"settings of {name} clients: {error}"))
        return setups

    def _weighed(self, verdict: Verdict, eco: str) -> Verdict:
        """Say of an absent name what the indexes may have that the project alone names.

        One beside the public one leaves it open; one in its place is a mirror, or the reader's own
        business to name in the settings.
        """
        if verdict.status != "absent" or eco in self._closed:
            return verdict
        for place in self._beside.get(eco, ()):
            said = f"{verdict.evidence}; it may be in {place}, which only the project names"
            return replace(verdict, status="unknown", evidence=said)
        for place in self._main.get(eco, ()):
            said = f"{verdict.evidence}; {place}, which only the project names, was not asked"
            return replace(verdict, evidence=said)
        return verdict

    def _project(self, setups: Mapping[str, Setup]) -> Project:
        from unghost.domains.packages.project import Project

        private = {
            name: (*self.settings.private.get(name, ()), *setup.private)
            for name, setup in setups.items()
        }
        return Project(self._files(), self._text, private)

    def _text(self, path: str) -> str | None:
        data = read_file(self._root / path, _LARGEST_MANIFEST + 1)
        if isinstance(data, str) or len(data) > _LARGEST_MANIFEST:
            return None
        return decode(data)

    @cached_property
    def _installed(self) -> Installed | None:
        """What is installed in the environment of the project, or in the one that is active."""
        folders = [folder for place in self._environments() for folder in _site_packages(place)]
        if not folders:
            return None
        from unghost.names.installed import read_installed

        return read_installed(folders)

    def _environments(self) -> Iterable[Path]:
        yield from (self._root / ".venv", self._root / "venv")
        active = os.environ.get("VIRTUAL_ENV") or os.environ.get("CONDA_PREFIX")
        if active:
            yield Path(active)


def _open(mention: Mention, verdict: Verdict) -> Verdict:
    """Leave open what only seems to be a mix-up for want of a snapshot: it may be a package too."""
    if not verdict.snapshot_id and is_mix_up(mention, verdict):
        return replace(verdict, status="unknown")
    return verdict


def _beside(verdict: Verdict, eco: str, setups: Mapping[str, Setup]) -> Verdict:
    """Leave open what a private registry beside the public one may have."""
    setup = setups.get(eco)
    if verdict.status != "absent" or setup is None or not setup.others:
        return verdict
    from unghost.registries.address import shown

    place = shown(setup.others[0].url)
    said = f"{verdict.evidence}; it may be in {place}, which is not asked offline"
    return replace(verdict, status="unknown", evidence=said)


def _site_packages(environment: Path) -> list[Path]:
    try:
        found = [*environment.glob("lib/python3*/site-packages"), environment / "Lib/site-packages"]
        return [folder for folder in found if folder.is_dir()]
    except OSError:
        return []


def meant(mention: Mention, verdict: Verdict) -> tuple[str, ...]:
    """Give the packages that a module's name stands for, where it was given for a package."""
    if mention.kind not in ("install", "manifest"):
        return ()
    if verdict.status == "exists" and verdict.resolved_by == "import-map":
        return (verdict.canonical,)
    known = bundled_imports(mention.ecosystem).distributions(mention.name)
    return tuple(dict.fromkeys(provider.distribution for provider in known))


def is_builtin(mention: Mention) -> bool:
    """Say whether the name is that of a part of the language."""
    from unghost.ecosystems.pypi.stdlib import stdlib_modules

    eco = ecosystem(mention.ecosystem)
    if not eco.lists_builtins:
        return False
    return any(
        mention.name in stdlib_modules(None)
        if language == "python"
        else eco.is_builtin(mention.name, language)
        for language in eco.languages
    )
