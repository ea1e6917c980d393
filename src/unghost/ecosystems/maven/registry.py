"""The list of Maven's artifacts: the index that Maven Central publishes for indexers.

Source: Maven's reference of settings and of mirrors, and the transfer format of its indexer; found.
The index has one document for each version and file with the file's time, the earliest of which is
the day an artifact was first seen. Weekly chunks after the whole index make a refresh short. They
say which versions were removed, but not whether others are left, so a name goes only when the whole
index is read anew.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from unghost.ecosystems.feeds import PAGE, Distinct, Outdated, require
from unghost.ecosystems.maven.nexus import artifacts
from unghost.ecosystems.registry import Entry, Page, RegistrySpec, Setup
from unghost.registries import files
from unghost.registries.address import Address, Credentials, basic, slashed
from unghost.registries.files import expander
from unghost.registries.streams import gunzipped
from unghost.syntax.xml_text import Element, read_xml

if TYPE_CHECKING:
    import httpx

_CENTRAL = "https://repo.maven.apache.org/maven2/"
_INDEX = ".index/nexus-maven-repository-index"
_LARGEST_INDEX = 1 << 37


def setup(environ: Mapping[str, str], project: Path, home: Path) -> Setup:
    """Read Maven's settings and the repositories of the project's ``pom.xml``.

    A mirror of Central takes its place; other repositories are private. Passwords that Maven
    encrypted are left out.
    """
    known = Credentials(environ, home)
    settings = list(_settings(environ, home))
    expand = expander(environ, "${env.", "}")
    repositories = {"central": (_CENTRAL, "Maven's default")}
    for root, place in [*settings, *_pom(project)]:
        for element in _repositories(root):
            name, url = _text(element, "id"), expand(_text(element, "url"))
            if name and url:
                repositories[name] = url, place
    found = {}
    for name, (url, place) in repositories.items():
        mirror = next(
            (m for m in _mirrors(settings) if _is_mirror(_text(m[0], "mirrorOf"), name)), None
        )
        ident = name
        if mirror is not None:
            ident, url, place = _text(mirror[0], "id"), expand(_text(mirror[0], "url")), mirror[1]
        address = known.address(url, place, _headers(settings, ident, expand))
        if address is not None:
            found[name] = address
    main = found.pop("central", None)
    others = {one.url: one for one in found.values() if main is None or one.url != main.url}
    return Setup(main, main, tuple(others.values()))


def _settings(environ: Mapping[str, str], home: Path) -> Iterator[tuple[Element, str]]:
    """Return the settings, the user's before the machine's."""
    paths = [home / ".m2" / "settings.xml"]
    for name in ("MAVEN_HOME", "M2_HOME"):
        if environ.get(name):
            paths.append(Path(environ[name]) / "conf" / "settings.xml")
    for path in paths:
        root = read_xml(files.read_text(path) or "")
        if root is not None:
            yield root, str(path)


def _pom(project: Path) -> Iterator[tuple[Element, str]]:
    path = project / "pom.xml"
    root = read_xml(files.read_text(path) or "")
    if root is not None:
        yield root, str(path)


def _repositories(root: Element) -> Iterator[Element]:
    """Return the repositories of a project, or of the profiles that settings make active."""
    active = {one.text.text for one in _below(root, "activeProfiles") if one.text is not None}
    places = [root]
    for profile in _below(root, "profiles"):
        activation = profile.find("activation")
        default = activation is not None and _text(activation, "activeByDefault") == "true"
        if default or _text(profile, "id") in active:
            places.append(profile)
    for place in places:
        yield from _below(place, "repositories")


def _mirrors(settings: list[tuple[Element, str]]) -> Iterator[tuple[Element, str]]:
    for root, place in settings:
        for mirror in _below(root, "mirrors"):
            if _text(mirror, "blocked") != "true":
                yield mirror, place


def _is_mirror(mirror_of: str, name: str) -> bool:
    """Return whether a mirror stands for a repository that is not on this machine."""
    words = [word.strip() for word in mirror_of.split(",")]
    if f"!{name}" in words:
        return False
    return any(word in (name, "*", "external:*") for word in words)


def _headers(
    settings: list[tuple[Element, str]], name: str, expand: Callable[[str], str]
) -> dict[str, str] | None:
    for root, _ in settings:
        for server in _below(root, "servers"):
            password = expand(_text(server, "password"))
            if _text(server, "id") == name and password and not password.startswith("{"):
                return basic(expand(_text(server, "username")), password)
    return None


def _below(root: Element, tag: str) -> Iterator[Element]:
    found = root.find(tag)
    return iter(()) if found is None else iter(found.children)


def _text(element: Element, tag: str) -> str:
    found = element.find(tag)
    return found.text.text if found is not None and found.text is not None else ""


def lookup(base: str, name: str) -> str:
    """Return the URL of an artifact's metadata."""
    group, _, artifact = name.partition(":")
    folders = "/".join(quote(part, safe="") for part in [*group.split("."), artifact])
    return f"{slashed(base)}{folders}/maven-metadata.xml"


