"""Measure one model on the held-out tasks, local or behind an endpoint; a run of one round."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from unghost.config import UnlearnConfig, resolve
from unghost.domains.base import Domain
from unghost.domains.registry import load_domain
from unghost.domains.tasks import Task
from unghost.errors import UnghostError
from unghost.evaluate.answers import Answer, read_answers
from unghost.evaluate.heldout import heldout_section, keywords_of
from unghost.evaluate.plan import check_splits, load_tasks_for, tasks_of
from unghost.generate.base import ModelChoice, open_generator
from unghost.generate.budget import EndpointSettings, account_facts, read_account, spending
from unghost.records import Mention
from unghost.registries.address import shown
from unghost.report.answers import shown_answers
from unghost.report.page import write_page
from unghost.report.schema import write_report
from unghost.runs.identity import header, report_of
from unghost.runs.rollouts import Progress, RolloutRunner, find_in_completions, measure_split
from unghost.storage.atomic import write_json
from unghost.storage.folder import RunFolder, read_header, read_json, recorded, round_of

_TASKS = "tasks.json"
_PHASES = ("heldout", "sampled-heldout")
_Read = tuple[Sequence[Answer], Sequence[Mention]]
"""Answers, and what they name."""


def measure(
    config: UnlearnConfig,
    folder: Path,
    *,
    endpoint: EndpointSettings | None = None,
    generator: str | None = None,
    progress: Progress = lambda *_: None,
    note: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Measure how often a model invents names.

    Args:
        config: Model, domain, universe, tasks and the ``measure`` settings alone are used.
        folder: The run's folder; with it every figure can be computed again
            (:func:`measure_again`).
        endpoint: The OpenAI-compatible server to ask; None loads local weights.
        generator: The back end that asks, a name or ``module:attribute``; None leaves it to
            the endpoint.
        progress: Told what is being done.
        note: Told at the end what was asked of a server, in one line.

    Returns:
        The report, as in report.json.

    Raises:
        UnghostError: Something that the user can mend; finished answers are never asked again.
    """
    domain = load_domain(config.domain, config.universe)
    tasks = load_tasks_for(config.model, domain, config.tasks)
    check_splits(tasks, ["heldout"])
    account = folder / "endpoint.json"
    chosen = recorded(folder, "dtype") if config.dtype == "auto" else None
    dtype = config.dtype if chosen is None else chosen.split()[0]
    choice = ModelChoice(config.model, config.system, config.device, dtype, endpoint, account)
    model = open_generator(choice, generator)
    runs_in = chosen or getattr(model, "dtype", None)
    files = {"tasks": domain.tasks_path(config.tasks)}
    head = header(config, model.model_id, domain, files) | {
        "measure": config.model_dump(mode="json"),
        "base_url": None if endpoint is None else shown(endpoint.base_url),
        "api": None if endpoint is None else endpoint.api,
        "generator": generator,
        "dtype": runs_in,
    }
    with RunFolder.open(folder, head) as run:
        kept = tasks_of(tasks, "heldout")
        write_json(run.path / _TASKS, {"tasks": [asdict(task) for task in kept]})
        runner = RolloutRunner(model, domain, config.seed)
        ask = partial(measure_split, runner, run, tasks, "heldout", 0, config.measure, progress)
        greedy, sampled = ask(), ask(sampled=True) if config.measure.samples else []
        more: dict[str, Any] = {}
        if endpoint is not None and account.exists():
            asked = read_account(account)
            more["endpoint"] = account_facts(asked, endpoint)
            note(spending(asked, endpoint))
        mentions = run.round(0).read_phase("heldout").mentions
        return _report(
            run.path, config, head, domain, kept, (greedy, mentions), (sampled, []), more
        )


def measure_again(folder: Path, out: Path, universe: str | None = None) -> dict[str, Any]:
    """Compute the figures of a measurement again from its answers, which are read anew.

    Nothing is asked, so the day or the snapshot by which names are judged may be another one.

    Args:
        folder: The folder of a finished measurement; it is left as it is.
        out: Where report.json and report.html are written.
        universe: What says what exists; None for that of the measurement.

    Returns:
        The report, as in report.json.

    Raises:
        UnghostError: The folder is no finished measurement, or the names are of other packages.
    """
    head = read_header(folder)
    if "measure" not in head:
        raise UnghostError(
            f"{folder} is no measurement: give the folder of an `unghost measure` run"
        )
    given = {} if universe is None else {"universe": universe}
    config = resolve(head["measure"] | given)
    domain = load_domain(config.domain, config.universe)
    rows = read_json(folder / _TASKS)["tasks"]
    tasks: list[Task] = TypeAdapter(list[Task]).validate_python(rows)
    greedy, sampled = (_read_again(folder, phase, domain, tasks) for phase in _PHASES)
    if not greedy[0]:
        raise UnghostError(f"{folder} has no answers yet: run its `unghost measure` to the end")
    out.mkdir(parents=True, exist_ok=True)
    earlier = read_json(folder / "report.json") if (folder / "report.json").exists() else {}
    more = {key: earlier[key] for key in ("endpoint",) if key in earlier}
    return _report(out, config, head, domain, tasks, greedy, sampled, more)


def _read_again(folder: Path, phase: str, domain: Domain, tasks: Sequence[Task]) -> _Read:
    """Read the answers of a phase as if they had just been given."""
    batch = round_of(folder, 0).read_phase(phase)
    mentions = find_in_completions(domain, batch.prompts, batch.completions)
    verdicts = domain.verify(mentions)
    found = read_answers(batch.prompts, batch.completions, mentions, verdicts, domain, tasks)
    return found, mentions


def _report(
    folder: Path,
    config: UnlearnConfig,
    head: Mapping[str, Any],
    domain: Domain,
    tasks: Sequence[Task],
    greedy: _Read,
    sampled: _Read,
    more: Mapping[str, Any],
) -> dict[str, Any]:
    report = report_of(folder.name, config, head["model_id"], domain)
    report["config"]["dtype"] = head["dtype"] or config.dtype
    report |= {
        "heldout": heldout_section(
            greedy[0],
            **keywords_of(tasks),
            sampled=sampled[0],
            domain=domain,
            cutoff=config.measure.cutoff,
        ),
        "answers": shown_answers(*greedy),
        **more,
    }
    write_report(report, folder / "report.json")
    write_page(report, folder / "report.html")
    return report
