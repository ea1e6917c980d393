"""Measure one model on the held-out tasks, local or behind an endpoint; a run of one round."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from unghost.config import UnlearnConfig
from unghost.domains.registry import load_domain
from unghost.evaluate.heldout import heldout_section, keywords_of
from unghost.evaluate.plan import check_splits
from unghost.generate.base import ModelChoice, open_generator
from unghost.generate.budget import EndpointSettings, account_facts, read_account, spending
from unghost.registries.address import shown
from unghost.report.page import write_page
from unghost.report.schema import write_report
from unghost.runs.identity import header, report_of
from unghost.runs.rollouts import Progress, RolloutRunner, measure_split
from unghost.storage.folder import RunFolder


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
        folder: The run's folder.
        endpoint: The OpenAI-compatible server to ask; None loads local weights.
        generator: The back end that asks, a name or ``module:attribute``; None leaves it to
            the endpoint.
        progress: Told what is being done.
        note: Told at the end what was asked of a server, in one line.

    Returns:
        The report, as in report.json.

    Raises:
        UnghostError: Something that the user can mend; finished batches are never asked again.
    """
    domain = load_domain(config.domain, config.universe)
    tasks = domain.load_tasks(domain.tasks_path(config.tasks))
    check_splits(tasks, ["heldout"])
    account = folder / "endpoint.json"
    choice = ModelChoice(
        config.model, config.system, config.device, config.dtype, endpoint, account
    )
    model = open_generator(choice, generator)
    files = {"tasks": domain.tasks_path(config.tasks)}
    head = header(config, model.model_id, domain, files) | {
        "measure": config.model_dump(mode="json"),
        "base_url": None if endpoint is None else shown(endpoint.base_url),
        "api": None if endpoint is None else endpoint.api,
        "generator": generator,
    }
    with RunFolder.open(folder, head) as run:
        runner = RolloutRunner(model, domain, config.seed)
        answers = measure_split(runner, run, tasks, "heldout", 0, config.measure, progress)
        report = report_of(run, config, model.model_id, domain) | {
            "heldout": heldout_section(answers, **keywords_of(tasks), seed=config.seed),
            "stopping": "a measurement: nothing was trained",
        }
        if endpoint is not None and account.exists():
            asked = read_account(account)
            report["endpoint"] = account_facts(asked, endpoint)
            note(spending(asked, endpoint))
        write_report(report, run.path / "report.json")
        write_page(report, run.path / "report.html")
    return report
