from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from registry_stub import Asked, Reply, Stub
from unghost import __version__
from unghost.errors import UnghostError
from unghost.registries.address import Address, basic
from unghost.registries.client import Unreachable, get, make_client, opened, status


def fetch(url: str, address: Address | None = None, **more: object) -> httpx.Response:
    async def run() -> httpx.Response:
        async with make_client() as client:
            return await get(client, address or Address(url, "a test"), url, **more)  # type: ignore[arg-type]

    return asyncio.run(run())


def read(url: str, limit: int = 1 << 20) -> bytes:
    async def run() -> bytes:
        async with make_client() as client, opened(client, Address(url, ""), url) as answer:
            return b"".join([chunk async for chunk in answer.chunks(limit)])

    return asyncio.run(run())


def in_turn(*replies: Reply) -> Callable[[Asked], Reply]:
    waiting = list(replies)
    return lambda asked: waiting.pop(0) if len(waiting) > 1 else waiting[0]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited, without waiting."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return slept


def test_says_who_asks(stub: Stub) -> None:
    stub.routes["/x"] = Reply(b"here")
    assert fetch(f"{stub.url}/x").content == b"here"
    assert stub.asked[0].headers["user-agent"] == f"unghost/{__version__}"


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_comes_again_where_the_server_says_so(stub: Stub, code: int) -> None:
    stub.routes["/x"] = in_turn(Reply(status=code), Reply(status=code), Reply(b"here"))
    assert fetch(f"{stub.url}/x").content == b"here"
    assert len(stub.asked) == 3


@pytest.mark.parametrize("code", [200, 304, 401, 403, 404, 410])
def test_other_answers_are_answers(stub: Stub, code: int) -> None:
    stub.routes["/x"] = Reply(status=code)
    assert fetch(f"{stub.url}/x").status_code == code
    assert len(stub.asked) == 1


def test_waits_as_long_as_the_server_asks(stub: Stub, waits: list[float]) -> None:
    stub.routes["/x"] = in_turn(Reply(status=429, headers={"Retry-After": "7"}), Reply())
    fetch(f"{stub.url}/x")
    assert waits == [7.0]


def test_waits_until_the_date_the_server_gives(stub: Stub, waits: list[float]) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    stub.routes["/x"] = in_turn(Reply(status=503, headers={"Retry-After": until}), Reply())
    fetch(f"{stub.url}/x")
    assert 20 < waits[0] <= 30


@pytest.mark.parametrize("value", ["soon", "-5", "", "1e9", "\xb2", "nan"])
def test_backs_off_by_itself_if_the_server_says_nonsense(
    stub: Stub, waits: list[float], value: str
) -> None:
    stub.routes["/x"] = in_turn(Reply(status=503, headers={"Retry-After": value}), Reply())
    fetch(f"{stub.url}/x")
    assert 0 < waits[0] < 1


def test_does_not_wait_for_hours(stub: Stub, waits: list[float]) -> None:
    stub.routes["/x"] = Reply(status=429, headers={"Retry-After": "3600"})
    with pytest.raises(Unreachable, match="3600 s"):
        fetch(f"{stub.url}/x")
    assert len(stub.asked) == 1
    assert not waits


def test_waits_longer_each_time_and_gives_up(stub: Stub, waits: list[float]) -> None:
    stub.routes["/x"] = Reply(status=503)
    with pytest.raises(Unreachable, match="status 503"):
        fetch(f"{stub.url}/x")
    assert len(stub.asked) == 4
    assert waits == sorted(waits)


def test_a_server_that_is_not_there(stub: Stub, waits: list[float]) -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1/x"):
        fetch("http://127.0.0.1:1/x")


