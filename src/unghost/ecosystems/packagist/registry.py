"""The list of Packagist's packages: the one that a Composer repository names or holds.

Source: Composer's documentation of repositories, of its configuration and of authentication; found.
The list has no dates.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from unghost.ecosystems.feeds import json_object, require, whole_list
from unghost.ecosystems.registry import Entry, Page, RegistrySpec, Setup
from unghost.errors import UnghostError
from unghost.registries import files
from unghost.registries.address import (
    Address,
    Credentials,
    basic,
    bearer,
    same_place,
    shown,
    slashed,
)
from unghost.registries.streams import json_values

if TYPE_CHECKING:
    import httpx

    from unghost.registries.client import Response

_DEFAULT = "https://repo.packagist.org/"
_PUBLIC = frozenset({"packagist", "packagist.org"})
_PLACEHOLDER = "%package%"


def setup(environ: Mapping[str, str], project: Path, home: Path) -> Setup:
    """Read Composer's settings: the project's, then the user's.

    The public repository, or what takes its place, says what there is; others are private, and so
    are the names that a repository is said to have alone.
    """
    known = Credentials(environ, home)
    folder = _composer_home(environ, home)
    secrets = _secrets(environ, project, folder)
    public: Address | None = None
    forbidden, others, private = False, list[Address](), list[str]()
    for path in (project / "composer.json", folder / "config.json"):
        for name, repository in _repositories(files.read_json(path)):
            if repository is False:
                forbidden = forbidden or name in _PUBLIC
                continue
            entry = files.table(repository)
            url = files.text_of(entry.get("url"))
            address = known.address(url, str(path), _headers(secrets, url))
            only = entry.get("only")
            private += (
                [text for text in only if isinstance(text, str)] if isinstance(only, list) else []
            )
            if entry.get("type") != "composer" or address is None:
                continue
            if name in _PUBLIC or same_place(url, _DEFAULT):
                public = public or address
            else:
                others.append(address)
    if public is None and not forbidden:
        public = known.address(_DEFAULT, "Composer's default", _headers(secrets, _DEFAULT))
    if public is None and others:
        public = others.pop(0)
    return Setup(public, public, tuple(others), tuple(dict.fromkeys(private)))


def _composer_home(environ: Mapping[str, str], home: Path) -> Path:
    if environ.get("COMPOSER_HOME"):
        return Path(environ["COMPOSER_HOME"])
    old = home / ".composer"
    return old if old.is_dir() else files.config_home(environ, home) / "composer"


def _repositories(config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Return repositories with their names; a list may hold objects that only switch some off."""
    found = config.get("repositories")
    if isinstance(found, dict):
        yield from ((name, value) for name, value in found.items())
    for item in files.tables(found):
        if "type" in item:
            yield files.text_of(item.get("name")), item
        else:
            yield from item.items()


def _secrets(environ: Mapping[str, str], project: Path, folder: Path) -> dict[str, dict[str, str]]:
    """Return headers by host; the environment goes before the project, that before the user."""
    secrets: dict[str, dict[str, str]] = {}
    texts = [files.read_json(folder / "auth.json"), files.read_json(project / "auth.json")]
    for auth in [*texts, files.parse_json(environ.get("COMPOSER_AUTH", ""))]:
        for host, token in files.table(auth, "bearer").items():
            secrets[host.lower()] = bearer(files.text_of(token))
        for host, entry in files.table(auth, "http-basic").items():
            user, password = (
                files.text_of(files.table(entry).get(k)) for k in ("username", "password")
            )
            secrets[host.lower()] = basic(user, password)
    return secrets


def _headers(secrets: Mapping[str, dict[str, str]], url: str) -> dict[str, str] | None:
    try:
        host = urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return None
    return secrets.get(host)


async def base(client: httpx.AsyncClient, address: Address) -> str:
    """Find where a repository has the metadata of its packages."""
    place = _root(address)
    _, about = await json_object(client, address, place)
    pattern = files.text_of(about.get("metadata-url"))
    return urljoin(place, pattern) if _PLACEHOLDER in pattern else address.url


def lookup(base: str, name: str) -> str:
    """Return the URL of a package's metadata."""
    escaped = quote(name, safe="/")
    if _PLACEHOLDER in base:
        return base.replace(_PLACEHOLDER, escaped)
    return f"{slashed(base)}p2/{escaped}.json"


async def feed(
    client: httpx.AsyncClient, address: Address, state: Mapping[str, object]
) -> AsyncIterator[Page]:
    """Read the list that a repository names, or the names that it holds itself."""
    place = _root(address)
    status, about = await json_object(client, address, place)
    require(status, place)
    names = await _held(client, address, place, about)
    listed = files.text_of(about.get("list"))
    if names:
        partial = bool(about.get("available-package-patterns") or about.get("providers-url"))
        yield Page([Entry(name) for name in names], {}, len(names), partial=partial)
    elif listed:
        url = urljoin(place, listed)
        async for page in whole_list(client, address, state, _read, url=url, marked=True):
            yield page
    else:
        raise UnghostError(f"{shown(place)} lists no packages: give another repository with --from")


async def _held(
    client: httpx.AsyncClient, address: Address, place: str, about: Mapping[str, Any]
) -> list[str]:
    """Return the names in a repository's own file and in those that it includes."""
    names = about.get("available-packages")
    found = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    found += files.table(about, "packages")
    for part in files.table(about, "includes"):
        url = urljoin(place, part)
        status, included = await json_object(client, address, url)
        require(status, url)
        found += files.table(included, "packages")
    return list(dict.fromkeys(found))


async def _read(answer: Response) -> AsyncIterator[list[Entry]]:
    async for found in json_values(answer.chunks(), {("packageNames.item", "string")}, answer.url):
        yield [Entry(name) for _, name in found]


def _root(address: Address) -> str:
    url = address.url
    return url if url.endswith(".json") else f"{slashed(url)}packages.json"


REGISTRY = RegistrySpec(setup=setup, feed=feed, lookup=lookup, base=base)
