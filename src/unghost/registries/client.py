"""An HTTP client for registries: polite, bounded, and careful with credentials.

It says who it is, speaks HTTP/2 where the server does, waits where the server says so, and sends
a credential to no other scheme, host and port than those it is configured for, redirects included.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.request import url2pathname

import httpx

from unghost.errors import UnghostError
from unghost.registries.address import Address, is_sound, same_origin, shown
from unghost.registries.backoff import LONGEST_WAIT, Backoff, retry_after
from unghost.registries.streams import bounded, gunzipped
from unghost.version import __version__

LARGEST_ANSWER = 1 << 27
"""Bytes of an answer that is read whole."""
LARGEST_LIST = 1 << 33
"""Bytes of a list that is read as a stream."""

_ATTEMPTS = 4
FIRST_WAIT = 0.5
_MOST_REDIRECTS = 8
_MOST_BREAKS = 20
_AGAIN = frozenset({429, 500, 502, 503, 504})
_SMALL = 1 << 16


class Unreachable(UnghostError):
    """A registry gave no answer, so nothing is known of what was asked."""


def make_client(*, timeout: float = 30.0) -> httpx.AsyncClient:
    """Build a client; proxies and certificates are those of the environment."""
    return httpx.AsyncClient(
        http2=True,
        headers={"User-Agent": f"unghost/{__version__}", "Accept-Encoding": "gzip"},
        timeout=httpx.Timeout(timeout, connect=10.0),
        follow_redirects=False,
        mounts={"file://": _Files()},
    )


class Response:
    """An answer whose body is read in pieces; where the connection breaks, it is taken up again."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        address: Address,
        response: httpx.Response,
        headers: Mapping[str, str],
    ) -> None:
        self._client, self._address, self._response = client, address, response
        self._asked = dict(headers)
        self.status, self.headers, self.url = (
            response.status_code,
            response.headers,
            str(response.url),
        )

    @property
    def ends_surely(self) -> bool:
        """Return whether a body that is cut off would be noticed.

        Without a length or chunks an old server just closes the connection, sound or not.
        """
        length = "Content-Length" in self.headers or "Transfer-Encoding" in self.headers
        return length or self._response.http_version == "HTTP/2"

    async def chunks(self, limit: int = LARGEST_LIST) -> AsyncIterator[bytes]:
        """Return the body, decoded.

        Raises:
            UnghostError: It is larger than the limit, damaged or cut off, or encoded otherwise than
                asked for.
            Unreachable: The connection broke, and the server cannot go on where it did.
        """
        encoding = self.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding in ("", "identity"):
            decoded = self._raw()
        elif encoding in ("gzip", "x-gzip"):
            decoded = gunzipped(self._raw(), self.url)
        else:
            raise UnghostError(f"{shown(self.url)} answers in the encoding {encoding[:20]!r}")
        async for chunk in bounded(decoded, limit, self.url):
            yield chunk

    async def close(self) -> None:
        """Close the connection."""
        await self._response.aclose()

    async def _raw(self) -> AsyncIterator[bytes]:
        received = breaks = 0
        while True:
            try:
                async for chunk in self._response.aiter_raw():
                    received += len(chunk)
                    yield chunk
                return
            except httpx.TransportError as error:
                breaks += 1
                if breaks > _MOST_BREAKS:
                    raise _broken(self.url, error) from error
                await self._go_on(received, error)

    async def _go_on(self, received: int, error: Exception) -> None:
        await self._response.aclose()
        validator = self.headers.get("ETag") or self.headers.get("Last-Modified")
        if self.status != 200 or validator is None or validator.startswith("W/"):
            raise _broken(self.url, error) from error
        headers = {**self._asked, "Range": f"bytes={received}-", "If-Range": validator}
        self._response = await _asked(self._client, self._address, self.url, headers)
        begins = self._response.headers.get("Content-Range", "").startswith(f"bytes {received}-")
        if self._response.status_code != 206 or not begins:
            await self._response.aclose()
            raise _broken(self.url, error) from error


@asynccontextmanager
async def opened(
    client: httpx.AsyncClient,
    address: Address,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
) -> AsyncIterator[Response]:
    """Request a URL and yield the answer, whatever its status, with its body still to be read.

    Args:
        client: See :func:`make_client`.
        address: Whose credentials go with requests to its own scheme, host and port.
        url: What to ask for.
        headers: More headers, which must not be secret.

    Raises:
        Unreachable: No answer came, or only ones that ask to retry.
        UnghostError: The URL is not valid, or there are too many redirects.
    """
    response = await _asked(client, address, url, headers or {})
    answer = Response(client, address, response, headers or {})
    try:
        yield answer
    finally:
        await answer.close()


