"""An answer in time, whatever becomes of the process that works it out.

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
from time import monotonic
from typing import Any

from unghost.hook.formats import Call
from unghost.hook.respond import Options, Response, failed, respond

SECONDS = 20.0
"""Seconds for one call, from the start of the command on."""
_LINGER = 5.0
_PIECE = 1 << 16


def watched(read: Callable[[], bytes], options: Options, seconds: float = SECONDS) -> Response:
    """Answer an agent; raises nothing, and takes no longer than it may.

    Args:
        read: Gives what the agent sends; it may wait.
        options: How to answer.
        seconds: The time there is.
    """
    if not hasattr(os, "fork"):
        return respond(read(), options)
    ours, theirs = os.pipe()
    worker = os.fork()
    if worker == 0:
        os.close(ours)
        _work(read, options, theirs, seconds)
    os.close(theirs)
    try:
        return _awaited(ours, worker, options, monotonic() + seconds, seconds)
    finally:
        os.close(ours)
        with suppress(OSError):
            os.kill(worker, signal.SIGKILL)
            os.waitpid(worker, 0)


def _work(read: Callable[[], bytes], options: Options, pipe: int, seconds: float) -> None:
    """Write what the call is and then what is answered, a line each; does not come back."""
    # Should the watching process be killed, this one must not work on for ever.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds + _LINGER)

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


def _awaited(pipe: int, worker: int, options: Options, until: float, seconds: float) -> Response:
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
                return Response(**values)
            call = Call(**values)


def _ended(worker: int) -> str:
    # It stays a zombie until the end, so that its number is nobody else's when it is killed.
    how = os.waitid(os.P_PID, worker, os.WEXITED | os.WNOWAIT)
    if how is not None and how.si_code != os.CLD_EXITED:
        return f"the check was ended by {signal.Signals(how.si_status).name}"
    return "the check ended without an answer"
