"""``unghost demo``: the main job on the embedded model, in minutes, on a laptop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unghost.cli.unlearn import SeedOption, show


def demo(
    run: Annotated[Path, typer.Option("--run", help="Folder of the run.")] = Path("runs/demo"),
    seed: SeedOption = None,
) -> None:
    """Unlearn the ghosts of the embedded model, and show it before and after."""
    from unghost.cli.progress import Bars
    from unghost.config import read_config, resolve
    from unghost.embedded import MODEL_NAME, demo_config
    from unghost.unlearn import unlearn

    values = read_config(demo_config()) | {"model": MODEL_NAME, "universe": "demo"}
    if seed is not None:
        values["seed"] = seed
    with Bars() as bars:
        report = unlearn(resolve(values), run, progress=bars.update, note=bars.note)
    show(report, run)
