"""What the clients of packages are set to: whom to ask, and what only the project names.

Only the user's own settings say whom to ask: a project could name any address, have the user's
credentials sent there and its ghosts called real. What a project says of its own indexes is read
without environment and home, and leaves names open that may be there.
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
from unghost.scan.finding import Problem

_NOWHERE = Path(os.devnull) / "none"


@dataclass(slots=True)
class Clients:
    """What the clients of some ecosystems are set to, by ecosystem.

    Attributes:
        setups: Whom to ask, and which names are private.
        in_place: Addresses that the project alone names, in place of the public one.
        beside: Addresses that the project alone names, beside the public one.
        problems: Settings that could not be read.
    """

    setups: dict[str, Setup] = field(default_factory=dict)
    in_place: dict[str, list[str]] = field(default_factory=dict)
    beside: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def left_open(self, verdict: Verdict, eco: str) -> Verdict:
        """Say of an absent name what the indexes may have that the project alone names.

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
        """Leave open what the user's private indexes may have, where nobody is asked."""
        setup = self.setups.get(eco)
        if verdict.status != "absent" or setup is None or not setup.others:
            return verdict
        place = shown(setup.others[0].url)
        said = f"{verdict.evidence}; it may be in {place}, which is not asked offline"
        return replace(verdict, status="unknown", evidence=said)


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
        registry = ecosystem(name).registry
        environ = os.environ if monotonic() < until else _without_programs(os.environ)
        try:
            own = registry.setup(environ, _NOWHERE, Path.home())
            said = registry.setup({}, root, _NOWHERE)
        except UnghostError as error:
            # A project's own files must not be able to stop a scan; without settings nothing is
            # asked, and what a snapshot leaves open stays so.
            clients.problems.append(Problem(".", f"settings of {name} clients: {error}"))
            continue
        clients.setups[name] = own._replace(private=(*own.private, *said.private))
        asked = [one.url for one in (own.lookup, *own.others) if one is not None]
        clients.in_place[name] = _alone([said.lookup], root, asked)
        clients.beside[name] = _alone(said.others, root, asked)
    return clients


def _without_programs(environ: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in environ.items() if key.upper() != "PATH"}


def _alone(named: Iterable[Address | None], root: Path, asked: Iterable[str]) -> list[str]:
    """Return the addresses that a project's own files name and that are not asked anyway."""
    return [
        shown(one.url)
        for one in named
        if one is not None
        and one.said_by.startswith(str(root))
        and not any(same_place(one.url, url) for url in asked)
    ]
