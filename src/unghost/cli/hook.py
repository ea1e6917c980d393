"""``unghost hook``: answer a coding agent before it runs a command or writes a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from unghost.cli.options import ScanConfig, ScanOffline, ScanUniverse

if TYPE_CHECKING:
    from unghost.hook.respond import Output

_Word = TypeVar("_Word", bound=str)


def hook(
    agent: Annotated[
        str | None,
        typer.Option(help="claude, gemini or cursor. Default: told from the input."),
    ] = None,
    universe: ScanUniverse = None,
    offline: ScanOffline = None,
    config: ScanConfig = None,
    fail: Annotated[
        str,
        typer.Option(
            help="Decision on a call that cannot be checked: ask, closed (deny) or open (allow)."
        ),
    ] = "ask",
    unverified: Annotated[
        str, typer.Option(help="Decision on names that could not be verified: ask, deny or allow.")
    ] = "ask",
    unattended: Annotated[
        bool | None,
        typer.Option("--unattended", help="Deny instead of asking: nobody is there to answer."),
    ] = None,
) -> None:
    """Check what a coding agent is about to run or to write.

    Reads the JSON of a hook of Claude Code (PreToolUse), Gemini CLI (BeforeTool) or Cursor
    (beforeShellExecution, preToolUse) on standard input and answers in the agent's own words.
    """
    from unghost.errors import UnghostError
    from unghost.hook.decide import Rules
    from unghost.hook.formats import AGENTS, DECISIONS
    from unghost.hook.respond import FAILS, Options
    from unghost.hook.watch import watched

    given = {"universe": tuple(universe) if universe else None, "offline": offline or None}
    options = Options(
        agent=None if agent is None else _one_of(AGENTS, agent, "--agent"),
        fail=_one_of(tuple(FAILS), fail, "--fail"),
        unattended=bool(unattended),
        rules=Rules(config, given, _one_of(DECISIONS, unverified, "--unverified")),
    )
    if sys.stdin.isatty():
        raise UnghostError("the hook reads an agent's JSON on standard input; see --help")
    response = watched(_standard_input, options)
    _write(response)
    raise typer.Exit(response.code)


def _one_of(known: Sequence[_Word], value: str, option: str) -> _Word:
    from unghost.errors import UnghostError

    for word in known:
        if word == value:
            return word
    raise UnghostError(f"{option} {value[:40]!r}: use one of {', '.join(known)}")


def _standard_input() -> bytes:
    """Read the agent's input; input beyond the limit is read too, so that no pipe breaks."""
    from unghost.hook.formats import LARGEST

    data = sys.stdin.buffer.read(LARGEST + 1)
    while sys.stdin.buffer.read(1 << 20):
        pass
    return data


def _write(response: Output) -> None:
    for number, text in ((1, response.out), (2, response.err)):
        data = f"{text}\n".encode("ascii", "backslashreplace") if text else b""
        while data:
            data = data[os.write(number, data) :]
