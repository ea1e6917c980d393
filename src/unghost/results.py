"""From a finished run to its report.

The last measurements, the adapter, report.json and the page.
"""

from __future__ import annotations

import platform
import shutil
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from unghost import __version__
from unghost.atomic import atomic_folder
from unghost.discover.stopping import RoundResult
from unghost.evaluate.answers import Answer, read_answers
from unghost.evaluate.drift import measure_drift, name_mask, token_kl
from unghost.evaluate.gates import judge
from unghost.evaluate.heldout import heldout_section
from unghost.evaluate.utility import exact_match, forward_of, perplexity, score_answers
from unghost.lab import Lab, Utility
from unghost.names.universe import Universe
from unghost.records import Prompt, Sampling, by_source
from unghost.report.examples import before_and_after
from unghost.report.page import write_page
from unghost.report.schema import REPORT_VERSION, write_report
from unghost.runs import Batch, RunFolder
from unghost.splits import unit_hash

if TYPE_CHECKING:
    from torch import Tensor

_PACKAGES = ("torch", "transformers", "peft", "accelerate", "tokenizers", "numpy", "pyarrow")
_EXAMPLES = 8
_DRIFT_ANSWERS = 256


def header(lab: Lab) -> dict[str, Any]:
    """Give everything that decides a run's results; a run folder of another header is refused."""
    import torch

    return {
        "config": lab.config.model_dump(mode="json"),
        "model_id": lab.model_id,
        "universe": lab.universe.id,
        "seed": lab.config.seed,
        "versions": environment(),
        "threads": torch.get_num_threads(),
    }


