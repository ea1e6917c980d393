"""What the interpreter in the sandbox runs first: it takes its limits, then runs the program.

Read as text and given to ``python -I -S -c``, so nothing of unghost is imported here.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from typing import Any


def take_limits(limits: dict[str, int]) -> None:
    """Set limits that cannot be raised again."""
    wanted = {
        "RLIMIT_CPU": limits["cpu_seconds"],
        "RLIMIT_AS": limits["memory"],
        "RLIMIT_FSIZE": limits["file_bytes"],
        "RLIMIT_NOFILE": limits["files"],
        "RLIMIT_NPROC": limits["processes"],
        "RLIMIT_CORE": 0,
    }
    for name, most in wanted.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):
            if name != "RLIMIT_AS":  # macOS refuses it
                raise


def refuse_sockets(event: str, _: tuple[Any, ...]) -> None:
    """Refuse what Python tells of sockets; code in C is not seen."""
    if event.startswith("socket."):
        raise PermissionError("no network in the sandbox")


def run() -> None:
    """Read what to run from stdin, and write its result to what was stdout."""
    given = json.loads(sys.stdin.buffer.read())
    answer = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    take_limits(given["limits"])
    if given["refuse_sockets"]:
        sys.addaudithook(refuse_sockets)
    sys.path += given["path"]
    scope: dict[str, Any] = {"__name__": "program"}
    exec(compile(given["program"], "program", "exec"), scope)
    result = json.dumps(scope["main"](given["data"]))
    os.write(answer, result.encode())


run()
