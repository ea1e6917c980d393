"""Measuring a server as a command: killed, out of budget, out of order, and a real one."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from e2e.conftest import environment, run_command
from endpoint_stub import Reply, Server, answer, serving, usage

LLAMA_SERVER, LLAMA_GGUF = (os.environ.get(f"UNGHOST_LLAMA_{n}") for n in ("SERVER", "GGUF"))


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        text = "requests, no-such-package-xyz"
        made.reply = lambda *_: answer(text, model="served-1", usage=usage(30, 9))
        yield made


def measure(run: Path, url: str, *more: str, tasks: int = 20, share: float = 0.0) -> list[str]:
    base = [sys.executable, "-m", "unghost.cli", "measure", "served", "--run", str(run)]
    sets = ["--set", f"measure.heldout_tasks={tasks}", "--set", f"measure.long_share={share}"]
    longest = ["--set", "measure.max_new_tokens=40", "--set", "measure.long_max_new_tokens=40"]
    return [*base, "--universe", "demo", *sets, *longest, "--base-url", url, *more]


def reported(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "report.json").read_text(encoding="utf-8"))
    return found


def questions(server: Server) -> Counter[str]:
    return Counter(json.dumps(body, sort_keys=True) for body in server.requests)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_ended_under_way_asks_almost_nothing_twice(
    server: Server, tmp_path: Path, how: signal.Signals
) -> None:
    plain = server.reply

    def slow(body: dict[str, Any], number: int) -> Reply:
        time.sleep(0.1)
        return plain(body, number)

    server.reply = slow
    command = measure(tmp_path / "run", server.url, "--concurrency", "2", tasks=40, share=0.5)
    for stop_at in (10, 30):
        process = subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True)
        while len(server.requests) < stop_at:
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.01)
        process.send_signal(how)
        said = process.communicate(timeout=120)[1]
        assert process.returncode not in (0, 1), "it ended before it was stopped"
        assert "Traceback" not in said
    server.reply = plain
    done = run_command(command)
    assert done.returncode == 1, done.stderr
    asked, more = questions(server), 2 * 2 * 2  # two stops, two under way, two on their way to disk
    assert 0 <= asked.total() - len(asked) <= more
    facts = reported(tmp_path / "run")["endpoint"]
    assert facts["served_model"] == "served-1"
    whole = run_command(measure(tmp_path / "whole", server.url, tasks=40, share=0.5))
    assert whole.returncode == 1
    assert reported(tmp_path / "whole")["heldout"] == reported(tmp_path / "run")["heldout"]


def test_a_budget_ends_a_run_that_a_larger_one_finishes(server: Server, tmp_path: Path) -> None:
    run = tmp_path / "run"
    done = run_command(measure(run, server.url, "--max-requests", "8"))
    assert done.returncode == 2
    assert "the budget is spent (8 requests, 240 tokens in, 72 out" in done.stderr
    assert "Traceback" not in done.stderr
    prices = ["--price-in", "1", "--price-out", "2"]
    done = run_command(measure(run, server.url, "--max-requests", "20", *prices))
    assert done.returncode == 1, done.stderr
    assert len(server.requests) == len(questions(server)) == 20
    facts = reported(run)["endpoint"]
    assert (facts["requests"], facts["prompt_tokens"], facts["answer_tokens"]) == (20, 600, 180)
    assert facts["cost"] == pytest.approx(0.00096)
    assert "20 requests, 600 tokens in, 180 out, cost 0.0010, served by served-1" in done.stderr


def test_a_dry_run_asks_nothing_and_writes_nothing(server: Server, tmp_path: Path) -> None:
    prices = ["--price-in", "1", "--price-out", "2", "--dry-run"]
    done = run_command(measure(tmp_path / "run", server.url, *prices))
    assert done.returncode == 0, done.stderr
    assert "20 answers: " in done.stdout
    assert "at most 800 out" in done.stdout
    assert "cost at most about 0.00" in done.stdout
    assert not server.requests
    assert not (tmp_path / "run").exists()


def test_a_second_run_with_the_cache_costs_nothing(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("one", "two"):
        done = run_command(measure(tmp_path / name, server.url, "--cache"))
        assert done.returncode == 1, done.stderr
    assert "0 requests, 0 tokens in, 0 out, 20 answers from the cache" in done.stderr
    assert len(server.requests) == 20
    assert reported(tmp_path / "one")["heldout"] == reported(tmp_path / "two")["heldout"]


def test_a_server_that_turns_wrong_under_way_loses_nothing(server: Server, tmp_path: Path) -> None:
    plain = server.reply
    server.reply = lambda body, n: (401, {}, b"key revoked") if n > 6 else plain(body, n)
    done = run_command(measure(tmp_path / "run", server.url, "--concurrency", "1"))
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("unghost: ")]
    assert "refuses with status 401: key revoked" in line
    server.reply = plain
    done = run_command(measure(tmp_path / "run", server.url))
    assert done.returncode == 1, done.stderr
    assert len(server.requests) == 21


# ---- a real server -----------------------------------------------------------------------------


@pytest.fixture
def llama(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = ["--model", str(LLAMA_GGUF), "--host", "127.0.0.1", "--port", str(port)]
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*shlex.split(str(LLAMA_SERVER)), *place], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            url, until = f"http://127.0.0.1:{port}/v1", time.monotonic() + 300
            while not _answers(f"{url}/models"):
                assert process.poll() is None, (tmp_path / "server.log").read_text()
                assert time.monotonic() < until
                time.sleep(0.2)
            yield url
        finally:
            process.terminate()
            process.wait(60)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.mark.llamacpp
@pytest.mark.skipif(
    not (LLAMA_SERVER and LLAMA_GGUF), reason="UNGHOST_LLAMA_SERVER and _GGUF name no server"
)
@pytest.mark.parametrize("api", ["chat", "completions"])
def test_a_real_llama_cpp_server_is_measured(llama: str, tmp_path: Path, api: str) -> None:
    more = ["--api", api, "--concurrency", "2"]
    done = run_command(measure(tmp_path / "run", llama, *more, tasks=4, share=0.5))
    assert done.returncode in (0, 1), done.stderr
    report = reported(tmp_path / "run")
    facts, before = report["endpoint"], report["heldout"]["before"]
    assert facts["answers"] == facts["requests"] == before["answers"] >= 6
    assert facts["uncounted"] == 0, "the server counts tokens"
    assert 0 < facts["answer_tokens"] <= 40 * facts["answers"]
    assert facts["served_model"]
    again = run_command(measure(tmp_path / "run", llama, *more, tasks=4, share=0.5))
    assert again.returncode == done.returncode
    assert reported(tmp_path / "run")["endpoint"] == facts, "it was asked again"