async def feed(
    client: httpx.AsyncClient, address: Address, state: Mapping[str, object]
) -> AsyncIterator[Page]:
    """Read the chunks that are new since a state, or the whole index."""
    base = f"{slashed(address.url)}{_INDEX}"
    about = await _about(client, address, f"{base}.properties")
    chain, last = about.get("nexus.index.chain-id", ""), _number(about, "last-incremental")
    day = _day(about.get("nexus.index.timestamp", ""))
    if not state:
        async for page in _read(client, address, f"{base}.gz", {}, day):
            yield page
    else:
        had = state.get("chunk")
        if (
            state.get("chain") != chain
            or not isinstance(had, int)
            or not _has_all(about, had, last)
        ):
            raise Outdated
        for number in range(had + 1, last + 1):
            before = {"chain": chain, "chunk": number - 1}
            async for page in _read(client, address, f"{base}.{number}.gz", before, day):
                yield page
            yield Page((), {"chain": chain, "chunk": number}, number - had, last - had, day)
    yield Page((), {"chain": chain, "chunk": last}, 0, day=day)


async def _about(client: httpx.AsyncClient, address: Address, url: str) -> dict[str, str]:
    from unghost.registries.client import get

    response = await get(client, address, url)
    require(response.status_code, url)
    return dict(files.settings(response.text.replace("\\:", ":"), "#!"))


def _number(about: Mapping[str, str], name: str) -> int:
    text = about.get(f"nexus.index.{name}", "")
    return int(text) if text.isdigit() else 0


def _has_all(about: Mapping[str, str], had: int, last: int) -> bool:
    """Return whether all chunks after one are still there."""
    prefix = "nexus.index.incremental-"
    kept = {text for name, text in about.items() if name.startswith(prefix)}
    return had <= last and all(str(number) in kept for number in range(had + 1, last + 1))


def _day(timestamp: str) -> str | None:
    digits = timestamp[:8]
    return (
        f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
        if len(digits) == 8 and digits.isdigit()
        else None
    )


async def _read(
    client: httpx.AsyncClient,
    address: Address,
    url: str,
    state: Mapping[str, object],
    day: str | None,
) -> AsyncIterator[Page]:
    """Read an index; a reading that is broken off begins it again, which is what ``state`` says."""
    from unghost.registries.client import opened

    distinct, waiting, done = Distinct(), list[Entry](), 0
    async with opened(client, address, url) as answer:
        require(answer.status, url)
        unpacked = gunzipped(answer.chunks(_LARGEST_INDEX), url)
        async for found in artifacts(unpacked, url):
            done += len(found)
            waiting += [Entry(name, seen) for name, seen in found if distinct.is_news(name, seen)]
            if len(waiting) >= PAGE:
                yield Page(waiting, state, done, day=day)
                waiting = []
    yield Page(waiting, state, done, day=day)


REGISTRY = RegistrySpec(setup=setup, feed=feed, lookup=lookup, incremental=True)
