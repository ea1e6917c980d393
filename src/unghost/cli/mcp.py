"""``unghost mcp``: answer an agent that asks whether names exist."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer


def mcp(
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
        typer.Option(help="Settings to read instead of the project's.", envvar="UNGHOST_CONFIG"),
    ] = None,
    project: Annotated[
        Path | None, typer.Option(help="The project's folder. Default: the current one.")
    ] = None,
) -> None:
    """Serve the Model Context Protocol on standard input and output, for agents."""
    from unghost.errors import UnghostError

    try:
        from unghost.mcp_server.server import make_server, serve
    except ImportError as error:
        raise UnghostError(f"{error}: install 'unghost[mcp]'") from error
    from unghost.mcp_server.questions import Questions
    from unghost.scan.files import find_root
    from unghost.scan.settings import checked, read_settings

    folder = project or Path.cwd()
    given = {"universe": tuple(universe) if universe else None, "offline": offline or None}
    settings = replace(read_settings(find_root([folder]), config), **checked(given))
    serve(make_server(Questions(settings, folder), offline=settings.offline))
    # A thread may still wait for a registry, and nobody waits for its answer any more.
    sys.stderr.flush()
    os._exit(0)
