"""The list of RubyGems' names: the compact index.

Source: the guides of RubyGems and Bundler on sources, mirrors and credentials, and the compact
index's format; found. Its list of names has no dates.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from unghost.ecosystems.feeds import whole_list
from unghost.ecosystems.registry import Entry, Page, RegistrySpec, Setup
from unghost.registries import files
from unghost.registries.address import Address, Credentials, basic, same_place, slashed
from unghost.registries.streams import lines

if TYPE_CHECKING:
    import httpx

    from unghost.registries.client import Response

_DEFAULT = "https://rubygems.org/"
_MIRROR = "BUNDLE_MIRROR__"


def setup(environ: Mapping[str, str], project: Path, home: Path) -> Setup:
    """Read the sources of ``gem``, and Bundler's mirrors and credentials.

    The public source, or its mirror, says what there is; other sources are private.
    """
    known = Credentials(environ, home)
    bundle = dict(_bundle(environ, project, home))
    sources = list(_sources(environ, home)) or [(_DEFAULT, "RubyGems' default")]
    addresses = []
    for url, place in sources:
        mirror = _mirror(bundle, url)
        target, said = mirror if mirror else (url, place)
        address = known.address(target, said, _headers(bundle, target))
        if address is not None:
            addresses.append((address, same_place(url, _DEFAULT)))
    public = [address for address, is_public in addresses if is_public]
    main = next(iter([*public, *(address for address, _ in addresses)]), None)
    others = tuple(address for address, _ in addresses if address is not main)
    return Setup(main, main, others)


def _sources(environ: Mapping[str, str], home: Path) -> Iterator[tuple[str, str]]:
    """Return the sources of the most important file that has some."""
    paths = [Path(part) for part in environ.get("GEMRC", "").split(os.pathsep) if part]
    paths.reverse()
    paths += [home / ".gemrc", files.config_home(environ, home) / "gem" / "gemrc"]
    for path in [*paths, files.SYSTEM / "gemrc"]:
        values = files.read_yaml(path)
        found = values.get(":sources") or values.get("sources")
        urls = [url for url in found if isinstance(url, str)] if isinstance(found, list) else []
        if urls:
            yield from ((url, str(path)) for url in urls)
            return


def _bundle(
    environ: Mapping[str, str], project: Path, home: Path
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Return Bundler's settings and where they stand, the most important last."""
    user = Path(environ.get("BUNDLE_USER_CONFIG") or home / ".bundle" / "config")
    of_project = Path(environ.get("BUNDLE_APP_CONFIG") or project / ".bundle") / "config"
    for path in (user, of_project):
        for key, value in files.read_yaml(path).items():
            if isinstance(key, str) and isinstance(value, str):
                yield key.upper(), (value, str(path))
        if path == user:
            for key, value in environ.items():
                if key.startswith("BUNDLE_") and value:
                    yield key.upper(), (value, key)


def _mirror(bundle: Mapping[str, tuple[str, str]], url: str) -> tuple[str, str] | None:
    for key in (_key(f"{_MIRROR}{slashed(url)}"), _key(f"{_MIRROR}{url.rstrip('/')}")):
        if key in bundle:
            return bundle[key]
    return bundle.get(f"{_MIRROR}ALL")


def _headers(bundle: Mapping[str, tuple[str, str]], url: str) -> dict[str, str] | None:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    secret = bundle.get(_key(f"BUNDLE_{host}"))
    if secret is None:
        return None
    user, _, password = secret[0].partition(":")
    return basic(unquote(user), unquote(password))


def _key(text: str) -> str:
    """Write a setting's name as Bundler stores it."""
    return text.replace("-", "___").replace(".", "__").upper()


def lookup(base: str, name: str) -> str:
    """Return the URL of a gem's versions in the compact index."""
    return f"{slashed(base)}info/{quote(name, safe='')}"


async def feed(
    client: httpx.AsyncClient, address: Address, state: Mapping[str, object]
) -> AsyncIterator[Page]:
    """Read the list of names, which begins after a line of three hyphens."""
    url = f"{slashed(address.url)}names"
    async for page in whole_list(client, address, state, _read, url=url):
        yield page


async def _read(answer: Response) -> AsyncIterator[list[Entry]]:
    async for some in lines(answer.chunks(), answer.url):
        names = (line.decode("utf-8", "replace").strip() for line in some)
        yield [Entry(name) for name in names if name and name != "---"]


REGISTRY = RegistrySpec(setup=setup, feed=feed, lookup=lookup)
