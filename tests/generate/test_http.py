from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from unghost import Prompt, UnghostError
from unghost.generate.http import OpenAIGenerator
from unghost.records import Message, Sampling

Reply = tuple[int, dict[str, str], Any]


class Server:
    """A loopback server whose replies a test decides."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.reply: Callable[[dict[str, Any], int], Reply] = lambda body, number: answer("flask")
        self.busy = self.most_busy = 0
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer._lock:
                    outer.requests.append(body)
                    outer.keys.append(self.headers.get("Authorization"))
                    number = len(outer.requests)
                    outer.busy += 1
                    outer.most_busy = max(outer.most_busy, outer.busy)
                try:
                    status, headers, content = outer.reply(body, number)
                finally:
                    with outer._lock:
                        outer.busy -= 1
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"


def answer(text: str, reason: str = "stop") -> Reply:
    return 200, {}, {"choices": [{"message": {"content": text}, "finish_reason": reason}]}


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.http.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.http.shutdown()
    thread.join()
    made.http.server_close()


def prompts(count: int) -> list[Prompt]:
    return [
        Prompt(f"p{i}", f"t{i}", (Message("user", f"q{i}"),), "packages", "x", "f", "o", "heldout")
        for i in range(count)
    ]


def made(server: Server, **kwargs: Any) -> OpenAIGenerator:
    return OpenAIGenerator(server.url, "m", **({"first_wait": 0.001} | kwargs))


def test_answers_come_in_order_with_settings_and_seeds(server: Server) -> None:
    server.reply = lambda body, _: answer(body["messages"][-1]["content"].upper(), "length")
    sampling = Sampling(0.5, top_k=3, top_p=0.9, max_new_tokens=7)
    found = list(made(server, system="be brief").generate(prompts(4), sampling, samples=2, seed=1))
    assert [c.text for c in found] == [f"Q{i}" for i in range(4) for _ in range(2)]
    assert [(c.prompt_id, c.sample) for c in found[:3]] == [("p0", 0), ("p0", 1), ("p1", 0)]
    assert all(c.token_ids is None and c.finish_reason == "length" for c in found)
    assert len({request["seed"] for request in server.requests}) == 8
    request = server.requests[0]
    assert request["messages"][0] == {"role": "system", "content": "be brief"}
    assert (request["max_tokens"], request["temperature"], request["top_k"]) == (7, 0.5, 3)


def test_busy_and_broken_replies_are_tried_again(server: Server) -> None:
    def reply(_: dict[str, Any], number: int) -> Reply:
        if number == 1:
            return 429, {"Retry-After": "0.01"}, b"slow down"
        return (503, {}, b"") if number == 2 else answer("flask")

    server.reply = reply
    (found,) = made(server).generate(prompts(1), Sampling())
    assert found.text == "flask"
    assert len(server.requests) == 3


def test_waits_until_the_date_the_server_gives(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    replies = {1: (503, {"Retry-After": until}, b""), 2: (429, {"Retry-After": "3600"}, b"")}
    server.reply = lambda _, number: replies.get(number) or answer("flask")
    list(made(server).generate(prompts(1), Sampling()))
    assert 20 < waits[0] <= 30
    assert waits[1:] == [60.0]


def test_a_server_that_stays_broken_is_an_error(server: Server) -> None:
    server.reply = lambda *_: (500, {}, b"no")
    with pytest.raises(UnghostError, match="no answer in 3 tries"):
        list(made(server, attempts=3).generate(prompts(1), Sampling()))
    assert len(server.requests) == 3


@pytest.mark.parametrize("content", [b"<html>", b"{}", b'{"choices": []}', b'{"choices": [3]}'])
def test_another_form_is_an_error(server: Server, content: bytes) -> None:
    server.reply = lambda *_: (200, {}, content)
    with pytest.raises(UnghostError, match="OpenAI form"):
        list(made(server).generate(prompts(1), Sampling()))


def test_a_refusal_is_said_at_once(server: Server) -> None:
    server.reply = lambda *_: (404, {}, b"no such model")
    with pytest.raises(UnghostError, match=r"404.*no such model"):
        list(made(server).generate(prompts(1), Sampling()))
    assert len(server.requests) == 1


def test_concurrency_is_bounded_and_used(server: Server) -> None:
    def reply(*_: object) -> Reply:
        time.sleep(0.05)
        return answer("x")

    server.reply = reply
    list(made(server, concurrency=3).generate(prompts(12), Sampling()))
    assert 2 <= server.most_busy <= 3


def test_the_key_is_sent_and_shown_nowhere(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-secret")
    server.reply = lambda *_: (401, {}, b"denied")
    generator = made(server, api_key_env="MY_KEY")
    with pytest.raises(UnghostError) as caught:
        list(generator.generate(prompts(1), Sampling()))
    assert server.keys == ["Bearer sk-secret"]
    assert "sk-secret" not in str(caught.value) + repr(vars(generator)) + generator.model_id


def test_nobody_there_is_one_line() -> None:
    generator = OpenAIGenerator("http://127.0.0.1:9", "m", attempts=2, first_wait=0.001)
    with pytest.raises(UnghostError, match="see that the server runs") as caught:
        list(generator.generate(prompts(1), Sampling()))
    assert "\n" not in str(caught.value)


def test_white_space_around_the_key_is_not_sent(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", " sk-secret\n")
    list(made(server, api_key_env="MY_KEY").generate(prompts(1), Sampling()))
    monkeypatch.setenv("MY_KEY", "\n")
    list(made(server, api_key_env="MY_KEY").generate(prompts(1), Sampling()))
    assert server.keys == ["Bearer sk-secret", None]


@pytest.mark.parametrize(
    "key", ["sk-sec\u00e9ret", "sk-\nsecret", "sk-\x1bsecret", "\u201csk\u201d"]
)
def test_a_key_that_cannot_be_one_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("MY_KEY", key)
    with pytest.raises(UnghostError, match="the key in MY_KEY") as caught:
        OpenAIGenerator("http://127.0.0.1:9", "m", api_key_env="MY_KEY")
    assert "sk" not in str(caught.value)


def test_half_a_surrogate_pair_is_replaced(server: Server) -> None:
    content = b'{"choices": [{"message": {"content": "a\\ud800, \\ud83d\\ude00"}}]}'
    server.reply = lambda *_: (200, {}, content)
    (found,) = made(server).generate(prompts(1), Sampling())
    assert found.text == "a\ufffd, \U0001f600"


@pytest.mark.parametrize(
    "address", ["", "localhost:8000", "ftp://x", "http://", "http://[::1", "http://x:99999/v1"]
)
def test_what_is_no_address_is_one_line(address: str) -> None:
    with pytest.raises(UnghostError, match="no address of a server"):
        OpenAIGenerator(address, "m")


def test_a_strange_reason_to_finish_is_another_form(server: Server) -> None:
    server.reply = lambda *_: answer("x", reason=["stop"])  # type: ignore[arg-type]
    with pytest.raises(UnghostError, match="OpenAI form"):
        list(made(server).generate(prompts(1), Sampling()))