def test_a_server_that_says_nothing(stub: Stub, waits: list[float]) -> None:
    def silent(asked: Asked) -> Reply:
        time.sleep(0.5)
        return Reply()

    stub.routes["/x"] = silent

    async def run() -> None:
        async with make_client(timeout=0.05) as client:
            await get(client, Address(stub.url, ""), f"{stub.url}/x")

    with pytest.raises(Unreachable):
        asyncio.run(run())


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "nonsense", "http://[", "gopher:x"])
def test_what_is_no_web_address(url: str) -> None:
    with pytest.raises(UnghostError, match="is not an address that can be asked"):
        fetch(url)


def test_credentials_go_to_their_host(stub: Stub) -> None:
    stub.routes["/x"] = Reply()
    fetch(f"{stub.url}/x", Address(f"{stub.url}/simple/", "", basic("me", "secret")))
    assert stub.asked[0].headers["authorization"].startswith("Basic ")


def test_a_redirect_within_the_host_keeps_credentials(stub: Stub) -> None:
    stub.routes["/x"] = Reply(status=302, headers={"Location": "/y"})
    stub.routes["/y"] = Reply(b"here")
    answer = fetch(f"{stub.url}/x", Address(stub.url, "", basic("me", "secret")))
    assert answer.content == b"here"
    assert "authorization" in stub.asked[1].headers


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_drops_credentials(
    stub: Stub, other_stub: Stub, code: int
) -> None:
    stub.routes["/x"] = Reply(status=code, headers={"Location": f"{other_stub.url}/y"})
    other_stub.routes["/y"] = Reply(b"here")
    answer = fetch(f"{stub.url}/x", Address(stub.url, "", basic("me", "secret")))
    assert answer.content == b"here"
    assert "authorization" in stub.asked[0].headers
    assert "authorization" not in other_stub.asked[0].headers


def test_credentials_do_not_go_to_another_host_that_an_index_names(
    stub: Stub, other_stub: Stub
) -> None:
    other_stub.routes["/y"] = Reply()
    fetch(f"{other_stub.url}/y", Address(stub.url, "", basic("me", "secret")))
    assert "authorization" not in other_stub.asked[0].headers


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://127.0.0.1/", "data:,x"])
def test_a_redirect_leads_to_no_file(stub: Stub, target: str) -> None:
    stub.routes["/x"] = Reply(status=302, headers={"Location": target})
    with pytest.raises(UnghostError, match=r"not a web address|can be asked"):
        fetch(f"{stub.url}/x")


def test_redirects_end(stub: Stub) -> None:
    stub.routes["/x"] = Reply(status=302, headers={"Location": "/x"})
    with pytest.raises(UnghostError, match="redirects too often"):
        fetch(f"{stub.url}/x")
    assert len(stub.asked) < 20


def test_errors_show_no_secret(stub: Stub, waits: list[float]) -> None:
    stub.routes["/x"] = Reply(status=503)
    url = f"{stub.url.replace('//', '//me:secret@')}/x?token=secret"
    with pytest.raises(Unreachable) as error:
        fetch(url)
    assert "secret" not in str(error.value)
    assert "secret" not in repr(Address(stub.url, "", basic("me", "secret")))


def test_reads_gzip(stub: Stub) -> None:
    body = b"name\n" * 1000
    stub.routes["/x"] = Reply(gzip.compress(body), headers={"Content-Encoding": "gzip"})
    assert fetch(f"{stub.url}/x").content == body
    assert stub.asked[0].headers["accept-encoding"] == "gzip"


