"""The list of Go's modules: the module index, and the proxy that serves them.

Source: the description of the module index, and Go's reference on GOPROXY, GOPRIVATE and the
protocol of proxies; found. The index has each version with the time when the proxy first had it, so
a module's earliest is the day it was first seen.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from unghost.ecosystems.feeds import Distinct, require
from unghost.ecosystems.registry import Entry, Page, RegistrySpec, Setup
from unghost.registries import files
from unghost.registries.address import Address, Credentials, same_place, slashed
from unghost.registries.streams import damaged

if TYPE_CHECKING:
    import httpx

_INDEX = "https://index.golang.org/index"
_PROXY = "https://proxy.golang.org"
_DEFAULT = f"{_PROXY},direct"
LIMIT = 2000
_BEGINNING = "2019-01-01T00:00:00Z"
"""Before the first version in the index."""


def setup(environ: Mapping[str, str], project: Path, home: Path) -> Setup:
    """Read the variables of Go, from the environment and from its own files.

    Of several proxies the public one, else the first, says what there is; the others are asked too.
    """
    known = Credentials(environ, home)
    values, place = _variables(environ, home)
    words = values.get("GOPROXY", _DEFAULT).replace("|", ",").split(",")
    said = [known.address(word.strip(), place) for word in words]
    proxies = [address for address in said if address is not None]
    public = [address for address in proxies if same_place(address.url, _PROXY)]
    main = next(iter([*public, *proxies]), None)
    others = tuple(address for address in proxies if address is not main)
    hidden = [values.get(name, "") for name in ("GOPRIVATE", "GONOPROXY", "GONOSUMDB")]
    patterns = (pattern.strip() for text in hidden for pattern in text.split(","))
    private = tuple(dict.fromkeys(p for p in patterns if p and p != "none"))
    return Setup(known.address(_INDEX, "Go's default"), main, others, private)


def _variables(environ: Mapping[str, str], home: Path) -> tuple[dict[str, str], str]:
    """Return the variables and where the proxies are named: the environment goes before files."""
    values, place = dict[str, str](), "Go's default"
    named = environ.get("GOENV")
    paths = [Path(environ["GOROOT"]) / "go.env"] if environ.get("GOROOT") else []
    if named != "off":
        paths.append(Path(named) if named else files.config_home(environ, home) / "go" / "env")
    for path in paths:
        found = dict(files.settings(files.read_text(path) or ""))
        place = str(path) if found.get("GOPROXY") else place
        values.update({key: value for key, value in found.items() if value})
    for name in ("GOPROXY", "GOPRIVATE", "GONOPROXY", "GONOSUMDB"):
        if environ.get(name):
            values[name] = environ[name]
            place = "GOPROXY" if name == "GOPROXY" else place
    return values, place


def lookup(base: str, name: str) -> str:
    """Return the URL of a module's newest version.

    The list of versions does not decide: for a folder of a module it exists, and is empty.
    """
    escaped = "".join(f"!{char.lower()}" if char.isupper() else char for char in name)
    return f"{slashed(base)}{quote(escaped, safe='/!')}/@latest"


async def feed(
    client: httpx.AsyncClient, address: Address, state: Mapping[str, object]
) -> AsyncIterator[Page]:
    """Read the index from a time on; a page begins at the very time where the last one ended."""
    from unghost.registries.client import get

    since, done, distinct = str(state.get("since", _BEGINNING)), 0, Distinct()
    mark = "&" if urlsplit(address.url).query else "?"
    while True:
        asked = f"{address.url}{mark}since={quote(since, safe='')}&limit={LIMIT}"
        response = await get(client, address, asked)
        require(response.status_code, asked)
        rows = [_row(line, asked) for line in response.content.splitlines() if line.strip()]
        if rows and _moment(rows[0][1], asked) < _moment(since, asked):
            raise damaged(asked)  # it does not heed the time, and would never end
        news = [(path, time[:10]) for path, time in rows if distinct.is_news(path, time[:10])]
        done += len(rows)
        last = rows[-1][1] if rows else since
        if last == since and len(rows) >= LIMIT:
            last = _later(since, asked)
        yield Page([Entry(path, day) for path, day in news], {"since": last}, done)
        if last == since or len(rows) < LIMIT:
            return
        since = last


def _row(line: bytes, url: str) -> tuple[str, str]:
    try:
        value = json.loads(line)
        path, time = value["Path"], value["Timestamp"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise damaged(url) from error
    if not (isinstance(path, str) and isinstance(time, str)):
        raise damaged(url)
    return path, time


def _moment(time: str, url: str) -> datetime:
    try:
        moment = datetime.fromisoformat(time)
    except ValueError as error:
        raise damaged(url) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _later(time: str, url: str) -> str:
    """Return the next time there is, for a page on which all versions have one."""
    return (_moment(time, url) + timedelta(microseconds=1)).isoformat().replace("+00:00", "Z")


REGISTRY = RegistrySpec(setup=setup, feed=feed, lookup=lookup, incremental=True)
