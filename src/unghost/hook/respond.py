"""From what an agent sends to what it hears, whatever happens on the way.

A hook that ends with an error or not at all is passed over by most agents, and then nobody has
looked: so every failure, and every wait that is too long, becomes an answer.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field, replace
from typing import Literal

from unghost.errors import UnghostError
from unghost.hook.decide import Rules, decide, unreadable
from unghost.hook.formats import (
    Agent,
    Answer,
    Call,
    Decision,
    NotUnderstoodError,
    call_of,
    read_call,
    render,
)
from unghost.printable import printable

Fail = Literal["open", "ask", "closed"]
SECONDS = 20.0
"""Seconds for one call, from the start of the command on."""
_DECISIONS: dict[Fail, Decision] = {"open": "allow", "ask": "ask", "closed": "deny"}
_ALONE = "Nobody is there to be asked, so it is refused."


@dataclass(frozen=True, slots=True)
class Options:
    """How to answer.

    Attributes:
        agent: The agent; None lets the input tell.
        fail: What becomes of a call that cannot be judged.
        unattended: Whether nobody is there to be asked: then a question is a no.
        rules: What to go by.
    """

    agent: Agent | None = None
    fail: Fail = "ask"
    unattended: bool = False
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True)
class Response:
    """What the command writes, and its exit code.

    Attributes:
        out: A line for the agent on standard output, empty for silence.
        err: A line on standard error, empty for silence.
        code: 0 for an answer. 2 is what all agents take for a no: it is given where not even the
            agent is known, so that no answer would be understood. 1 lets the call go on with a
            warning.
    """

    out: str = ""
    err: str = ""
    code: int = 0


def respond(data: bytes, options: Options, deadline: Deadline | None = None) -> Response:
    """Answer an agent; raises nothing.

    Args:
        data: What it sent.
        options: How to answer.
        deadline: Learns what the call is as soon as that is known.
    """
    call: Call | None = None
    try:
        call = read_call(data, options.agent)
        if deadline is not None:
            deadline.call = call
        return _of(decide(call, options.rules), call, options)
    except NotUnderstoodError as error:
        if error.other:
            return Response(err=_line(str(error)), code=1)
        return failed(str(error), error.call, options)
    except UnghostError as error:
        return failed(str(error), call, options)
    except OSError as error:
        return failed(error.strerror or str(error), call, options)
    except Exception as error:
        if os.environ.get("UNGHOST_DEBUG"):
            raise
        # Whatever it is, the agent must hear that nobody has looked.
        return failed(f"{type(error).__name__} in unghost itself: {error}", call, options)


def failed(problem: str, call: Call | None, options: Options) -> Response:
    """Give the response to an input that could not be judged.

    Args:
        problem: Why, in words.
        call: The call as far as it is known.
        options: How to answer.
    """
    if call is None and options.agent is not None:
        call = call_of(options.agent)
    if call is None:
        return Response(err=_line(problem), code=1 if options.fail == "open" else 2)
    answer = unreadable(problem, _DECISIONS[options.fail])
    return replace(_of(answer, call, options), err=_line(problem))


def _of(answer: Answer, call: Call, options: Options) -> Response:
    if options.unattended and answer.decision == "ask":
        answer = replace(answer, decision="deny", reason=f"{answer.reason}\n{_ALONE}")
    return Response(render(answer, call))


def _line(problem: str) -> str:
    return f"unghost: {printable(' '.join(problem.split()))[:500]}"


class Deadline:
    """Sees to it that a response is given in time, by whoever is first.

    Args:
        options: How to answer.
        seconds: The time there is.

    Attributes:
        call: The call as far as it is known.
    """

    def __init__(self, options: Options, seconds: float = SECONDS) -> None:
        self.call: Call | None = None
        self._options, self._seconds = options, seconds
        self._first = threading.Lock()
        self._timer = threading.Timer(seconds, self._over)
        self._timer.daemon = True
        self._timer.start()

    def give(self, response: Response) -> int:
        """Write a response if none was written; gives the exit code."""
        if not self._first.acquire(blocking=False):
            threading.Event().wait()  # the timer has answered and ends the process
        self._timer.cancel()
        _write(response)
        return response.code

    def _over(self) -> None:
        if self._first.acquire(blocking=False):
            problem = f"it takes longer than {self._seconds:g} s"
            response = failed(problem, self.call, self._options)
            _write(response)
            # What takes so long can be a parser that no exception stops.
            os._exit(response.code)


def _write(response: Response) -> None:
    for number, text in ((1, response.out), (2, response.err)):
        data = f"{text}\n".encode("ascii", "backslashreplace") if text else b""
        while data:
            data = data[os.write(number, data) :]
