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
AsOf = Annotated[
    str | None,
    typer.Option(
        help="Day, such as 2026-01-31: names first seen later do not exist; names without a date"
        " count as existing."
    ),
]
FailOnLevel = Annotated[
    str | None,
    typer.Option(help="Lowest level that gives exit code 1: error, warning or never."),
]
Config = Annotated[
    Path | None,
    typer.Option(
        help="Settings to read instead of the project's; best where no agent can write.",
        envvar="UNGHOST_CONFIG",
    ),
]
