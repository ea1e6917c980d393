"""``unghost evaluate``: a tuned model against its base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

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
from unghost.syntax.printable import printable


def evaluate(
    base: Annotated[
        str, typer.Argument(help="The base: a model, or the folder of a finished measurement.")
    ],
    tuned: Annotated[str, typer.Argument(help="The tuned model, or the folder of its.")],
    run: RunFolderOption,
    gate: Annotated[
        list[str] | None,
        typer.Option(
            help="A figure's bound, such as 'names_ratio>=0.95'; exit code 1 if violated."
        ),
    ] = None,
    coding: Annotated[
        list[Path] | None,
        typer.Option(help="File of HumanEval(+) or MBPP(+) problems; runs code of the models."),
    ] = None,
    text: Annotated[
        list[Path] | None,
        typer.Option(help="Texts whose perplexity is compared: plain, or JSONL with 'text'."),
    ] = None,
    lm_eval: Annotated[list[str] | None, typer.Option(help="A task of lm-eval, by name.")] = None,
    lm_eval_path: Annotated[
        Path | None, typer.Option(help="Folder of task definitions for lm-eval.")
    ] = None,
    lm_eval_limit: Annotated[
        int | None, typer.Option(help="Documents of each lm-eval task at most.")
    ] = None,
    domain: DomainOption = None,
    universe: UniverseOption = None,
    tasks: TasksOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    seed: SeedOption = None,
) -> None:
    """Compare a tuned model with its base on the same tasks, and elsewhere."""
    from unghost.cli.progress import Bars
    from unghost.compare import Elsewhere, compare
    from unghost.config import read_config, resolve

    given = {
        "domain": domain,
        "universe": universe,
        "tasks": None if tasks is None else str(tasks),
        "seed": seed,
    }
    settings = resolve(merge(read_config(config, set_ or ()), given))
    asked = Elsewhere(
        tuple(coding or ()), tuple(text or ()), tuple(lm_eval or ()), lm_eval_path, lm_eval_limit
    )
    with Bars() as bars:
        report = compare(
            settings,
            run,
            base=base,
            tuned=tuned,
            elsewhere=asked,
            gates=gate or (),
            progress=bars.update,
        )
    show(report, run)
    for line in _lines(report["comparison"]):
        typer.echo(printable(line))
    raise typer.Exit(0 if all(found["holds"] for found in report["comparison"]["gates"]) else 1)


def _lines(comparison: Mapping[str, Any]) -> Iterator[str]:
    """Say in a line each what the table of every run does not show."""
    paired = comparison["answers_with_ghost"]
    chance = "" if paired["p"] is None else f", p = {paired['p']:.4f}"
    yield f"answers with an invented name: {_change(paired)}{chance}"
    for kind, what in (("cured", "inventions cured"), ("new", "new inventions")):
        yield f"{what}: {comparison[kind]['total']} ({_names(comparison[kind])})"
    for kind in ("gained", "lost"):
        yield f"real names {kind}: {comparison[kind]['total']} ({_names(comparison[kind])})"
    for part in comparison["coding"]:
        for name, found in part["figures"].items():
            moved = f"{len(found['gained'])} gained, {len(found['lost'])} lost"
            yield f"{name} ({part['file']}, {part['problems']} problems): {_change(found)}; {moved}"
    if comparison["drift"]:
        classes = comparison["drift"]["classes"].items()
        shown = (f"{kind} {_figure(found['value'])}" for kind, found in classes)
        yield f"drift, nats a token: {', '.join(shown)}"
    for part in comparison["lm_eval"]:
        for name, (before, after) in part["metrics"].items():
            yield f"lm-eval {name}: {before:.4f} -> {after:.4f}"
    yield from comparison["notes"]
    for found in comparison["gates"]:
        said = "holds" if found["holds"] else "VIOLATED"
        yield f"gate {found['gate']}: {said} ({_figure(found['value'])})"


def _change(found: Mapping[str, Any]) -> str:
    change = found["change"]
    ends = ", ".join(_figure(change[end]) for end in ("low", "high"))
    sides = " -> ".join(_figure(found[side]["value"]) for side in ("before", "after"))
    return f"{sides} (difference {_figure(change['value'])}, 95 %: {ends})"


def _names(moved: Mapping[str, Any]) -> str:
    first = [entry["name"] for entry in moved["names"][:5]]
    return ", ".join(first) + (", ..." if moved["distinct"] > 5 else "") or "none"


def _figure(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.4f}"
