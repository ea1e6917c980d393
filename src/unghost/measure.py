"""Measure one model on the held-out tasks, local or behind an endpoint; a run of one round."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from unghost.config import UnlearnConfig
from unghost.domains.packages.domain import PackagesDomain
from unghost.domains.packages.tasks import Task, load_tasks, tasks_path
from unghost.evaluate.answers import Answer
from unghost.evaluate.heldout import heldout_section
from unghost.evaluate.plan import check_splits
from unghost.generate.base import Generator, ModelChoice, open_generator
from unghost.names.universe import Universe, load_universe
from unghost.probe import Probe, Progress, measure_split
from unghost.report.page import write_page
from unghost.report.schema import REPORT_VERSION, write_report
from unghost.results import environment, sha256, topic_words, universe_facts
from unghost.runs import RunFolder


def measure(
    config: UnlearnConfig,
    folder: Path,
    *,
    base_url: str | None = None,
    api_key_env: str = "OPENAI_API_KEY",
    generator: str | None = None,
    progress: Progress = lambda *_: None,
) -> dict[str, Any]:
    """Measure how often a model invents package names.

    Args:
        config: Model, universe, tasks and the ``measure`` settings; the others are not used.
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
    universe = load_universe(config.universe)
    domain = PackagesDomain(universe)
    tasks = load_tasks(tasks_path(config.tasks))
    check_splits(tasks, ["heldout"])
    choice = ModelChoice(
        config.model, config.system, config.device, config.dtype, base_url, api_key_env
    )
    model = open_generator(choice, generator)
    head = {
        "measure": config.model_dump(mode="json"),
        "base_url": base_url,
        "generator": generator,
        "model_id": model.model_id,
        "universe": universe.id,
        "sha256": {"tasks": sha256(tasks_path(config.tasks))},
        "versions": environment(),
        "threads": _threads() if base_url is None else None,
    }
    with RunFolder.open(folder, head) as run:
        probe = Probe(model, domain, config.seed)
        answers = measure_split(probe, run, tasks, "heldout", 0, config.measure, progress)
        report = _facts(config, run, model, universe) | {
            "heldout": _figures(answers, tasks, config.seed)
        }
        write_report(report, run.path / "report.json")
        write_page(report, run.path / "report.html")
    return report


def _facts(
    config: UnlearnConfig, run: RunFolder, generator: Generator, universe: Universe
) -> dict[str, Any]:
    """Return the report of a measurement, but for its figures."""
    return {
        "version": REPORT_VERSION,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": run.path.name,
        "model": generator.model_id,
        "universe": universe_facts(universe),
        "config": config.model_dump(mode="json"),
        "versions": environment(),
        "seed": config.seed,
        "rounds": [],
        "examples": [],
        "verdict": {"success": True, "reasons": []},
        "stopping": "a measurement: nothing was trained",
    }


def _figures(answers: Sequence[Answer], tasks: Sequence[Task], seed: int) -> dict[str, Any]:
    known = {t.gold: t.known for t in tasks if t.gold is not None and t.known is not None}
    words = topic_words(tasks)
    return heldout_section(answers, known=known or None, task_keywords=words or None, seed=seed)


def _threads() -> int | None:
    """Return how many threads torch uses, if the generator has loaded it."""
    torch: Any = sys.modules.get("torch")
    return None if torch is None else int(torch.get_num_threads())
