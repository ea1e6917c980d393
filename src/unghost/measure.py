"""Measure one model on the held-out tasks, local or behind an endpoint; a run of one round."""

from __future__ import annotations

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
from unghost.generate.base import Generator
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
    progress: Progress = lambda *_: None,
) -> dict[str, Any]:
    """Measure how often a model invents package names.

    Args:
        config: Model, universe, tasks and the ``measure`` settings; the others are not used.
        folder: The run's folder.
        base_url: Address of an OpenAI-compatible server; None loads local weights.
        api_key_env: Environment variable that holds the server's key.
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
    generator = _generator(config, base_url, api_key_env)
    head = {
        "measure": config.model_dump(mode="json"),
        "base_url": base_url,
        "model_id": generator.model_id,
        "universe": universe.id,
        "sha256": {"tasks": sha256(tasks_path(config.tasks))},
        "versions": environment(),
        "threads": _threads() if base_url is None else None,
    }
    with RunFolder.open(folder, head) as run:
        probe = Probe(generator, domain, config.seed)
        answers = measure_split(probe, run, tasks, "heldout", 0, config.measure, progress)
        report = _facts(config, run, generator, universe) | {
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


def _threads() -> int:
    import torch

    return torch.get_num_threads()


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
