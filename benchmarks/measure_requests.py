"""Compare requests a second of ours with those of a bare httpx loop, on the same loopback server.

    python benchmarks/measure_requests.py

The server is a process of its own that answers each chat request after 20 ms with 300 bytes of
JSON, as a fast model server would with a short answer. The bare loop is as many coroutines as there
are requests at once, each of which posts a body, reads the answer's text and takes the next one:
no tries, no limit, no budget, no account, nothing written. Ours is the generator as ``measure``
uses it, with the account on disk, a token budget and prices, and once with the cache as well. Both
ask the same bodies in turn, several times; figures are medians. A client that has more under way
than it can read only becomes slower, which ours notices, so the bare loop is measured with a
quarter as many at once too, and ours compared with the faster one. Ours begins with two at once, as
it does with any server, so its beginning is in the figure. The processor's time is that of the
client alone, and other work on the machine does not count.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from unghost.generate.budget import EndpointSettings
from unghost.generate.http import OpenAIGenerator
from unghost.records import Message, Prompt, Sampling

COUNT, CONCURRENCY, REPEATS, SECONDS = 1000, 32, 5, 0.02
TEXT = "You could take requests or httpx; both are kept well. " * 3


def main() -> None:
    """Print the figures; with ``serve`` as an argument, be the server."""
    if sys.argv[1:] == ["serve"]:
        asyncio.run(serve())
    else:
        print(json.dumps(measure_requests(), indent=1))


def measure_requests(
    count: int = COUNT, concurrency: int = CONCURRENCY, repeats: int = REPEATS
) -> dict[str, Any]:
    """Return requests a second of bare loops and of ours, and what share of the best ours has.

    Args:
        count: Requests a repeat.
        concurrency: Most requests at once, for both.
        repeats: How often each is measured, in turn.
    """
    with server() as url, tempfile.TemporaryDirectory() as folder:

        def of_ours(number: int, *, cache: bool) -> None:
            place = Path(folder) / f"{number}{cache}"
            place.mkdir()
            ours(url, count, concurrency, place, cache=cache)

        ways: dict[str, Callable[[int], None]] = {
            "bare": lambda _: asyncio.run(bare(url, count, concurrency)),
            "bare, a quarter at once": lambda _: asyncio.run(bare(url, count, concurrency // 4)),
            "ours": lambda number: of_ours(number, cache=False),
            "ours, with the cache": lambda number: of_ours(number, cache=True),
        }
        rates: dict[str, list[float]] = {name: [] for name in ways}
        times: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(repeats):
            for name, way in ways.items():
                begun, busy = time.perf_counter(), time.process_time()
                way(number)
                rates[name].append(count / (time.perf_counter() - begun))
                times[name].append(1000 * (time.process_time() - busy) / count)
    found = {name: round(statistics.median(each), 1) for name, each in rates.items()}
    best = max(rate for name, rate in found.items() if name.startswith("bare"))
    shares = {name: round(rate / best, 3) for name, rate in found.items()}
    size = {"requests": count, "concurrency": concurrency, "repeats": repeats, "seconds": SECONDS}
    spent = {name: round(statistics.median(each), 3) for name, each in times.items()}
    return size | {
        "requests_per_second": found,
        "share_of_the_best_bare": shares,
        "processor_ms_per_request": spent,
    }


def prompts(count: int) -> list[Prompt]:
    asked = "Which library should I use to read configuration files? Names only, please."
    return [
        Prompt(f"p{i}", f"t{i}", (Message("user", f"{i}: {asked}"),), "x", "x", "f", "o", "heldout")
        for i in range(count)
    ]


def ours(url: str, count: int, concurrency: int, folder: Path, *, cache: bool) -> None:
    settings = EndpointSettings(
        url, concurrency=concurrency, max_tokens_spent=10**9, price_in=1.0, price_out=2.0
    )
    generator = OpenAIGenerator(
        "m",
        settings,
        account=folder / "endpoint.json",
        cache=folder / "answers.sqlite" if cache else None,
    )
    assert sum(1 for _ in generator.generate(prompts(count), Sampling())) == count


async def bare(url: str, count: int, concurrency: int) -> None:
    waiting, texts = iter(prompts(count)), []
    async with httpx.AsyncClient(
        timeout=120, limits=httpx.Limits(max_keepalive_connections=concurrency)
    ) as client:

        async def worker() -> None:
            for number, prompt in enumerate(waiting):
                body = {
                    "model": "m",
                    "messages": [{"role": "user", "content": prompt.messages[0].content}],
                    "max_tokens": 64,
                    "temperature": 0.0,
                    "top_p": 1.0,
                    "seed": number,
                }
                response = await client.post(f"{url}/chat/completions", json=body)
                texts.append(response.json()["choices"][0]["message"]["content"])

        await asyncio.gather(*(worker() for _ in range(concurrency)))
    assert len(texts) == count


@contextmanager
def server() -> Iterator[str]:
    """Run the server in a process of its own, and give its address."""
    process = subprocess.Popen(
        [sys.executable, __file__, "serve"], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.communicate()


async def serve() -> None:
    """Answer every POST alike, until stdin ends."""
    choice = {"index": 0, "message": {"content": TEXT}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 30, "completion_tokens": 40}
    body = json.dumps({"model": "m", "choices": [choice], "usage": usage}).encode()
    head = "HTTP/1.1 200 OK", "Content-Type: application/json", f"Content-Length: {len(body)}"
    reply = "\r\n".join([*head, "", ""]).encode() + body

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                asked = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = asked.partition(b"content-length:")[2].partition(b"\r\n")[0]
                await reader.readexactly(int(length))
                await asyncio.sleep(SECONDS)
                writer.write(reply)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    listening.close()


if __name__ == "__main__":
    main()
