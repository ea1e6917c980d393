"""The list of NuGet's packages: the catalog of the configured service.

Source: NuGet's reference of NuGet.Config, of its service index, its catalog and its package
content; found. The catalog has an entry for each version with the time of its making, the earliest
of which is the day a package was first seen; it began in 2015. It says which versions were deleted,
but not whether others are left, so a package stays listed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from unghost.ecosystems.feeds import Distinct, json_object, require
from unghost.ecosystems.registry import Entry, Page, RegistrySpec, Setup
from unghost.errors import UnghostError
from unghost.registries import files
from unghost.registries.address import Address, Credentials, basic, same_place, shown, slashed
from unghost.registries.files import expander
from unghost.registries.streams import damaged
from unghost.syntax.xml_text import Element, read_xml

if TYPE_CHECKING:
    import httpx

_SERVICE = "https://api.nuget.org/v3/index.json"
_NAMES = ("nuget.config", "NuGet.config", "NuGet.Config")
_AT_ONCE = 8


def setup(environ: Mapping[str, str], project: Path, home: Path) -> Setup:
    """Read NuGet's files, from the project's folder outwards, then the user's.

    The public service, else the first one, says what there is; other services are private, and so
    are the patterns that are mapped to them. Encrypted passwords are left out.
    """
    known = Credentials(environ, home)
    config = _Config()
    read = list(_files(environ, project, home))
    if not any(of_user and root.find("packageSources") for root, _, of_user in read):
        config.sources["nuget.org"] = (_SERVICE, "NuGet's default")
    for root, place, of_user in reversed(read):
        only = None if of_user else _is_nugets
        config.learn(root, place, expander(environ, "%", "%", only))
    services = {
        name: known.address(url, place, config.headers.get(name))
        for name, (url, place) in config.sources.items()
        if name not in config.disabled and url.startswith(("http://", "https://"))
    }
    found = {name: address for name, address in services.items() if address is not None}
    public = [name for name, address in found.items() if same_place(address.url, _SERVICE)]
    main = next(iter([*public, *found]), None)
    others = tuple(address for name, address in found.items() if name != main)
    address = None if main is None else found[main]
    return Setup(address, address, others, config.private(main))


def _files(
    environ: Mapping[str, str], project: Path, home: Path
) -> Iterator[tuple[Element, str, bool]]:
    """Return the files, the most important first, and whether each is the user's own."""
    user = [home / ".nuget" / "NuGet" / "NuGet.Config"]
    user.append(files.config_home(environ, home) / "NuGet" / "NuGet.Config")
    if environ.get("APPDATA"):
        user.append(Path(environ["APPDATA"]) / "NuGet" / "NuGet.Config")
    of_project = [folder / name for folder in files.upwards(project) for name in _NAMES]
    for path in [*of_project, *user]:
        root = read_xml(files.read_text(path) or "")
        if root is not None:
            yield root, str(path), path in user


class _Config:
    """NuGet's files merged; a later one overrides the earlier ones."""

    def __init__(self) -> None:
        self.sources: dict[str, tuple[str, str]] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.disabled: set[str] = set()
        self._patterns: dict[str, list[str]] = {}

    def learn(self, root: Element, place: str, expand: Callable[[str], str]) -> None:
        for element in _below(root, "packageSources"):
            if element.tag == "clear":
                self.sources.clear()
            elif element.tag == "add":
                self.sources[_attribute(element, "key")] = (
                    expand(_attribute(element, "value")),
                    place,
                )
        for element in _below(root, "disabledPackageSources"):
            if element.tag == "clear":
                self.disabled.clear()
            elif _attribute(element, "value").lower() == "true":
                self.disabled.add(_attribute(element, "key"))
        for element in _below(root, "packageSourceCredentials"):
            values = {_attribute(one, "key"): _attribute(one, "value") for one in element.children}
            user, password = values.get("Username", ""), values.get("ClearTextPassword", "")
            if password:
                self.headers[_decoded(element.tag)] = basic(expand(user), expand(password))
        for element in _below(root, "packageSourceMapping"):
            if element.tag == "clear":
                self._patterns.clear()
            elif element.tag == "packageSource":
                patterns = [_attribute(one, "pattern").lower() for one in element.all("package")]
                self._patterns[_attribute(element, "key")] = patterns

    def private(self, main: str | None) -> tuple[str, ...]:
        """Return the patterns that are mapped to another source and not to the main one."""
        public = set(self._patterns.get(main or "", ()))
        apart = (one for name, some in self._patterns.items() if name != main for one in some)
        return tuple(sorted({one for one in apart if one and one != "*"} - public))


