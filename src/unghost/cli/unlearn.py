"""``unghost unlearn``: take the ghosts out of a model's weights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from unghost.cli.terminal import printable_values, say
from unghost.syntax.printable import printable

RunFolderOption = Annotated[
    Path, typer.Option("--run", help="Folder of the run; the same command goes on with it.")
]
UniverseOption = Annotated[
    str | None, typer.Option("--universe", help="What exists: a snapshot file, or 'demo'.")
]
DomainOption = Annotated[
    str | None,
    typer.Option(
        "--domain", help="What is named: 'packages', or a TOML file that declares something else."
    ),
]
TasksOption = Annotated[
    Path | None, typer.Option("--tasks", help="Tasks to ask: JSON lines, JSON, CSV or parquet.")
]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="Settings, TOML.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="One setting, such as train.lr=1e-4.")
]
TrackOption = Annotated[
    list[str] | None,
    typer.Option("--track", help="Send figures to a tracker, such as wandb or tensorboard."),
]
SeedOption = Annotated[int | None, typer.Option("--seed", help="Seed of all noise.")]


def unlearn(
    model: Annotated[str, typer.Argument(help="Model folder, hub name, or 'embedded'.")],
    run: RunFolderOption,
    domain: DomainOption = None,
    universe: UniverseOption = None,
    tasks: TasksOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    seed: SeedOption = None,
    track: TrackOption = None,
    objective: Annotated[
        str | None, typer.Option(help="What to train with; see 'unghost objectives'.")
    ] = None,
    blame: Annotated[
        str | None, typer.Option(help="Which tokens of invented names are penalised.")
    ] = None,
    merged: Annotated[
        Path | None, typer.Option(help="Also write the whole model with the adapter merged.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show settings and memory needed; run nothing.")
    ] = False,
) -> None:
    """Take the ghosts out of a model's weights; go on where an earlier run stopped."""
    from unghost.cli.progress import Bars
    from unghost.config import read_config, resolve

    given = {
        "model": model,
        "domain": domain,
        "universe": universe,
        "tasks": None if tasks is None else str(tasks),
        "seed": seed,
        "trackers": track or None,
        "objective": objective,
        "blame": blame,
    }
    settings = resolve(merge(read_config(config, set_ or ()), given))
    if merged is not None:
        from unghost.runs.export import check_export

        check_export(settings, run, merged)
    if dry_run:
        from unghost.runs.context import preview

        for line in preview(settings).split("\n"):
            typer.echo(printable(line))
        return
    from unghost.unlearn import unlearn as run_unlearn

    with Bars() as bars:
        report = run_unlearn(settings, run, progress=bars.update, note=bars.note)
    show(report, run)
    if merged is not None:
        from unghost.runs.export import export

        say(export(settings, run, report, merged))
    raise typer.Exit(0 if report["verdict"]["success"] else 1)


def merge(values: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Return the settings, overridden by the flags that were given."""
    return values | {key: value for key, value in given.items() if value is not None}


def show(report: dict[str, Any], run: Path) -> None:
    """Print the table, and where the page is."""
    from unghost.report.summary import print_summary

    print_summary(printable_values(report))
    say(f"report: {run / 'report.html'}")
