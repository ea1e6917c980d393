"""The lists of apt's packages: those that apt has on this machine, else those of its sources.

Source: apt's manual of ``apt-get indextargets`` and ``apt-helper``, Debian's of the fields of
``Packages`` files; found. Addresses come from apt alone. A name that a package provides can be
installed as well, so it counts. The lists have no dates of their own, and single names cannot be
looked up anywhere.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from unghost.ecosystems.feeds import PAGE, require
from unghost.ecosystems.registry import Entry, Page, RegistrySpec, Setup
from unghost.errors import UnghostError
from unghost.registries.address import Address, Credentials, shown
from unghost.registries.streams import lines, unpacked

if TYPE_CHECKING:
    import httpx

_ON_DISK = Address("apt:lists", "apt's lists on this machine")
_IN_SOURCES = Address("apt:sources", "apt's sources")
_PATIENCE = 15.0
_HELPER = Path("/usr/lib/apt/apt-helper")
_ENDINGS = (".xz", ".gz", "")


def setup(environ: Mapping[str, str], project: Path, home: Path) -> Setup:
    """Read apt's lists, or its sources if it has no lists yet."""
    if _targets(environ, "$(FILENAME)"):
        return Setup(_ON_DISK, None)
    if _targets(environ, "$(URI)", "--no-release-info"):
        return Setup(_IN_SOURCES, None)
    return Setup(None, None)


def _targets(environ: Mapping[str, str] | None, what: str, *options: str) -> list[str]:
    """Return a field of each of apt's lists of packages, from apt itself."""
    program = shutil.which("apt-get", path=None if environ is None else environ.get("PATH", ""))
    if program is None:
        return []
    command = [program, "indextargets", *options, "--format", what, "Created-By: Packages"]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            env=None if environ is None else dict(environ),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return list(dict.fromkeys(done.stdout.split())) if done.returncode == 0 else []


def lookup(base: str, name: str) -> str:
    """Return no URL that anything answers: apt has no place to ask for a single name."""
    return f"{base}#{name}"


async def feed(
    client: httpx.AsyncClient, address: Address, state: Mapping[str, object]
) -> AsyncIterator[Page]:
    """Read apt's lists on this machine, or download those of its sources, or one at an address."""
    if address.url == _ON_DISK.url:
        pages = _read_disk([Path(name) for name in _targets(None, "$(FILENAME)")])
    elif address.url == _IN_SOURCES.url:
        pages = _read_sources(client, _targets(None, "$(URI)", "--no-release-info"))
    else:
        pages = _read_one(client, address)
    done = 0
    async for page in pages:
        done += len(page.entries)
        yield page._replace(done=done)


async def _read_disk(paths: list[Path]) -> AsyncIterator[Page]:
    if not paths:
        raise UnghostError("apt has no lists on this machine: run 'apt-get update'")
    days = []
    for path in paths:
        try:
            # apt gives a list the time that the server says it is of.
            days.append(datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat())
        except OSError as error:
            raise UnghostError(f"cannot read {path}: {error.strerror}") from error
        async for entries in _entries(_cat(path), path.as_uri()):
            yield Page(entries, {}, 0, day=max(days))


async def _cat(path: Path) -> AsyncIterator[bytes]:
    """Return a list unpacked, by apt's own helper where there is one: it knows all forms."""
    import asyncio

    program = [str(_HELPER), "cat-file"] if _HELPER.exists() else ["cat", "--"]
    process = await asyncio.create_subprocess_exec(
        *program, str(path), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        while piece := await process.stdout.read(1 << 16):
            yield piece
        if await process.wait() != 0:
            raise UnghostError(f"apt cannot read its list {path}: run 'apt-get update'")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _read_sources(client: httpx.AsyncClient, urls: list[str]) -> AsyncIterator[Page]:
    known = Credentials({}, Path("/nonexistent"))
    web = [address for url in urls if (address := known.address(url, "apt's sources")) is not None]
    found = 0
    for address in web:
        for ending in _ENDINGS:
            one = Address(f"{address.url}{ending}", address.said_by, address.headers)
            read = False
            async for page in _read_one(client, one, optional=True):
                read = True
                yield page
            found += read
            if read:
                break
    if not found:
        raise UnghostError("none of apt's sources has a list of packages: run 'apt-get update'")


async def _read_one(
    client: httpx.AsyncClient, address: Address, *, optional: bool = False
) -> AsyncIterator[Page]:
    from unghost.registries.client import opened

    async with opened(client, address, address.url) as answer:
        if optional and answer.status == 404:
            return
        require(answer.status, address.url)
        name = urlsplit(address.url).path
        if not name.endswith((".xz", ".gz", ".bz2")) and not answer.ends_surely:
            raise UnghostError(f"{shown(address.url)} does not say how long its list is")
        pieces = unpacked(answer.chunks(), name, address.url)
        async for entries in _entries(pieces, address.url):
            yield Page(entries, {}, 0)


async def _entries(pieces: AsyncIterator[bytes], url: str) -> AsyncIterator[list[Entry]]:
    """Read the packages of a list, and what they provide."""
    waiting = list[Entry]()
    async for some in lines(pieces, url):
        for line in some:
            if line.startswith(b"Package:"):
                waiting.append(Entry(line[8:].decode("utf-8", "replace").strip()))
            elif line.startswith(b"Provides:"):
                provided = line[9:].decode("utf-8", "replace").split(",")
                waiting += [Entry(words[0]) for one in provided if (words := one.split())]
        if len(waiting) >= PAGE:
            yield waiting
            waiting = []
    yield waiting


REGISTRY = RegistrySpec(setup=setup, feed=feed, lookup=lookup)