def _is_nugets(variable: str) -> bool:
    return "NUGET" in variable.upper()


def _below(root: Element, tag: str) -> Iterator[Element]:
    for found in root.all(tag):
        yield from found.children


def _attribute(element: Element, name: str) -> str:
    value = element.attributes.get(name)
    return "" if value is None else value.text


def _decoded(tag: str) -> str:
    """Return a source's name as it is written where it stands for a tag: ``_x0020_`` is a blank."""
    parts = tag.split("_x")
    text = parts[0]
    for part in parts[1:]:
        digits, mark, rest = part[:4], part[4:5], part[5:]
        hexadecimal = mark == "_" and all(char in "0123456789abcdefABCDEF" for char in digits)
        text += chr(int(digits, 16)) + rest if hexadecimal else f"_x{part}"
    return text


async def base(client: httpx.AsyncClient, address: Address) -> str:
    """Find where a service has its packages' contents."""
    return slashed(await _resource(client, address, "PackageBaseAddress/3.0.0"))


async def _resource(client: httpx.AsyncClient, address: Address, kind: str) -> str:
    status, index = await json_object(client, address, address.url)
    require(status, address.url)
    resources = index.get("resources")
    for resource in resources if isinstance(resources, list) else ():
        if isinstance(resource, dict) and resource.get("@type") == kind:
            url = resource.get("@id")
            if isinstance(url, str):
                return url
    raise UnghostError(f"{shown(address.url)} has no {kind}: give another service with --from")


def lookup(base: str, name: str) -> str:
    """Return the URL of a package's versions."""
    return f"{slashed(base)}{quote(name.lower(), safe='')}/index.json"


async def feed(
    client: httpx.AsyncClient, address: Address, state: Mapping[str, object]
) -> AsyncIterator[Page]:
    """Read the pages of the catalog that were written since a time, several at once."""
    import asyncio

    catalog = await _resource(client, address, "Catalog/3.0.0")
    status, index = await json_object(client, address, catalog)
    require(status, catalog)
    cursor, distinct, done = str(state.get("cursor", "")), Distinct(), 0
    pages = [
        page
        for page in _items(index, catalog)
        if _moment(page["commitTimeStamp"]) > _moment(cursor)
    ]
    for some in (pages[place : place + _AT_ONCE] for place in range(0, len(pages), _AT_ONCE)):
        read = await asyncio.gather(*(json_object(client, address, page["@id"]) for page in some))
        items = list[dict[str, Any]]()
        for page, (status, content) in zip(some, read, strict=True):
            require(status, page["@id"])
            items += _items(content, page["@id"])
        fresh = [item for item in items if _moment(item["commitTimeStamp"]) > _moment(cursor)]
        added = [(name, day) for name, day in map(_added, fresh) if distinct.is_news(name, day)]
        cursor = max([cursor, *(item["commitTimeStamp"] for item in fresh)], key=_moment)
        done += len(some)
        yield Page(
            [Entry(name, day) for name, day in added if name], {"cursor": cursor}, done, len(pages)
        )
    if not pages:
        yield Page((), {"cursor": cursor}, 0, 0)


def _added(item: Mapping[str, Any]) -> tuple[str, str]:
    """Return the package and the day of an item; no name for one that was deleted."""
    name, day = item.get("nuget:id"), item["commitTimeStamp"][:10]
    deleted = item.get("@type") == "nuget:PackageDelete" or not isinstance(name, str)
    return ("" if deleted else str(name)), day


def _items(value: Mapping[str, Any], url: str) -> list[dict[str, Any]]:
    """Return the items of an index or a page, the oldest first."""
    items = value.get("items")
    if not isinstance(items, list) or not all(_is_item(item) for item in items):
        raise damaged(url)
    return sorted(items, key=lambda item: _moment(item["commitTimeStamp"]))


def _is_item(item: object) -> bool:
    if not isinstance(item, dict):
        return False
    return isinstance(item.get("@id"), str) and isinstance(item.get("commitTimeStamp"), str)


def _moment(time: str) -> str:
    """Return a time in a form that sorts; the catalog leaves out zeros at the end of seconds."""
    whole, _, fraction = time.removesuffix("Z").partition(".")
    return f"{whole}.{fraction:0<9}"


REGISTRY = RegistrySpec(setup=setup, feed=feed, lookup=lookup, base=base, incremental=True)
