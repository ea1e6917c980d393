"""Measure one model on the held-out tasks, local or behind an endpoint; a run of one round."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from unghost.config import UnlearnConfig
from unghost.domains.registry import load_domain
from unghost.evaluate.heldout import heldout_section, keywords_of
from unghost.evaluate.plan import check_splits
from unghost.generate.base import ModelChoice, open_generator
from unghost.report.page import write_page
from unghost.report.schema import write_report
from unghost.runs.identity import header, report_of
from unghost.runs.rollouts import Progress, RolloutRunner, measure_split
from unghost.storage.folder import RunFolder, recorded


def measure(
    config: UnlearnConfig,
    folder: Path,
    *,
    base_url: str | None = None,
    api_key_env: str = "OPENAI_API_KEY",
    generator: str | None = None,
    progress: Progress = lambda *_: None,
) -> dict[str, Any]:
    """Measure how often a model invents names.

    Args:
        config: Model, domain, universe, tasks and the ``measure`` settings alone are used.
        folder: The run's folder.
        base_url: Address of an OpenAI-compatible server; None loads local weights.
        api_key_env: Environment variable that holds the server's key.
        generator: The back end that asks, a name or ``module:attribute``; None leaves it to
            ``base_url``.
        progress: Told what is being done.

    Returns:
        The report, as in report.json.

    Raises:
        UnghostError: Something that the user can mend; finished batches are never asked again.
    """
    domain = load_domain(config.domain, config.universe)
    tasks = domain.load_tasks(domain.tasks_path(config.tasks))
    check_splits(tasks, ["heldout"])
    kept = recorded(folder, "dtype") if config.dtype == "auto" else None
    dtype = config.dtype if kept is None else kept.split()[0]
    choice = ModelChoice(config.model, config.system, config.device, dtype, base_url, api_key_env)
    model = open_generator(choice, generator)
    runs_in = kept or getattr(model, "dtype", None)
    files = {"tasks": domain.tasks_path(config.tasks)}
    head = header(config, model.model_id, domain, files) | {
        "measure": config.model_dump(mode="json"),
        "base_url": base_url,
        "generator": generator,
        "dtype": runs_in,
    }
    with RunFolder.open(folder, head) as run:
        runner = RolloutRunner(model, domain, config.seed)
        answers = measure_split(runner, run, tasks, "heldout", 0, config.measure, progress)
        report = report_of(run, config, model.model_id, domain)
        report["config"]["dtype"] = runs_in or config.dtype
        report |= {
            "heldout": heldout_section(answers, **keywords_of(tasks), seed=config.seed),
            "stopping": "a measurement: nothing was trained",
        }
        write_report(report, run.path / "report.json")
        write_page(report, run.path / "report.html")
    return report
