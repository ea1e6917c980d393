"""Looking up single names at registries, where no snapshot decides.

A registry that cannot be reached answers nothing: its names are ``unknown``, never clean. Names
that have an index of their own are asked of no other, and where a client has private indexes beside
the public registry they are asked first: only what they all lack goes on to the public one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Self

from unghost.ecosystems import ecosystem
from unghost.ecosystems.registry import RegistrySpec, Setup
from unghost.errors import UnghostError
from unghost.names.live_cache import LiveCache, Presence
from unghost.records import Status
from unghost.registries.address import Address, shown
from unghost.registries.client import brief, make_client

if TYPE_CHECKING:
    import httpx

_AT_ONCE = 16
"""Requests in flight; politeness to the registry more than a limit of ours."""
_STRIKES = 3
"""Names in a row that a registry may fail to answer before it counts as down for this run."""
_THERE, _NOT_THERE = frozenset({200}), frozenset({404, 410})

Name = tuple[str, str]
"""An ecosystem and a canonical name."""


@dataclass(frozen=True, slots=True)
class LiveResult:
    """The answer for a name, and why.

    ``exists``, ``absent``, ``private``, ``reserved`` or ``unknown``.
    """

    status: Status
    evidence: str


class LiveCheck:
    """Asks registries, each name once.

    Args:
        setups: By ecosystem, the clients' settings (:class:`~unghost.ecosystems.base.Setup`).
        cache: Answers of earlier runs.
        client: Makes the HTTP client; tests give one of their own.
    """

    def __init__(
        self,
        setups: Mapping[str, Setup],
        cache: LiveCache,
        *,
        client: Callable[[], httpx.AsyncClient] = make_client,
    ) -> None:
        self._setups, self._cache, self._client = setups, cache, client
        self._strikes: dict[str, int] = {}
        self._bases: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the cache; answers are not kept any more."""
        self._cache.close()

    def place(self, eco: str) -> str | None:
        """Return the address that an ecosystem's names are asked of, without credentials."""
        setup = self._setups.get(eco)
        return shown(setup.lookup.url) if setup and setup.lookup else None

    def ask(
        self,
        names: Iterable[Name],
        progress: Callable[[int, int], None] | None = None,
        *,
        within: float | None = None,
    ) -> dict[Name, LiveResult]:
        """Look up names in the registries.

        Args:
            names: The names.
            progress: Called with how many of how many are answered.
            within: Seconds after which what is not answered is ``unknown``; None waits.
        """
        return asyncio.run(self.ask_async(names, progress, within=within))

    async def ask_async(
        self,
        names: Iterable[Name],
        progress: Callable[[int, int], None] | None = None,
        *,
        within: float | None = None,
    ) -> dict[Name, LiveResult]:
        """See :meth:`ask`."""
        wanted = list(dict.fromkeys(names))
        gate, found = asyncio.Semaphore(_AT_ONCE), dict[Name, LiveResult]()

        async def one(client: httpx.AsyncClient, name: Name) -> None:
            async with gate:
                found[name] = await self._answer(client, *name)
            if progress is not None:
                progress(len(found), len(wanted))

        async with self._client() as client:
            await _all(wanted, lambda name: one(client, name), within)
        late = LiveResult("unknown", "no answer in the time there was")
        return {name: found.get(name, late) for name in wanted}

    async def _answer(self, client: httpx.AsyncClient, eco: str, name: str) -> LiveResult:
        setup = self._setups.get(eco)
        if setup is None:
            return LiveResult("unknown", f"no registry of {ecosystem(eco).title} is set")
        for pattern in setup.private:
            if fnmatchcase(name, pattern) or fnmatchcase(name, f"{pattern}/*"):
                return LiveResult("private", f"{pattern} has an index of its own")
        for other in setup.others:
            there = await self._there(client, eco, name, other)
            if there is None:
                return LiveResult("unknown", f"{shown(other.url)} (private) cannot be reached")
            if there != "absent":
                return LiveResult("private", f"in {shown(other.url)}")
        if setup.lookup is None:
            return LiveResult("unknown", f"no registry of {ecosystem(eco).title} is set")
        place = shown(setup.lookup.url)
        there = await self._there(client, eco, name, setup.lookup)
        if there is None:
            return LiveResult("unknown", f"{place} cannot be reached")
        if there == "reserved":
            return LiveResult("reserved", f"{place} itself holds the name, asked live")
        return LiveResult(there, f"{'in' if there == 'exists' else 'not in'} {place}, asked live")

    async def _there(
        self, client: httpx.AsyncClient, eco: str, name: str, address: Address
    ) -> Presence | None:
        """Return what a registry says of a name; None if it does not answer."""
        known = self._cache.get(address.url, name)
        if known is not None:
            return known
        if self._strikes.get(address.url, 0) >= _STRIKES:
            return None
        try:
            there = await self._asked(client, ecosystem(eco).registry, name, address)
        except UnghostError:
            self._strikes[address.url] = self._strikes.get(address.url, 0) + 1
            return None
        self._strikes[address.url] = 0
        if there is not None:
            self._cache.put(address.url, name, there)
        return there

    async def _asked(
        self, client: httpx.AsyncClient, registry: RegistrySpec, name: str, address: Address
    ) -> Presence | None:
        """Look up each spelling of a name; None if an answer is neither yes nor no."""
        if address.url not in self._bases:
            base = address.url if registry.base is None else await registry.base(client, address)
            self._bases[address.url] = base
        for spelling in registry.spellings(name):
            url = registry.lookup(self._bases[address.url], spelling)
            found, body = await brief(client, address, url)
            if found in _THERE:
                return "reserved" if registry.is_held(body) else "exists"
            if found not in _NOT_THERE:
                return None
        return "absent"


async def _all(
    names: list[Name], ask: Callable[[Name], Coroutine[object, object, None]], within: float | None
) -> None:
    """Look up all names at once; unanswered ones are given up after a time."""
    tasks = [asyncio.create_task(ask(name)) for name in names]
    try:
        if tasks:
            await asyncio.wait(tasks, timeout=within, return_when=asyncio.FIRST_EXCEPTION)
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
