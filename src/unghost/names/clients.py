"""Configuration of package managers: registries to ask, and those that only the project names.

This is the one place that reads their settings. Only the user's own settings and environment name
an address or a credential: a project could name any address, have the user's credentials sent there
and its ghosts called real. What a project says of its own indexes is read without environment and
home, and only leaves names open that may be there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

from unghost.ecosystems import ecosystem
from unghost.ecosystems.registry import Setup
from unghost.errors import UnghostError
from unghost.records import Verdict
from unghost.registries.address import Address, same_place, shown

_NOWHERE = Path(os.path.abspath(os.devnull)) / "none"
"""A folder that nobody can make, nor one above it that a project is in."""


@dataclass(slots=True)
class Clients:
    """The configuration of some ecosystems' clients, by ecosystem.

    Attributes:
        setups: Whom to ask, and which names are private.
        in_place: Addresses that the project alone names, in place of the public one.
        beside: Addresses that the project alone names, beside the public one.
        problems: In words, settings that could not be read.
    """

    setups: dict[str, Setup] = field(default_factory=dict)
    in_place: dict[str, list[str]] = field(default_factory=dict)
    beside: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def left_open(self, verdict: Verdict, eco: str) -> Verdict:
        """Add to an absent name which indexes may have it that the project alone names.

        One beside the public one leaves it open; one in its place is a mirror, or the reader's own
        business to name in the settings.
        """
        if verdict.status != "absent":
            return verdict
        for place in self.beside.get(eco, ()):
            said = f"{verdict.evidence}; it may be in {place}, which only the project names"
            return replace(verdict, status="unknown", evidence=said)
        for place in self.in_place.get(eco, ()):
            said = f"{verdict.evidence}; {place}, which only the project names, was not asked"
            return replace(verdict, evidence=said)
        return verdict

    def unasked(self, verdict: Verdict, eco: str) -> Verdict:
        """Return as open the names that the user's private indexes may have, when offline."""
        setup = self.setups.get(eco)
        if verdict.status != "absent" or setup is None or not setup.others:
            return verdict
        place = shown(setup.others[0].url)
        said = f"{verdict.evidence}; it may be in {place}, which is not asked offline"
        return replace(verdict, status="unknown", evidence=said)


def user_setup(
    eco: str, environ: Mapping[str, str] | None = None, home: Path | None = None
) -> Setup:
    """Return the registries that an ecosystem's client asks by the user's own settings.

    No file of the current folder has a say, nor any program in it that a relative ``PATH`` finds.

    Args:
        eco: The ecosystem.
        environ: Environment variables; None for this process's.
        home: The user's folder; None for the user's own.

    Raises:
        UnghostError: The settings make no sense.
    """
    own = dict(os.environ if environ is None else environ)
    if "PATH" in own:
        folders = own["PATH"].split(os.pathsep)
        own["PATH"] = os.pathsep.join(folder for folder in folders if os.path.isabs(folder))
    return ecosystem(eco).registry.setup(own, _NOWHERE, Path.home() if home is None else home)


def read_clients(names: Iterable[str], root: Path, until: float) -> Clients:
    """Read what the clients of some ecosystems are set to.

    Args:
        names: The ecosystems.
        root: The project's folder.
        until: From this moment (of :func:`time.monotonic`) on no client's program is run to say
            what its default is; without a default nobody is asked.
    """
    clients = Clients()
    for name in sorted(names):
        environ = dict(os.environ)
        if monotonic() >= until:
            environ["PATH"] = ""
        try:
            own = user_setup(name, environ)
            said = ecosystem(name).registry.setup({}, root, _NOWHERE)
        except UnghostError as error:
            # A project's own files must not be able to stop a scan; without settings nothing is
            # asked, and what a snapshot leaves open stays so.
            clients.problems.append(f"settings of {name} clients: {error}")
            continue
        clients.setups[name] = own._replace(private=(*own.private, *said.private))
        asked = [one.url for one in (own.lookup, *own.others) if one is not None]
        clients.in_place[name] = _alone([said.lookup], root, asked)
        clients.beside[name] = _alone(said.others, root, asked)
    return clients


def _alone(named: Iterable[Address | None], root: Path, asked: Iterable[str]) -> list[str]:
    """Return the addresses that a project's own files name and that are not asked anyway."""
    return [
        shown(one.url)
        for one in named
        if one is not None
        and one.said_by.startswith(str(root))
        and not any(same_place(one.url, url) for url in asked)
    ]
