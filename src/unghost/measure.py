"""Measure one model on the held-out tasks, local or behind an endpoint; a run of one round."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from unghost.config import UnlearnConfig, resolve
from unghost.domains.base import Domain
from unghost.domains.registry import load_domain
from unghost.domains.tasks import Task
from unghost.errors import UnghostError
from unghost.evaluate.answers import Answer, answers_of
from unghost.evaluate.heldout import heldout_section, keywords_of
from unghost.evaluate.plan import check_splits, load_tasks_for, tasks_of
from unghost.generate.base import ModelChoice, open_generator
from unghost.generate.budget import EndpointSettings, account_facts, read_account, spending
from unghost.registries.address import shown
from unghost.report.answers import shown_answers
from unghost.report.page import write_page
from unghost.report.schema import write_report
from unghost.runs.identity import header, report_of
from unghost.runs.own_tasks import write_tasks
from unghost.runs.rollouts import Progress, RolloutRunner, find_in_completions, measure_split
from unghost.runs.trackers import Trackers, heldout_figures
from unghost.storage.atomic import write_json
from unghost.storage.folder import Batch, RunFolder, read_header, read_json, recorded, round_of

_TASKS = "tasks.json"
_PHASES = ("heldout", "sampled-heldout")


def measure(
    config: UnlearnConfig,
    folder: Path,
    *,
    endpoint: EndpointSettings | None = None,
    generator: str | None = None,
    tasks_of_model: str | None = None,
    progress: Progress = lambda *_: None,
    note: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Measure how often a model invents names.

    Args:
        config: Model, domain, universe, tasks, trackers and the ``measure`` settings are used.
        folder: The run's folder; with it every figure can be computed again
            (:func:`measure_again`).
        endpoint: The OpenAI-compatible server to ask; None loads local weights.
        generator: The back end that asks, a name or ``module:attribute``; None leaves it to
            the endpoint.
        tasks_of_model: The model whose tasks are asked, the base of a tuned one; None for the
            model itself.
        progress: Told what is being done.
        note: Told at the end what was asked of a server, in one line.

    Returns:
        The report, as in report.json.

    Raises:
        UnghostError: Something that the user can mend; finished answers are never asked again.
    """
    trackers = Trackers(config.trackers, folder, config.model_dump(mode="json"))
    domain = load_domain(config.domain, config.universe)
    tasks = load_tasks_for(tasks_of_model or config.model, domain, config.tasks)
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
        "tasks_of_model": tasks_of_model,
        "dtype": runs_in,
    }
    with RunFolder.open(folder, head) as run:
        runner, settings = RolloutRunner(model, domain, config.seed), config.measure
        if settings.own_tasks:
            tasks = write_tasks(runner, run, tasks, settings, progress)
            settings = replace(settings, heldout_tasks=len(tasks))
        kept = tasks_of(tasks, "heldout")
        write_json(run.path / _TASKS, {"tasks": [asdict(task) for task in kept]})
        ask = partial(measure_split, runner, run, tasks, "heldout", 0, settings, progress)
        greedy, sampled = ask(), ask(sampled=True) if settings.samples else []
        more: dict[str, Any] = {}
        if endpoint is not None and account.exists():
            asked = read_account(account)
            more["endpoint"] = account_facts(asked, endpoint)
            note(spending(asked, endpoint))
        batch = run.round(0).read_phase("heldout")
        found = MeasuredRun(run.path, head, config, domain, kept, batch, greedy, sampled)
        report = _report(found, run.path, more)
        trackers.log(heldout_figures(report), 0)
        trackers.finish()
        return report


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
    found = read_measurement(folder, universe)
    out.mkdir(parents=True, exist_ok=True)
    earlier = read_json(folder / "report.json") if (folder / "report.json").exists() else {}
    more = {key: earlier[key] for key in ("endpoint",) if key in earlier}
    return _report(found, out, more)


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """A finished measurement, read anew.

    Attributes:
        folder: Where it lies.
        head: Its header.
        config: Its settings.
        domain: What was asked about.
        tasks: The tasks that were asked.
        batch: The records of the greedy answers, judged anew.
        greedy: Those answers.
        sampled: The sampled answers.
    """

    folder: Path
    head: dict[str, Any]
    config: UnlearnConfig
    domain: Domain
    tasks: list[Task]
    batch: Batch
    greedy: list[Answer]
    sampled: list[Answer]


def read_measurement(folder: Path, universe: str | None = None) -> MeasuredRun:
    """Read the answers of a finished measurement, and judge them as if they had just been given.

    Args:
        folder: The folder of a finished measurement; it is left as it is.
        universe: What says what exists; None for that of the measurement.

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
    greedy, sampled = (_read_again(folder, phase, domain) for phase in _PHASES)
    if not greedy.completions:
        raise UnghostError(f"{folder} has no answers yet: run its `unghost measure` to the end")
    answers = (answers_of(batch, domain, tasks) for batch in (greedy, sampled))
    return MeasuredRun(folder, head, config, domain, tasks, greedy, *answers)


def _read_again(folder: Path, phase: str, domain: Domain) -> Batch:
    """Read the answers of a phase as if they had just been given."""
    batch = round_of(folder, 0).read_phase(phase)
    mentions = find_in_completions(domain, batch.prompts, batch.completions)
    return Batch(batch.prompts, batch.completions, mentions, domain.verify(mentions))


def _report(found: MeasuredRun, out: Path, more: Mapping[str, Any]) -> dict[str, Any]:
    config, tasks = found.config, found.tasks
    report = report_of(out.name, config, found.head["model_id"], found.domain)
    report["config"]["dtype"] = found.head["dtype"] or config.dtype
    if config.measure.own_tasks:
        wrote = f"{len(tasks)} tasks that the model wrote itself, a population of their own"
        report["stopping"] = f"a measurement on {wrote}: nothing was trained"
    report |= {
        "heldout": heldout_section(
            found.greedy,
            **keywords_of(tasks),
            sampled=found.sampled,
            domain=found.domain,
            cutoff=config.measure.cutoff,
        ),
        "answers": shown_answers(found.greedy, found.batch.mentions),
        **more,
    }
    write_report(report, out / "report.json")
    write_page(report, out / "report.html")
    return report
