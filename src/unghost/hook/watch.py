"""An answer in time, even if the process that works it out hangs or dies.

A parser is C code, which no exception and no timer of Python's stops, and memory is finite. So the
work is done in a process of its own, which can be ended from outside.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from time import monotonic
from typing import Any

from unghost.hook.formats import ToolCall
from unghost.hook.respond import Options, Output, failed, respond

SECONDS = 20.0
"""Seconds for one call, from the start of the command on."""
LINGER = 5.0
_PIECE = 1 << 16
_SILENT = "the check ended without an answer"


def watched(read: Callable[[], bytes], options: Options, seconds: float = SECONDS) -> Output:
    """Answer an agent; raises nothing, and takes no longer than it may.

    Without ``fork``, as on Windows, it is a thread that is waited for: code that never lets go of
    the interpreter outlasts it there.

    Args:
        read: Gives what the agent sends; it may wait.
        options: How to answer.
        seconds: The time there is.
    """
    if not hasattr(os, "fork"):
        return _in_a_thread(read, options, seconds)
    ours, theirs = os.pipe()
    worker = os.fork()
    if worker == 0:
        os.close(ours)
        _work(read, options, theirs, seconds)
    os.close(theirs)
    try:
        return _awaited(ours, worker, options, monotonic() + seconds, seconds)
    except Exception as error:
        # Whatever it is, the agent must learn that nothing was checked.
        return failed(f"{type(error).__name__} in unghost itself: {error}", None, options)
    finally:
        os.close(ours)
        with suppress(OSError):
            # It is not waited for before this, so that its number is nobody else's.
            os.kill(worker, signal.SIGKILL)
            os.waitpid(worker, 0)


def _in_a_thread(read: Callable[[], bytes], options: Options, seconds: float) -> Output:
    calls: list[ToolCall] = []
    found: list[Output] = []

    def work() -> None:
        found.append(respond(read(), options, calls.append))

    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if found:
        return found[0]
    ended = f"it takes longer than {seconds:g} s" if thread.is_alive() else _SILENT
    return failed(ended, calls[0] if calls else None, options)


def _work(read: Callable[[], bytes], options: Options, pipe: int, seconds: float) -> None:
    """Write what the call is and then what is answered, a line each; does not come back."""
    # Should the watching process be killed, this one must not work on for ever.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds + LINGER)

    def tell(**values: object) -> None:
        data = json.dumps(values).encode("ascii") + b"\n"
        while data:
            data = data[os.write(pipe, data) :]

    try:
        data = read()
        response = respond(data, options, lambda call: tell(agent=call.agent, event=call.event))
        tell(out=response.out, err=response.err, code=response.code)
    except BaseException:
        if os.environ.get("UNGHOST_DEBUG"):
            sys.excepthook(*sys.exc_info())
    finally:
        os._exit(1)


def _awaited(pipe: int, worker: int, options: Options, until: float, seconds: float) -> Output:
    """Read what the worker tells, as long as there is time."""
    told, call = b"", None
    while True:
        ready, _, _ = select.select([pipe], [], [], max(until - monotonic(), 0.0))
        if not ready:
            return failed(f"it takes longer than {seconds:g} s", call, options)
        piece = os.read(pipe, _PIECE)
        if not piece:
            return failed(_ended(worker), call, options)
        *lines, told = (told + piece).split(b"\n")
        for line in lines:
            values: dict[str, Any] = json.loads(line)
            if "code" in values:
                return Output(**values)
            call = ToolCall(**values)


def _ended(worker: int) -> str:
    """Return how a worker ended, without taking note of it, as a later ``kill`` relies on."""
    if not hasattr(os, "waitid"):
        return _SILENT
    how = os.waitid(os.P_PID, worker, os.WEXITED | os.WNOWAIT)
    if how is not None and how.si_code != os.CLD_EXITED:
        return f"the check was ended by {signal.Signals(how.si_status).name}"
    return _SILENT
