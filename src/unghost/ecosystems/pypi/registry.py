"""The list of PyPI's names: the simple index that pip, uv or Poetry is configured for.

Source: PEP 503, 691 and 700 for the index; found. No default is written here: it is pip's own
constant, asked of pip itself. The index gives no dates, and its serial leads to no list of changes,
so each reading is of the whole list, and one that is unchanged is seen by its ETag.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from unghost.ecosystems.feeds import whole_list
from unghost.ecosystems.pypi.pip import pip_default, pip_indexes
from unghost.ecosystems.pypi.poetry import poetry_indexes
from unghost.ecosystems.pypi.uv import uv_indexes
from unghost.ecosystems.registry import Entry, Page, RegistrySpec, Setup
from unghost.errors import UnghostError
from unghost.registries.address import Address, Credentials, same_place, shown, slashed
from unghost.registries.streams import cut_off, json_values

if TYPE_CHECKING:
    import httpx

    from unghost.registries.client import Response

_JSON = "application/vnd.pypi.simple.v1+json"
_ACCEPT = f"{_JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"


def setup(environ: Mapping[str, str], project: Path, home: Path) -> Setup:
    """Read the settings of uv, Poetry and pip.

    The environment's settings for uv go first, then the project's, then pip's, then uv's on this
    machine, then pip's default. Indexes beside the first are asked too; if one of them is pip's
    default, it is that one which says what is public, and the others are private.
    """
    known = Credentials(environ, home)
    pip, uv = pip_indexes(environ, project, home, known), uv_indexes(environ, project, home, known)
    poetry = poetry_indexes(environ, project, home, known)
    default = None if pip.forbidden else pip_default(environ, home, known)
    mains = (uv.environment, uv.project, poetry.main, pip.main, uv.machine)
    said = [one for one in (*mains, *uv.others, *poetry.others, *pip.others) if one is not None]
    main = next((one for one in mains if one is not None), default)
    public = next((one for one in said if default and same_place(one.url, default.url)), main)
    if public is None:
        return Setup(None, None, tuple(_unlike(said, None)))
    return Setup(public, public, tuple(_unlike(said, public)))


def _unlike(addresses: Iterable[Address], public: Address | None) -> Iterable[Address]:
    """Return each address once, without the public one."""
    kept: list[Address] = []
    for address in addresses:
        same = [*kept, *([public] if public else [])]
        if not any(same_place(address.url, one.url) for one in same):
            kept.append(address)
    return kept


def lookup(base: str, name: str) -> str:
    """Return the URL of a project's page."""
    return f"{slashed(base)}{quote(name, safe='')}/"


async def feed(
    client: httpx.AsyncClient, address: Address, state: Mapping[str, object]
) -> AsyncIterator[Page]:
    """Read the simple index, in JSON where the server has it, else in HTML."""
    headers = {"Accept": _ACCEPT}
    url = slashed(address.url)
    async for page in whole_list(
        client, address, state, _read, url=url, headers=headers, marked=True
    ):
        yield page


async def _read(answer: Response) -> AsyncIterator[list[Entry]]:
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind.endswith("json"):
        async for found in json_values(answer.chunks(), _NAMES, answer.url):
            yield [Entry(value) for _, value in found]
    elif kind in ("text/html", "application/vnd.pypi.simple.v1+html", ""):
        async for names in _html_names(answer):
            yield [Entry(name) for name in names]
    else:
        raise UnghostError(
            f"{shown(answer.url)} answers with {kind[:60]}, which is no simple index: give the"
            " address of one, which often ends in /simple/"
        )


_NAMES = {("projects.item.name", "string")}


async def _html_names(answer: Response) -> AsyncIterator[list[str]]:
    from unghost.ecosystems.pypi.anchors import Anchors

    page = Anchors(answer.url)
    async for chunk in answer.chunks():
        yield page.read(chunk)
    yield page.end()
    if not (page.ended or answer.ends_surely):
        raise cut_off(answer.url)


REGISTRY = RegistrySpec(setup=setup, feed=feed, lookup=lookup)
