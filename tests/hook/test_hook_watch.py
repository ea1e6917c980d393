"""The process that works an answer out may hang, die or be killed: an answer comes all the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from hook_cases import environment, gemini

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is one process only")

WATCHED = """
import sys, threading
from unghost.hook import respond
from unghost.hook.respond import Options
from unghost.hook.watch import watched
{how}
respond.decide = work
response = watched(sys.stdin.buffer.read, Options(fail=sys.argv[1]), float(sys.argv[2]))
print(response.out)
print(response.err, file=sys.stderr)
"""
IDLE = "def work(*_): threading.Event().wait()"
# The lock of the interpreter is held all the time: no thread and no handler of Python's runs.
BUSY = "def work(*_): __import__('re').match('(a*)*b', 'a' * 100)"
KILLED = "def work(*_): __import__('os').kill(__import__('os').getpid(), 9)"
CRASH = "def work(*_): __import__('ctypes').string_at(0)"
LEAVES = "def work(*_): __import__('os')._exit(0)"


def run(how: str, shop: Path, world: Path, fail: str = "ask", seconds: str = "60") -> Any:
    call = json.dumps(gemini("run_shell_command", shop, command="ls")).encode()
    done = subprocess.run(
        [sys.executable, "-c", WATCHED.format(how=how), fail, seconds],
        input=call,
        capture_output=True,
        check=False,
        timeout=120,
        env=environment(shop, world),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr.decode()


@pytest.mark.parametrize("how", [IDLE, BUSY])
@pytest.mark.parametrize(("fail", "decision"), [("ask", "ask"), ("closed", "deny")])
def test_a_wait_that_is_too_long_is_an_answer(
    shop: Path, world: Path, how: str, fail: str, decision: str
) -> None:
    answer, said = run(how, shop, world, fail, "0.5")

    assert answer["decision"] == decision
    assert "longer than 0.5 s" in said


@pytest.mark.parametrize(
    ("how", "said"),
    [(KILLED, "ended by SIGKILL"), (CRASH, "ended by SIGSEGV"), (LEAVES, "without an answer")],
)
def test_a_death_is_an_answer(shop: Path, world: Path, how: str, said: str) -> None:
    answer, told = run(how, shop, world)

    assert answer["decision"] == "ask"
    assert said in told


@pytest.mark.parametrize("missing", ["waitid", "fork"])
def test_systems_that_have_less_give_an_answer_too(shop: Path, world: Path, missing: str) -> None:
    how = f"import os\ndel os.{missing}\n" + (LEAVES if missing == "waitid" else IDLE)
    answer, said = run(how, shop, world, "ask", "60" if missing == "waitid" else "0.5")

    assert answer["decision"] == "ask"
    assert ("without an answer" if missing == "waitid" else "longer than 0.5 s") in said


def test_an_agent_that_never_ends_its_input_gets_an_answer(shop: Path, world: Path) -> None:
    code = WATCHED.format(how="def work(*_): pass")
    with subprocess.Popen(
        [sys.executable, "-c", code, "ask", "0.5"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(shop, world),
    ) as process:
        assert process.stderr is not None
        assert b"longer than 0.5 s" in process.stderr.read()


def test_no_worker_outlives_a_watcher_that_was_killed(
    shop: Path, world: Path, tmp_path: Path
) -> None:
    """Agents end hooks that take too long; what such a hook began must end too."""
    place = tmp_path / "worker"
    how = f"def work(*_): open({str(place)!r}, 'w').write(str(__import__('os').getpid()))" + (
        "\n    __import__('re').match('(a*)*b', 'a' * 100)"
    )
    how = how.replace("(*_): ", "(*_):\n    ", 1)
    code = WATCHED.format(how=how).replace(
        "import sys", "from unghost.hook import watch\nimport sys", 1
    )
    code = code.replace("respond.decide", "watch.LINGER = 0.5\nrespond.decide", 1)
    with subprocess.Popen(
        [sys.executable, "-c", code, "ask", "3"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(shop, world),
    ) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(gemini("run_shell_command", shop, command="ls")).encode())
        process.stdin.close()
        until = time.monotonic() + 60
        while not (place.exists() and place.read_text()) and time.monotonic() < until:
            time.sleep(0.02)
        worker = int(place.read_text())
        process.send_signal(signal.SIGKILL)
    assert _ends(worker)


def _ends(process: int) -> bool:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        if _is_zombie(process):
            return True
        time.sleep(0.05)
    return False


def _is_zombie(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