def environment() -> dict[str, str]:
    """Give the versions that results may depend on."""
    found = {"unghost": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def write_results(
    lab: Lab, run: RunFolder, history: Sequence[RoundResult], best: int, stopping: str
) -> dict[str, Any]:
    """Measure what needs both models, and write adapter, report.json and report.html.

    Args:
        lab: With the weights of the best round in its model.
        run: The run's folder; ``heldout`` was measured on round 0 and on the best round.
        history: The base and the trained rounds.
        best: The round that is kept; 0 if none was trained.
        stopping: Why the rounds ended.

    Returns:
        The report.
    """
    before = run.round(0).read_phase("heldout")
    after = run.round(best).read_phase("heldout")
    trained = best > 0
    heldout = _heldout(lab, before, after if trained else None)
    examples: list[dict[str, Any]] = []
    if trained:
        heldout |= _utility(lab)
        heldout["drift"], kl = _drift(lab, before)
        examples = before_and_after(before, after, kl, _EXAMPLES)
        _keep_adapter(run, best)
    report: dict[str, Any] = {
        "version": REPORT_VERSION,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": run.path.name,
        "model": lab.model_id,
        "universe": universe_facts(lab.universe),
        "config": lab.config.model_dump(mode="json") | {"kept_round": best},
        "versions": environment(),
        "seed": lab.config.seed,
        "rounds": [_round(run, result.round) for result in history],
        "heldout": heldout,
        "examples": examples,
        "verdict": {"success": False, "reasons": []},
        "stopping": stopping,
    }
    reasons = judge(report)
    report["verdict"] = {"success": not reasons, "reasons": reasons}
    write_report(report, run.path / "report.json")
    write_page(report, run.path / "report.html")
    return report


def _answers(batch: Batch) -> list[Answer]:
    return read_answers(batch.prompts, batch.completions, batch.mentions, batch.verdicts)


def _heldout(lab: Lab, before: Batch, after: Batch | None) -> dict[str, Any]:
    words = {task.id: task.keywords for task in lab.tasks if task.keywords}
    packages = {
        task.gold: task.keywords for task in lab.tasks if task.gold is not None and task.keywords
    }
    return heldout_section(
        _answers(before),
        None if after is None else _answers(after),
        known=lab.known or None,
        task_keywords=words or None,
        package_keywords=packages or None,
        seed=lab.config.seed,
    )


def universe_facts(universe: Universe) -> dict[str, Any]:
    """Say what a run took for existing, as the report has it."""
    head = universe.snapshot.header
    return {
        "label": universe.label,
        "as_of": universe.as_of,
        "count": head.count,
        "complete": head.complete,
        "closed_world": universe.closed_world,
    }


def _round(run: RunFolder, number: int) -> dict[str, Any]:
    metrics = run.round(number).metrics or {}
    trained = metrics.get("train")
    return {
        "round": number,
        "validate": metrics.get("validate"),
        "discover": metrics.get("discover"),
        "train": trained and {key: trained[key] for key in ("terms", "tokens", "seconds")},
    }


def discover_figures(found: Batch, new_ghosts: int) -> dict[str, Any]:
    """Sum up what discovery brought in a round, arm by arm (seed family and operator).

    Args:
        found: All batches of the round.
        new_ghosts: Distinct ghosts that no earlier round had met.
    """
    prompt_of = {prompt.id: prompt for prompt in found.prompts}
    source_of = {mention.id: mention.source_id for mention in found.mentions}
    arm_of = {c.id: _arm(prompt_of[c.prompt_id]) for c in found.completions}
    ghosts: dict[str, set[str]] = defaultdict(set)
    for verdict in found.verdicts:
        if verdict.status == "absent":
            ghosts[arm_of[source_of[verdict.mention_id]]].add(verdict.canonical)
    tokens: Counter[str] = Counter()
    for completion in found.completions:
        tokens[arm_of[completion.id]] += len(completion.token_ids or ())
    prompts = Counter(_arm(prompt) for prompt in found.prompts)
    return {
        "prompts": len(found.prompts),
        "completions": len(found.completions),
        "new_ghosts": new_ghosts,
        "yield": 1000 * new_ghosts / max(1, tokens.total()),
        "arms": [
            {
                "arm": arm,
                "prompts": count,
                "new_ghosts": len(ghosts[arm]),
                "yield": 1000 * len(ghosts[arm]) / max(1, tokens[arm]),
            }
            for arm, count in sorted(prompts.items())
        ],
    }


def _arm(prompt: Prompt) -> str:
    return f"{prompt.family} / {prompt.operator}"


def _utility(lab: Lab) -> dict[str, Any]:
    """Compare both models on prompts that have nothing to do with packages."""
    prompts = [entry.prompt for entry in lab.utility]
    greedy = Sampling(max_new_tokens=lab.config.measure.max_new_tokens)
    generator = lab.probe.generator
    after = [c.text for c in generator.generate(prompts, greedy, seed=lab.config.seed)]
    with lab.policy.original():
        before = [c.text for c in generator.generate(prompts, greedy, seed=lab.config.seed)]
    expected = [
        entry.answer if entry.answer is not None else own
        for entry, own in zip(lab.utility, before, strict=True)
    ]
    pairs = _utility_pairs(lab, lab.utility, expected)
    tasks = [prompt.task_id for prompt in prompts]
    with lab.policy.original() as model:
        base_scores = score_answers(model, pairs)
    scores = score_answers(lab.policy.model, pairs)
    return {
        "perplexity": perplexity(base_scores, scores, tasks).to_json(),
        "exact_match": exact_match(before, after, expected, tasks).to_json(),
    }


def _utility_pairs(
    lab: Lab, entries: Sequence[Utility], answers: Sequence[str]
) -> list[tuple[tuple[int, ...], list[int]]]:
    end = [lab.tokenizer.eos_token_id] if lab.tokenizer.eos_token_id is not None else []
    return [
        (
            lab.encode(entry.prompt),
            [*lab.tokenizer.encode(answer, add_special_tokens=False), *end],
        )
        for entry, answer in zip(entries, answers, strict=True)
    ]


def _drift(lab: Lab, before: Batch) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
    """Compute KL(base || tuned) on the base's own held-out answers and on the utility texts.

    Returns:
        The summary, and for each completion its divergences a token.
    """

    def base(ids: Tensor, mask: Tensor) -> Tensor:
        with lab.policy.original() as model:
            return forward_of(model)(ids, mask)

    prompt_of = {prompt.id: prompt for prompt in before.prompts}
    # By hash, for the plan of a measurement puts the tasks that the model knows first.
    drawn = sorted(before.completions, key=lambda c: unit_hash(b"unghost-drift-v1:", c.id))
    answers = [c for c in drawn if c.token_ids][:_DRIFT_ANSWERS]
    own = [(lab.encode(prompt_of[c.prompt_id]), c.token_ids or ()) for c in answers]
    stated = [entry for entry in lab.utility if entry.answer is not None]
    extra = _utility_pairs(lab, stated, [entry.answer or "" for entry in stated])
    divergences = token_kl(base, forward_of(lab.policy.model), [*own, *extra])
    mentions = by_source(before.mentions)
    masks = [name_mask(c, mentions.get(c.id, ())) for c in answers]
    masks += [np.zeros(len(ids), dtype=np.bool_) for _, ids in extra]
    tasks = [prompt_of[c.prompt_id].task_id for c in answers]
    tasks += [entry.prompt.task_id for entry in stated]
    drift = measure_drift(divergences, masks, tasks, seed=lab.config.seed).to_json()
    return drift, {c.id: kl for c, kl in zip(answers, divergences, strict=False)}


def _keep_adapter(run: RunFolder, best: int) -> None:
    with atomic_folder(run.path / "adapter") as folder:
        shutil.copytree(run.round(best).path / "adapter", folder, dirs_exist_ok=True)
