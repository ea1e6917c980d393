"""Answers to an agent's JSON, whatever fails in between.

Most agents go on when a hook ends with an error, and then nothing was checked: so every failure
becomes an answer.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from unghost.errors import UnghostError
from unghost.hook.decide import Rules, decide, unreadable
from unghost.hook.formats import (
    Agent,
    Decision,
    NotUnderstoodError,
    Reply,
    ToolCall,
    call_of,
    read_call,
    render,
)
from unghost.syntax.printable import printable

Fail = Literal["open", "ask", "closed"]
FAILS: dict[Fail, Decision] = {"ask": "ask", "closed": "deny", "open": "allow"}
"""What each of them decides."""
_ALONE = "Nobody is there to ask, so it is denied."


@dataclass(frozen=True, slots=True)
class Options:
    """Options for the answer.

    Attributes:
        agent: The agent; None lets the input tell.
        fail: The decision on a call that cannot be judged.
        unattended: Whether nobody is there to ask: then ``ask`` becomes ``deny``.
        rules: The settings of the hook.
    """

    agent: Agent | None = None
    fail: Fail = "ask"
    unattended: bool = False
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True)
class Output:
    """The command's output, and its exit code.

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


def respond(
    data: bytes, options: Options, understood: Callable[[ToolCall], None] = lambda call: None
) -> Output:
    """Answer an agent; raises nothing.

    Args:
        data: What it sent.
        options: How to answer.
        understood: Told what the call is as soon as that is known.
    """
    call: ToolCall | None = None
    try:
        call = read_call(data, options.agent)
        understood(call)
        return _of(decide(call, options.rules), call, options)
    except NotUnderstoodError as error:
        if error.other:
            return Output(err=_line(str(error)), code=1)
        return failed(str(error), error.call, options)
    except UnghostError as error:
        return failed(str(error), call, options)
    except OSError as error:
        return failed(error.strerror or str(error), call, options)
    except Exception as error:
        if os.environ.get("UNGHOST_DEBUG"):
            raise
        # Whatever it is, the agent must learn that nothing was checked.
        return failed(f"{type(error).__name__} in unghost itself: {error}", call, options)


def failed(problem: str, call: ToolCall | None, options: Options) -> Output:
    """Return the response to an input that could not be judged.

    Args:
        problem: Why, in words.
        call: The call as far as it is known.
        options: How to answer.
    """
    if call is None and options.agent is not None:
        call = call_of(options.agent)
    if call is None:
        return Output(err=_line(problem), code=1 if options.fail == "open" else 2)
    answer = unreadable(problem, FAILS[options.fail])
    return replace(_of(answer, call, options), err=_line(problem))


def _of(answer: Reply, call: ToolCall, options: Options) -> Output:
    if options.unattended and answer.decision == "ask":
        answer = replace(answer, decision="deny", reason=f"{answer.reason}\n{_ALONE}")
    return Output(render(answer, call))


def _line(problem: str) -> str:
    return f"unghost: {printable(' '.join(problem.split()))[:500]}"
