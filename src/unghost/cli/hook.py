"""``unghost hook``: answer a coding agent before it runs a command or writes a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

_FAILS = ("ask", "closed", "open")
_UNVERIFIED = ("ask", "deny", "allow")


def hook(
    agent: Annotated[
        str | None,
        typer.Option(help="claude, gemini or cursor; default: what the input says."),
    ] = None,
    universe: Annotated[
        list[str] | None,
        typer.Option(
            help="What exists: demo, a snapshot file, or an ecosystem whose snapshot was pulled;"
            " may be repeated. Default: every pulled snapshot.",
            envvar="UNGHOST_UNIVERSE",
        ),
    ] = None,
    offline: Annotated[
        bool | None,
        typer.Option("--offline", help="Ask no registry.", envvar="UNGHOST_OFFLINE"),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            help="Settings to read instead of the project's; best where the agent cannot write.",
            envvar="UNGHOST_CONFIG",
        ),
    ] = None,
    fail: Annotated[
        str, typer.Option(help="What becomes of a call that cannot be checked: ask, closed, open.")
    ] = "ask",
    unverified: Annotated[
        str, typer.Option(help="What is said of names nobody could verify: ask, deny, allow.")
    ] = "ask",
    unattended: Annotated[
        bool | None,
        typer.Option("--unattended", help="Nobody is there to be asked: deny instead."),
    ] = None,
) -> None:
    """Answer a coding agent that is about to run a command or to write a file.

    Reads the JSON of a hook of Claude Code (PreToolUse), Gemini CLI (BeforeTool) or Cursor
    (beforeShellExecution, preToolUse) on standard input and answers in the agent's own words.
    """
    from unghost.errors import UnghostError
    from unghost.hook.decide import Rules
    from unghost.hook.formats import AGENTS
    from unghost.hook.respond import Deadline, Options, respond

    for value, known, option in (
        (agent, AGENTS, "--agent"),
        (fail, _FAILS, "--fail"),
        (unverified, _UNVERIFIED, "--unverified"),
    ):
        if value is not None and value not in known:
            raise UnghostError(f"{option} knows {', '.join(known)}, not {value[:40]!r}")
    given = {"universe": tuple(universe) if universe else None, "offline": offline or None}
    rules = Rules(config, given, unverified)  # type: ignore[arg-type]
    options = Options(agent, fail, bool(unattended), rules)  # type: ignore[arg-type]
    if sys.stdin.isatty():
        raise UnghostError("the hook reads an agent's JSON on standard input; see --help")
    deadline = Deadline(options)
    raise typer.Exit(deadline.give(respond(_standard_input(), options, deadline)))


def _standard_input() -> bytes:
    """Read what the agent sends; what is too much is read too, so that no pipe breaks."""
    from unghost.hook.formats import LARGEST

    data = sys.stdin.buffer.read(LARGEST + 1)
    while sys.stdin.buffer.read(1 << 20):
        pass
    return data
