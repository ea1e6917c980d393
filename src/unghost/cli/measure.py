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
    TrackOption,
    UniverseOption,
    merge,
    show,
)
from unghost.syntax.printable import printable


def measure(
    model: Annotated[str, typer.Argument(help="Model folder, hub name, 'embedded', or its name.")],
    run: RunFolderOption,
    base_url: Annotated[
        str | None, typer.Option(help="Ask an OpenAI-compatible server instead of local weights.")
    ] = None,
    api: Annotated[
        str,
        typer.Option(help="'chat', or 'completions' for base models without a chat template."),
    ] = "chat",
    api_key_env: Annotated[
        str, typer.Option(help="Environment variable that holds the server's key.")
    ] = "OPENAI_API_KEY",
    concurrency: Annotated[int, typer.Option(help="Most requests under way at once.")] = 32,
    max_requests: Annotated[int | None, typer.Option(help="Most requests of the run.")] = None,
    max_tokens_spent: Annotated[
        int | None, typer.Option(help="Most tokens of the run, prompts and answers together.")
    ] = None,
    max_cost: Annotated[
        float | None, typer.Option(help="Most that the run may cost at the prices given.")
    ] = None,
    price_in: Annotated[
        float | None, typer.Option(help="Price of a million tokens of prompts.")
    ] = None,
    price_out: Annotated[
        float | None, typer.Option(help="Price of a million tokens of answers.")
    ] = None,
    cache: Annotated[
        bool,
        typer.Option("--cache", help="Keep the server's answers, and take those of equal runs."),
    ] = False,
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
    track: TrackOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show how much would be asked; ask nothing.")
    ] = False,
) -> None:
    """Measure a model on the held-out tasks: rates three ways, with intervals."""
    from unghost.cli.progress import Bars
    from unghost.config import read_config, resolve
    from unghost.generate.budget import EndpointSettings
    from unghost.measure import measure as run_measure
    from unghost.plugins.settings import checked

    given = {
        "model": model,
        "domain": domain,
        "universe": universe,
        "tasks": None if tasks is None else str(tasks),
        "seed": seed,
        "trackers": track or None,
    }
    settings = resolve(merge(read_config(config, set_ or ()), given))
    asked = {
        "base_url": base_url,
        "api": api,
        "api_key_env": api_key_env,
        "concurrency": concurrency,
        "max_requests": max_requests,
        "max_tokens_spent": max_tokens_spent,
        "max_cost": max_cost,
        "price_in": price_in,
        "price_out": price_out,
        "cache": cache,
    }
    endpoint = None if base_url is None else checked(EndpointSettings, asked)
    if dry_run:
        from unghost.runs.forecast import forecast

        for line in forecast(settings).lines(endpoint):
            typer.echo(printable(line))
        return
    with Bars() as bars:
        report = run_measure(
            settings,
            run,
            endpoint=endpoint,
            generator=generator,
            progress=bars.update,
            note=bars.note,
        )
    show(report, run)
    unknown = report["heldout"]["before"]["statuses"]["unknown"]
    ghosts = report["heldout"]["before"]["statuses"]["absent"]
    raise typer.Exit(1 if ghosts else 3 if unknown else 0)
