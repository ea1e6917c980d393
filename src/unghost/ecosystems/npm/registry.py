"""The lists of npm's names: a replication feed, or a registry that lists its packages.

Source: npm's notes on its replication feeds since 2025 and CouchDB's reference, for the shapes of
``/``, ``_all_docs`` and ``_changes``; found. That Verdaccio lists its packages at ``/-/all`` was
seen with Verdaccio 6, whose search gives no second page. npm's settings name a registry and no
feed, and the public registry lists nothing, so a pull from it needs an address.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from unghost.ecosystems.feeds import Outdated, json_object, require, whole_list
from unghost.ecosystems.npm.settings import npm_default, npm_registries
from unghost.ecosystems.registry import Entry, Page, RegistrySpec, Setup
from unghost.registries.address import Address, Credentials, slashed
from unghost.registries.streams import damaged, json_values

if TYPE_CHECKING:
    import httpx

    from unghost.registries.client import Response

LIMIT = 10_000
"""Rows of a page; npm's feed refuses to give more."""
_EVERYWHERE = "npm"
"""A package that a registry serves which passes questions on to the public one."""


def setup(environ: Mapping[str, str], project: Path, home: Path) -> Setup:
    """Read the settings of npm, Yarn and Bun; npm's default is asked of npm itself.

    Scopes with a registry of their own are private.
    """
    known = Credentials(environ, home)
    registries = npm_registries(environ, project, home, known)
    main = registries.main or npm_default(environ, home, known)
    return Setup(registries.main, main, private=registries.private(main))


def lookup(base: str, name: str) -> str:
    """Return the URL of a package; the slash of a scope is escaped."""
    return f"{slashed(base)}{quote(name, safe='@')}"


def is_held(body: bytes) -> bool:
    """Return whether npm itself holds a name: its latest version then ends in ``-security``.

    Source: what the registry answers for names taken from attackers; seen, not documented.
    """
    try:
        latest = json.loads(body)["dist-tags"]["latest"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return isinstance(latest, str) and latest.endswith("-security")


async def feed(
    client: httpx.AsyncClient, address: Address, state: Mapping[str, object]
) -> AsyncIterator[Page]:
    """Read a replication feed, or what a registry like Verdaccio lists."""
    base = slashed(address.url)
    about = await _about(client, address, base)
    pages = _replicated(client, address, state, about) if about else _listed(client, address, state)
    async for page in pages:
        yield page


async def _about(client: httpx.AsyncClient, address: Address, base: str) -> dict[str, Any]:
    """Request a feed's description; empty if it is not a feed, as a registry with web pages."""
    from unghost.registries.client import get

    try:
        about = json.loads((await get(client, address, base)).content)
    except (ValueError, RecursionError):
        return {}
    is_feed = isinstance(about, dict) and isinstance(about.get("update_seq"), int | str)
    return about if is_feed else {}


async def _replicated(
    client: httpx.AsyncClient,
    address: Address,
    state: Mapping[str, object],
    about: Mapping[str, Any],
) -> AsyncIterator[Page]:
    """Read all documents by their ids, then what has changed since that was begun."""
    newest, since, after = about["update_seq"], state.get("since"), state.get("after")
    if isinstance(newest, int) and isinstance(since, int) and newest < since:
        # The feed was set back, so what we know of it is worth nothing.
        raise Outdated
    if since is None or after is not None:
        since = newest if since is None else since
        async for page in _documents(client, address, about, since, after):
            yield page
    async for page in _changes(client, address, newest, since):
        yield page


async def _documents(
    client: httpx.AsyncClient,
    address: Address,
    about: Mapping[str, Any],
    since: object,
    after: object,
) -> AsyncIterator[Page]:
    count, done = about.get("doc_count"), 0
    total = count if isinstance(count, int) else None
    while True:
        start = {} if after is None else {"startkey": json.dumps(after)}
        rows, _ = await _rows(client, address, "_all_docs", "rows", start)
        # A page begins with the name that the one before ended with.
        fresh = [row for row in rows if row["id"] != after]
        if not fresh:
            yield Page((), {"since": since}, done, total)
            return
        done, after = done + len(fresh), fresh[-1]["id"]
        yield Page(_entries(fresh), {"since": since, "after": after}, done, total)


async def _changes(
    client: httpx.AsyncClient, address: Address, newest: object, since: object
) -> AsyncIterator[Page]:
    done = 0
    while True:
        rows, page = await _rows(client, address, "_changes", "results", {"since": str(since)})
        last = page.get("last_seq", rows[-1].get("seq") if rows else since)
        moved, since, done = last != since, last, done + len(rows)
        yield Page(_entries(rows), {"since": since}, done)
        if not rows or not moved:
            return
        # What happens while we read could go on for ever.
        if isinstance(since, int) and isinstance(newest, int):
            if since >= newest:
                return
        elif len(rows) < LIMIT:
            return


async def _rows(
    client: httpx.AsyncClient, address: Address, view: str, key: str, asked: Mapping[str, str]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Request a page of a view; return its rows, and the whole page."""
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in asked.items())
    url = f"{slashed(address.url)}{view}?limit={LIMIT}{'&' * bool(query)}{query}"
    status, page = await json_object(client, address, url)
    require(status, url)
    rows = page.get(key)
    if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
        raise damaged(url)
    return rows, page


def _is_row(row: object) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), str)


def _entries(rows: list[dict[str, Any]]) -> list[Entry]:
    names = (row for row in rows if not row["id"].startswith("_"))
    return [Entry(row["id"], removed=row.get("deleted") is True) for row in names]


async def _listed(
    client: httpx.AsyncClient, address: Address, state: Mapping[str, object]
) -> AsyncIterator[Page]:
    """Read what a registry holds itself; it is not all if it passes questions on to another."""
    from unghost.registries.client import status

    if state:
        raise Outdated
    base, has_everywhere, last = slashed(address.url), False, Page((), {}, 0)
    url = f"{base}-/all"
    async for page in whole_list(client, address, state, _read_listed, url=url, marked=True):
        has_everywhere |= any(entry.name == _EVERYWHERE for entry in page.entries)
        last = page
        yield page
    passes_on = await status(client, address, lookup(base, _EVERYWHERE)) == 200
    partial = passes_on and not has_everywhere
    yield last._replace(entries=(), partial=partial)


async def _read_listed(answer: Response) -> AsyncIterator[list[Entry]]:
    async for found in json_values(answer.chunks(), {("", "map_key")}, answer.url):
        yield [Entry(name) for _, name in found if not name.startswith("_")]


REGISTRY = RegistrySpec(setup=setup, feed=feed, lookup=lookup, is_held=is_held, incremental=True)
