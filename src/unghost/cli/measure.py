"""``unghost measure``: how often a model invents names."""

from __future__ import annotations

from typing import Annotated

import typer

from unghost.cli.unlearn import (
    ConfigOption,
    DomainOption,
    RunFolderOption,
    SeedOption,
    SetOption,
    TasksOption,
    UniverseOption,
    merge,
    show,
)


def measure(
    model: Annotated[str, typer.Argument(help="Model folder, hub name, 'embedded', or its name.")],
    run: RunFolderOption,
    base_url: Annotated[
        str | None, typer.Option(help="Ask an OpenAI-compatible server instead of local weights.")
    ] = None,
    api_key_env: Annotated[
        str, typer.Option(help="Environment variable that holds the server's key.")
    ] = "OPENAI_API_KEY",
    domain: DomainOption = None,
    generator: Annotated[
        str | None,
        typer.Option(help="Back end that asks: openai, transformers, or yours, module:attribute."),
    ] = None,
    universe: UniverseOption = None,
    tasks: TasksOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    seed: SeedOption = None,
) -> None:
    """Measure a model on the held-out tasks: rates three ways, with intervals."""
    from unghost.cli.progress import Bars
    from unghost.config import read_config, resolve
    from unghost.measure import measure as run_measure

    given = {
        "model": model,
        "domain": domain,
        "universe": universe,
        "tasks": None if tasks is None else str(tasks),
        "seed": seed,
    }
    settings = resolve(merge(read_config(config, set_ or ()), given))
    with Bars() as bars:
        report = run_measure(
            settings,
            run,
            base_url=base_url,
            api_key_env=api_key_env,
            generator=generator,
            progress=bars.update,
        )
    show(report, run)
    unknown = report["heldout"]["before"]["statuses"]["unknown"]
    ghosts = report["heldout"]["before"]["statuses"]["absent"]
    raise typer.Exit(1 if ghosts else 3 if unknown else 0)