async def get(
    client: httpx.AsyncClient,
    address: Address,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    limit: int = LARGEST_ANSWER,
) -> httpx.Response:
    """Request a URL and read the answer whole; see :func:`opened`."""
    pause = _Pause(url)
    while True:
        async with opened(client, address, url, headers=headers) as answer:
            try:
                body = b"".join([chunk async for chunk in answer.chunks(limit)])
            except Unreachable as error:
                await pause.wait(str(error.__cause__))
                continue
            kept = {k: v for k, v in answer.headers.items() if k.lower() not in _OF_THE_TRANSFER}
            request = httpx.Request("GET", answer.url)
            return httpx.Response(answer.status, headers=kept, content=body, request=request)


async def brief(client: httpx.AsyncClient, address: Address, url: str) -> tuple[int, bytes]:
    """Request a URL; return the status, and the body if it is small. See :func:`opened`."""
    async with opened(client, address, url) as answer:
        body = b""
        if int(answer.headers.get("Content-Length") or _SMALL) < _SMALL:
            # Read, so that the connection can be used again.
            body = b"".join([part async for part in answer.chunks(_SMALL)])
        return answer.status, body


async def status(client: httpx.AsyncClient, address: Address, url: str) -> int:
    """Request a URL and return the status alone; a large body is not read. See :func:`opened`."""
    return (await brief(client, address, url))[0]


_OF_THE_TRANSFER = frozenset({"content-encoding", "content-length", "transfer-encoding"})


async def _asked(
    client: httpx.AsyncClient, address: Address, url: str, headers: Mapping[str, str]
) -> httpx.Response:
    """Request until there is an answer."""
    if not is_sound(url):
        raise UnghostError(f"{shown(url)} is not an address that can be asked")
    pause = _Pause(url)
    while True:
        try:
            response = await _sent(client, address, url, headers)
        except httpx.UnsupportedProtocol as error:
            raise UnghostError(f"{shown(url)} is not an address that can be asked") from error
        except httpx.TransportError as error:
            await pause.wait(str(error) or type(error).__name__)
            continue
        if response.status_code not in _AGAIN:
            return response
        await response.aclose()
        await pause.wait(f"status {response.status_code}", retry_after(response.headers))


async def _sent(
    client: httpx.AsyncClient, address: Address, url: str, headers: Mapping[str, str]
) -> httpx.Response:
    """Send one request and follow its redirects."""
    place = url
    for _ in range(_MOST_REDIRECTS):
        secrets = address.headers if same_origin(address.url, place) else {}
        try:
            if place.startswith("file:"):
                # The client would take an address without a host for a relative one.
                request = httpx.Request("GET", place)
            else:
                request = client.build_request("GET", place, headers={**headers, **secrets})
            response = await client.send(request, stream=True)
            if not response.has_redirect_location:
                return response
            await response.aclose()
            place = str(response.url.join(response.headers["Location"]))
        except httpx.InvalidURL as error:
            raise UnghostError(f"{shown(place)} is not an address that can be asked") from error
        if not place.startswith(("http://", "https://")):
            raise UnghostError(f"{shown(url)} redirects to something that is not a web address")
    raise UnghostError(f"{shown(url)} redirects too often")


class _Pause:
    """Waits between attempts until there were enough of them."""

    def __init__(self, url: str) -> None:
        self._url, self._backoff = url, Backoff(_ATTEMPTS, FIRST_WAIT)

    async def wait(self, trouble: str, asked: float = 0.0) -> None:
        place = shown(self._url)
        if asked > LONGEST_WAIT:
            raise Unreachable(f"{place} asks to come again in {asked:.0f} s ({trouble})")
        if not await self._backoff.wait(asked):
            raise Unreachable(
                f"{place} gave no answer in {_ATTEMPTS} tries ({trouble}): run the command again"
                " later"
            )


def _broken(url: str, error: Exception) -> Unreachable:
    return Unreachable(
        f"the connection to {shown(url)} broke ({str(error) or type(error).__name__}): run the"
        " same command again to go on"
    )


class _Files(httpx.AsyncBaseTransport):
    """Answers for ``file://`` addresses, which clients know too: mirrors on a disk."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = Path(url2pathname(request.url.path))
        file = path / "index.html" if path.is_dir() else path
        try:
            size = file.stat().st_size
        except OSError:
            return httpx.Response(200 if path.is_dir() else 404, stream=_Pieces(None))
        return httpx.Response(200, headers={"Content-Length": str(size)}, stream=_Pieces(file))


class _Pieces(httpx.AsyncByteStream):
    def __init__(self, path: Path | None) -> None:
        self._path = path

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._path is None:
            return
        with self._path.open("rb") as file:
            while piece := file.read(_SMALL):
                yield piece
