"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Universe = Annotated[
    list[str] | None,
    typer.Option(
        help="What exists: demo, a snapshot file, or an ecosystem whose snapshot was pulled;"
        " may be repeated. Default: every pulled snapshot.",
        envvar="UNGHOST_UNIVERSE",
    ),
]
Offline = Annotated[
    bool | None, typer.Option("--offline", help="Ask no registry.", envvar="UNGHOST_OFFLINE")
]
Config = Annotated[
    Path | None,
    typer.Option(
        help="Settings to read instead of the project's; best where no agent can write.",
        envvar="UNGHOST_CONFIG",
    ),
]
