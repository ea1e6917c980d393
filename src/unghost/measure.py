"""Measure one model on the held-out tasks, local or behind an endpoint; a run of one round."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from unghost.config import UnlearnConfig
from unghost.domains.registry import load_domain
from unghost.evaluate.heldout import heldout_section, keywords_of
from unghost.evaluate.plan import check_splits, measure_split
from unghost.generate.base import Generator
from unghost.report.page import write_page
from unghost.report.schema import write_report
from unghost.runs.folder import RunFolder
from unghost.runs.identity import header, report_of
from unghost.runs.rollouts import Progress, RolloutRunner


def measure(
    config: UnlearnConfig,
    folder: Path,
    *,
    base_url: str | None = None,
    api_key_env: str = "OPENAI_API_KEY",
    progress: Progress = lambda *_: None,
) -> dict[str, Any]:
    """Measure how often a model invents names.

    Args:
        config: Model, domain, universe, tasks and the ``measure`` settings alone are used.
        folder: The run's folder.
        base_url: Address of an OpenAI-compatible server; None loads local weights.
        api_key_env: Environment variable that holds the server's key.
        progress: Told what is being done.

    Returns:
        The report, as in report.json.

    Raises:
        UnghostError: Something that the user can mend; finished batches are never asked again.
    """
    domain = load_domain(config.domain, config.universe)
    tasks = domain.load_tasks(domain.tasks_path(config.tasks))
    check_splits(tasks, ["heldout"])
    generator = _generator(config, base_url, api_key_env)
    files = {"tasks": domain.tasks_path(config.tasks)}
    head = header(config, generator.model_id, domain, files, threads=base_url is None)
    head |= {"measure": config.model_dump(mode="json"), "base_url": base_url}
    with RunFolder.open(folder, head) as run:
        runner = RolloutRunner(generator, domain, config.seed)
        answers = measure_split(runner, run, tasks, "heldout", 0, config.measure, progress)
        report = report_of(run, config, generator.model_id, domain) | {
            "heldout": heldout_section(answers, **keywords_of(tasks), seed=config.seed),
            "stopping": "a measurement: nothing was trained",
        }
        write_report(report, run.path / "report.json")
        write_page(report, run.path / "report.html")
    return report


def _generator(config: UnlearnConfig, base_url: str | None, api_key_env: str) -> Generator:
    if base_url is not None:
        from unghost.generate.http import OpenAIGenerator

        return OpenAIGenerator(
            base_url, config.model, api_key_env=api_key_env, system=config.system
        )
    from unghost.embedded import MODEL_NAME, model_path
    from unghost.generate.load import load_model
    from unghost.generate.local import TransformersGenerator

    place = str(model_path()) if config.model == MODEL_NAME else config.model
    loaded = load_model(place, dtype=config.dtype, device=config.device)
    return TransformersGenerator(
        loaded.model, loaded.tokenizer, model_id=loaded.model_id, system=config.system
    )