def test_a_gzip_bomb_is_bounded(stub: Stub) -> None:
    bomb = gzip.compress(bytes(1 << 24))
    stub.routes["/x"] = Reply(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(UnghostError, match="more than 1 MiB"):
        fetch(f"{stub.url}/x", limit=1 << 20)


def test_pieces_of_a_gzip_bomb_are_small(stub: Stub) -> None:
    stub.routes["/x"] = Reply(gzip.compress(bytes(1 << 24)), headers={"Content-Encoding": "gzip"})

    async def largest() -> int:
        url = f"{stub.url}/x"
        async with make_client() as client, opened(client, Address(url, ""), url) as answer:
            return max([len(chunk) async for chunk in answer.chunks(1 << 25)])

    assert asyncio.run(largest()) <= 1 << 18


def test_an_encoding_that_nobody_asked_for(stub: Stub) -> None:
    stub.routes["/x"] = Reply(b"x", headers={"Content-Encoding": "br"})
    with pytest.raises(UnghostError, match="'br'"):
        fetch(f"{stub.url}/x")


def test_gzip_that_is_cut_off(stub: Stub) -> None:
    body = gzip.compress(b"name\n" * 1000)[:-9]
    stub.routes["/x"] = Reply(body, headers={"Content-Encoding": "gzip"})
    with pytest.raises(UnghostError, match="cut off"):
        fetch(f"{stub.url}/x")


def test_a_small_answer_that_breaks_is_asked_for_again(stub: Stub) -> None:
    stub.routes["/x"] = in_turn(Reply(b"x" * 100, cut=50), Reply(b"x" * 100))
    assert fetch(f"{stub.url}/x").content == b"x" * 100


def ranged(body: bytes, cuts: list[int], **headers: str) -> Callable[[Asked], Reply]:
    """Serve ranges of a body, and break off as often as there are cuts."""

    def reply(asked: Asked) -> Reply:
        start = int(asked.headers.get("range", "bytes=0-")[6:-1])
        cut = cuts.pop(0) if cuts else None
        if start == 0:
            return Reply(body, headers={"ETag": '"a"', **headers}, cut=cut)
        assert asked.headers["if-range"] == '"a"'
        place = {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
        return Reply(body[start:], 206, {**place, **headers}, cut)

    return reply


def test_a_list_is_taken_up_where_the_connection_broke(stub: Stub) -> None:
    body = bytes(range(256)) * 4000
    stub.routes["/x"] = ranged(body, [300_000, 100_000])
    assert read(f"{stub.url}/x") == body
    assert len(stub.asked) == 3


def test_gzip_is_taken_up_too(stub: Stub) -> None:
    body = b"".join(f"name-{n}\n".encode() for n in range(100_000))
    packed = gzip.compress(body)
    stub.routes["/x"] = ranged(packed, [len(packed) // 2], **{"Content-Encoding": "gzip"})
    assert read(f"{stub.url}/x", 1 << 24) == body


def test_a_list_that_changed_is_not_taken_up(stub: Stub) -> None:
    stub.routes["/x"] = in_turn(
        Reply(b"x" * 1000, headers={"ETag": '"a"'}, cut=500),
        Reply(b"y" * 1000, headers={"ETag": '"b"'}),
    )
    with pytest.raises(Unreachable, match="broke"):
        read(f"{stub.url}/x")


def test_a_list_without_a_validator_is_not_taken_up(stub: Stub) -> None:
    stub.routes["/x"] = Reply(b"x" * 1000, cut=500)
    with pytest.raises(Unreachable, match="broke"):
        read(f"{stub.url}/x")
    assert len(stub.asked) == 1


def test_a_connection_that_breaks_always(stub: Stub) -> None:
    stub.routes["/x"] = ranged(b"x" * 10_000, [10] * 1000)
    with pytest.raises(Unreachable):
        read(f"{stub.url}/x")
    assert len(stub.asked) < 40


def test_the_status_of_a_large_answer_is_not_waited_for(stub: Stub) -> None:
    stub.routes["/x"] = Reply(b"x" * (1 << 22), cut=1000)

    async def run() -> int:
        async with make_client() as client:
            return await status(client, Address(stub.url, ""), f"{stub.url}/x")

    assert asyncio.run(run()) == 200


def test_files_are_registries_too(tmp_path: Path) -> None:
    (tmp_path / "flask").mkdir()
    (tmp_path / "index.html").write_text("<a>flask</a>")
    root = tmp_path.as_uri()
    assert fetch(f"{root}/").content == b"<a>flask</a>"
    assert fetch(f"{root}/flask/").status_code == 200
    assert fetch(f"{root}/django/").status_code == 404
