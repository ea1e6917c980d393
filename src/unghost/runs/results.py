"""Results of a finished run: the last measurements, the adapter, report.json, the page."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Any

from unghost.discover.stopping import RoundResult
from unghost.evaluate.answers import answers_of
from unghost.evaluate.gates import judge
from unghost.evaluate.heldout import heldout_section, keywords_of
from unghost.report.answers import shown_answers
from unghost.report.page import write_page
from unghost.report.schema import write_report
from unghost.runs.context import RunContext
from unghost.runs.identity import report_of
from unghost.runs.passes import compare_drift, compare_utility
from unghost.runs.rollouts import Progress, Stage
from unghost.storage.atomic import atomic_folder
from unghost.storage.folder import Batch, RunFolder


def write_results(
    context: RunContext,
    run: RunFolder,
    history: Sequence[RoundResult],
    best: int,
    stopping: str,
    progress: Progress = lambda *_: None,
) -> dict[str, Any]:
    """Measure what needs both models, and write adapter, report.json and report.html.

    Args:
        context: With the weights of the best round in its model.
        run: The run's folder; ``heldout`` was measured on round 0 and on the best round.
        history: The base and the trained rounds.
        best: The round that is kept; 0 if none was trained.
        stopping: Why the rounds ended.
        progress: Told how far the last measurements are.

    Returns:
        The report.
    """
    domain, trained = context.domain, best > 0
    before = run.round(0).read_phase("heldout")
    after = run.round(best).read_phase("heldout") if trained else Batch([], [], [], [])
    own, tuned = (answers_of(batch, domain, context.tasks) for batch in (before, after))
    keywords = keywords_of(context.tasks)
    heldout = heldout_section(own, tuned if trained else None, **keywords, domain=domain)
    answers = shown_answers(own, before.mentions, tuned, after.mentions)
    if trained:
        stage = Stage(progress, f"round {best}: measure elsewhere", 2 * len(context.utility))
        heldout |= compare_utility(context, stage)
        heldout["drift"] = compare_drift(context, before)
        _keep_adapter(run, best)
    report = report_of(run.path.name, context.config, context.model_id, domain)
    report["config"]["kept_round"] = best
    report |= {
        "rounds": [_round(run, result.round) for result in history],
        "heldout": heldout,
        "answers": answers,
        "stopping": stopping,
    }
    reasons = judge(report)
    report["verdict"] = {"success": not reasons, "reasons": reasons}
    write_report(report, run.path / "report.json")
    write_page(report, run.path / "report.html")
    return report


def _round(run: RunFolder, number: int) -> dict[str, Any]:
    metrics = run.round(number).metrics or {}
    trained = metrics.get("train")
    return {
        "round": number,
        "validate": metrics.get("validate"),
        "discover": metrics.get("discover"),
        "train": trained and {key: trained[key] for key in ("terms", "tokens", "seconds")},
    }


def _keep_adapter(run: RunFolder, best: int) -> None:
    with atomic_folder(run.path / "adapter") as folder:
        shutil.copytree(run.round(best).path / "adapter", folder, dirs_exist_ok=True)
