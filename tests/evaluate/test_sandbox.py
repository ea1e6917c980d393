from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from unghost.evaluate.sandbox import Limits, Outcome, run_code, walls

QUICK = Limits(seconds=20)


def run(body: str, limits: Limits = QUICK) -> Outcome:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return run_code(f"def main(data):\n{lines}", None, limits)


def test_a_program_gets_data_and_gives_a_result() -> None:
    found = run_code("def main(data):\n    return data['x'] + 1", {"x": 41})
    assert found == Outcome(42, False, "")


def test_what_it_prints_is_no_result() -> None:
    assert run("import os\nprint(3)\nos.write(1, b'4')\nreturn 5").result == 5


def test_an_error_is_told() -> None:
    found = run("raise ValueError('no such thing')")
    assert found.result is None
    assert "no such thing" in found.error


def test_an_endless_loop_is_ended_by_the_clock() -> None:
    began = time.monotonic()
    found = run("while True: pass", Limits(seconds=1.0))
    assert found.timed_out
    assert found.result is None
    assert time.monotonic() - began < 20


def test_an_endless_loop_is_ended_by_its_processor_time() -> None:
    found = run("while True: pass", Limits(seconds=60, cpu_seconds=1))
    assert not found.timed_out
    assert found.result is None


def test_a_memory_bomb_gets_no_memory() -> None:
    body = "try:\n    x = bytearray(1 << 31)\nexcept MemoryError:\n    return 'refused'"
    assert run(body, Limits(memory=1 << 30)).result == "refused"


def test_a_large_file_is_cut_off() -> None:
    body = (
        "try:\n    with open('big', 'wb', buffering=0) as f:\n"
        "        while True: f.write(bytes(1 << 16))\nexcept OSError as error:\n"
        "    import os\n    return [error.errno, os.path.getsize('big')]"
    )
    errno, size = run(body, Limits(seconds=20, file_bytes=1 << 20)).result
    assert errno == 27
    assert size == 1 << 20


def test_its_folder_is_empty_and_goes_with_it() -> None:
    place, found = run(
        "import os\nopen('a', 'w').close()\nreturn [os.getcwd(), os.listdir()]"
    ).result
    assert found == ["a"]
    assert not Path(place).exists()


def test_open_files_are_limited() -> None:
    body = (
        "import os\ntry:\n    while True: os.dup(1)\n"
        "except OSError as error:\n    return error.errno"
    )
    assert run(body).result == 24


def test_secrets_of_the_environment_are_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "hunter2hunter2")
    seen = run("import os\nreturn dict(os.environ)").result
    assert "OPENAI_API_KEY" not in seen
    body = (
        "import os\nfound = []\nfor pid in os.listdir('/proc'):\n    if pid.isdigit():\n"
        "        try: found.append(open(f'/proc/{pid}/environ').read())\n"
        "        except OSError: pass\nreturn any('hunter2' in x for x in found)"
    )
    if walls().own_processes:
        assert run(body).result is False


@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.1"])
def test_there_is_no_network(address: str) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        body = (
            "import socket\ntry:\n"
            f"    socket.create_connection(({address!r}, {port}), timeout=5).close()\n"
            "except OSError as error:\n    return str(error)\nreturn 'connected'"
        )
        found = run(body).result
    assert found not in (None, "connected")


def test_a_fork_bomb_is_bounded_and_nothing_of_it_survives() -> None:
    # It stops at 200 by itself, so that a failing test does not take the machine along.
    body = (
        "import os, time\nfor n in range(200):\n    try: child = os.fork()\n"
        "    except OSError: return n\n    if not child:\n        os.setsid()\n"
        "        time.sleep(600)\nreturn 200"
    )
    before = _sleepers()
    forked = run(body, Limits(seconds=30, processes=20)).result
    assert forked <= (20 if walls().counts_processes else 200)
    if walls().own_processes:
        assert _wait_for_no_more_than(before)


def test_children_go_with_the_program() -> None:
    body = "import os, time\nif not os.fork():\n    time.sleep(600)\nreturn 1"
    before = _sleepers()
    assert run(body).result == 1
    assert _wait_for_no_more_than(before)


def test_what_stands_is_said() -> None:
    words = walls().in_words()
    assert "no security boundary" in words
    assert ("no network" in words) == walls().own_network


def _sleepers() -> int:
    """Count processes that run the sandbox's first program."""
    found = 0
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += b"What the interpreter in the sandbox runs first" in entry.read_bytes()
        except OSError:
            continue
    return found


def _wait_for_no_more_than(count: int) -> bool:
    # Tests in other processes may have sandboxes of their own for a moment.
    deadline = time.monotonic() + 60
    while _sleepers() > count and time.monotonic() < deadline:
        time.sleep(0.2)
    return _sleepers() <= count or not os.path.isdir("/proc")
