"""``unghost mcp``: answer an agent that asks whether names exist."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from unghost.cli.options import ScanConfig, ScanOffline, ScanUniverse


def mcp(
    universe: ScanUniverse = None,
    offline: ScanOffline = None,
    config: ScanConfig = None,
    project: Annotated[
        Path | None, typer.Option(help="The project's folder. Default: the current one.")
    ] = None,
) -> None:
    """Serve name checks to agents by the Model Context Protocol, on standard input and output."""
    from unghost.mcp_server.questions import Questions
    from unghost.mcp_server.server import make_server, serve
    from unghost.scan.reading.listing import find_root
    from unghost.scan.settings import read_settings

    folder = project or Path.cwd()
    given = {"universe": tuple(universe) if universe else None, "offline": offline or None}
    settings = read_settings(find_root([folder]), config, given)
    serve(make_server(Questions(settings, folder), offline=settings.offline))
    # A thread may still wait for a registry, and nobody waits for its answer any more.
    sys.stderr.flush()
    os._exit(0)
