"""Shared code of the readers of bulk lists."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from unghost.ecosystems.registry import Entry, Page
from unghost.errors import UnghostError
from unghost.registries.address import Address, shown
from unghost.registries.streams import damaged

if TYPE_CHECKING:
    import httpx

    from unghost.registries.client import Response

PAGE = 20_000
"""Entries that are handed on at once."""
MOST_REMEMBERED = 1 << 18
"""Names that are remembered; beyond them a name may be passed on again, which does no harm."""

Read = Callable[["Response"], AsyncIterator[Iterable[Entry]]]


class Unchanged(Exception):
    """The list is what it was when the state that was given to its reader was taken."""


class Outdated(Exception):
    """The given state cannot be resumed; the list has to be read from its beginning."""


class Distinct:
    """Remembers which names were seen recently, and their earliest days."""

    def __init__(self) -> None:
        self._days: dict[str, str] = {}

    def is_news(self, name: str, day: str | None) -> bool:
        """Return whether a name was not seen, or not with a day as early as this one."""
        known = self._days.get(name)
        if known is not None and (day is None or (known and known <= day)):
            return False
        if len(self._days) >= MOST_REMEMBERED:
            self._days.clear()
        self._days[name] = day or ""
        return True


async def whole_list(
    client: httpx.AsyncClient,
    address: Address,
    state: Mapping[str, object],
    read: Read,
    *,
    url: str | None = None,
    headers: Mapping[str, str] | None = None,
    marked: bool = False,
) -> AsyncIterator[Page]:
    """Read a list that is one answer, from its beginning each time, unless it is unchanged.

    Args:
        client: The client.
        address: Whose credentials are used.
        state: The state of the last reading.
        read: Gives the entries of the answer.
        url: What is asked for, if not the address itself.
        headers: More headers.
        marked: Whether ``read`` itself sees when a list is cut off.

    Raises:
        UnghostError: The list is refused, or it could be cut off without anyone seeing it.
        Unchanged: It is what it was at the last reading.
    """
    from unghost.registries.client import opened

    place = url or address.url
    asked = {**(headers or {}), **conditions(state)}
    async with opened(client, address, place, headers=asked) as answer:
        if answer.status == 304:
            raise Unchanged
        require(answer.status, place)
        if not (marked or answer.ends_surely):
            raise UnghostError(
                f"{shown(place)} does not say how long its list is, so one that is cut off would"
                " look whole: put a server in front of it that does"
            )
        done, waiting = 0, list[Entry]()
        async for entries in read(answer):
            waiting += entries
            if len(waiting) >= PAGE:
                done += len(waiting)
                yield Page(waiting, {}, done)
                waiting = []
        yield Page(waiting, validators(answer.headers), done + len(waiting))


async def json_object(
    client: httpx.AsyncClient, address: Address, url: str
) -> tuple[int, dict[str, Any]]:
    """Request a JSON object; return the status and the object, empty if there is none.

    Raises:
        UnghostError: It answers that all is well, and with something else than a JSON object.
    """
    import json

    from unghost.registries.client import get

    response = await get(client, address, url)
    if response.status_code != 200:
        return response.status_code, {}
    try:
        value = json.loads(response.content)
    except (ValueError, RecursionError) as error:
        raise damaged(url) from error
    if not isinstance(value, dict):
        raise damaged(url)
    return 200, value


def require(status: int, url: str) -> None:
    """Refuse an answer that is not a list.

    Raises:
        UnghostError: The status is another than 200.
    """
    if status == 200:
        return
    if status in (401, 403):
        raise UnghostError(
            f"{shown(url)} refuses with status {status}: set the credentials that it wants"
        )
    raise UnghostError(
        f"{shown(url)} has no list of names (status {status}): give the address of one with --from"
    )


def conditions(state: Mapping[str, object]) -> dict[str, str]:
    """Return the headers that ask for an answer only if it is not the one of a state."""
    headers = {}
    for key, header in (("etag", "If-None-Match"), ("modified", "If-Modified-Since")):
        value = state.get(key)
        if isinstance(value, str):
            headers[header] = value
    return headers


def validators(headers: Mapping[str, str]) -> dict[str, object]:
    """Return the state of an answer."""
    found = {"etag": headers.get("ETag"), "modified": headers.get("Last-Modified")}
    return {key: value for key, value in found.items() if value}
