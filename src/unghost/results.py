"""From a finished run to its report.

The last measurements, the adapter, report.json and the page.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from unghost.atomic import atomic_folder
from unghost.discover.stopping import RoundResult
from unghost.domains.packages.tasks import Task, tasks_path
from unghost.evaluate.answers import Answer, read_answers
from unghost.evaluate.drift import measure_drift, name_mask, token_kl
from unghost.evaluate.gates import judge
from unghost.evaluate.heldout import heldout_section
from unghost.evaluate.utility import Pair, exact_match, forward_of, perplexity, score_answers
from unghost.lab import Lab, Utility, utility_path
from unghost.names.universe import Universe
from unghost.probe import Probe, Progress
from unghost.records import Completion, Prompt, Sampling, by_source
from unghost.report.examples import before_and_after, choose
from unghost.report.page import write_page
from unghost.report.schema import REPORT_VERSION, write_report
from unghost.runs import Batch, RunFolder
from unghost.splits import unit_hash
from unghost.version import __version__

if TYPE_CHECKING:
    from torch import Tensor

_PACKAGES = ("torch", "transformers", "peft", "accelerate", "tokenizers", "numpy", "pyarrow")
_EXAMPLES = 8
_DRIFT_ANSWERS = 256


def header(lab: Lab) -> dict[str, Any]:
    """Return everything that decides a run's results; a run folder of another header is refused."""
    import torch

    config = lab.config
    return {
        "config": config.model_dump(mode="json"),
        "model_id": lab.model_id,
        "universe": lab.universe.id,
        "seed": config.seed,
        "sha256": {
            "tasks": sha256(tasks_path(config.tasks)),
            "utility": sha256(utility_path(config.utility)),
        },
        "versions": environment(),
        "threads": torch.get_num_threads(),
    }


def sha256(path: Path) -> str:
    """Hash a file's contents, so that an edited file is not taken for the one a run began with."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def environment() -> dict[str, str]:
    """Return the versions that results may depend on."""
    found = {"unghost": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def write_results(
    lab: Lab,
    run: RunFolder,
    history: Sequence[RoundResult],
    best: int,
    stopping: str,
    progress: Progress = lambda *_: None,
) -> dict[str, Any]:
    """Measure what needs both models, and write adapter, report.json and report.html.

    Args:
        lab: With the weights of the best round in its model.
        run: The run's folder; ``heldout`` was measured on round 0 and on the best round.
        history: The base and the trained rounds.
        best: The round that is kept; 0 if none was trained.
        stopping: Why the rounds ended.
        progress: Told how far the last measurements are.

    Returns:
        The report.
    """
    before = run.round(0).read_phase("heldout")
    after = run.round(best).read_phase("heldout")
    trained = best > 0
    heldout = _heldout(lab, before, after if trained else None)
    examples: list[dict[str, Any]] = []
    if trained:
        stage = f"round {best}: measure elsewhere"
        progress(stage, 0, 3)
        heldout |= _utility(lab, lambda done: progress(stage, done, 3))
        shown = choose(before, after, _EXAMPLES)
        heldout["drift"], kl = _drift(lab, before, {prompt.id for prompt in shown})
        progress(stage, 3, 3)
        examples = before_and_after(before, after, kl, shown)
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
    packages = _words((task.gold, task) for task in lab.tasks if task.gold is not None)
    return heldout_section(
        _answers(before),
        None if after is None else _answers(after),
        known=lab.known or None,
        task_keywords=topic_words(lab.tasks) or None,
        package_keywords=packages or None,
        seed=lab.config.seed,
    )


def topic_words(tasks: Iterable[Task]) -> dict[str, set[str]]:
    """Return the keywords by task id, those of several tasks of one id together."""
    return _words((task.id, task) for task in tasks)


def _words(keyed: Iterable[tuple[str, Task]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for key, task in keyed:
        if task.keywords:
            found[key] |= set(task.keywords)
    return dict(found)


def universe_facts(universe: Universe) -> dict[str, Any]:
    """Return what a run took for existing, as the report has it."""
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


def discover_figures(found: Batch, new: Collection[str]) -> dict[str, Any]:
    """Sum up what discovery brought in a round, arm by arm (seed family and operator).

    A new ghost counts for the arm that met it first, so that the arms add up to the round.

    Args:
        found: All batches of the round, in the order of the plan.
        new: The distinct ghosts that no earlier round had met.
    """
    prompt_of = {prompt.id: prompt for prompt in found.prompts}
    source_of = {mention.id: mention.source_id for mention in found.mentions}
    arm_of = {c.id: _arm(prompt_of[c.prompt_id]) for c in found.completions}
    met_by: dict[str, str] = {}
    for verdict in found.verdicts:
        if verdict.status == "absent" and verdict.canonical in new:
            met_by.setdefault(verdict.canonical, arm_of[source_of[verdict.mention_id]])
    ghosts = Counter(met_by.values())
    tokens: Counter[str] = Counter()
    for completion in found.completions:
        tokens[arm_of[completion.id]] += len(completion.token_ids or ())
    prompts = Counter(_arm(prompt) for prompt in found.prompts)
    return {
        "prompts": len(found.prompts),
        "completions": len(found.completions),
        "new_ghosts": len(new),
        "yield": 1000 * len(new) / max(1, tokens.total()),
        "arms": [
            {
                "arm": arm,
                "prompts": count,
                "new_ghosts": ghosts[arm],
                "yield": 1000 * ghosts[arm] / max(1, tokens[arm]),
            }
            for arm, count in sorted(prompts.items())
        ],
    }


def _arm(prompt: Prompt) -> str:
    return f"{prompt.family} / {prompt.operator}"


def _utility(lab: Lab, progress: Callable[[int], None] = lambda _: None) -> dict[str, Any]:
    """Compare both models on prompts that have nothing to do with packages, in two steps."""
    prompts = [entry.prompt for entry in lab.utility]
    greedy = Sampling(max_new_tokens=lab.config.measure.max_new_tokens)

    def answers(probe: Probe) -> list[str]:
        return [c.text for c in probe.generator.generate(prompts, greedy, seed=lab.config.seed)]

    after = answers(lab.probe)
    progress(1)
    with lab.original_probe() as probe:
        before = answers(probe)
    progress(2)
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


def _drift(
    lab: Lab, before: Batch, shown: Collection[str]
) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
    """Compute KL(base || tuned) on the base's own held-out answers and on the utility texts.

    Args:
        lab: With the tuned weights in its model.
        before: The base's answers.
        shown: Ids of the prompts whose answers the page shows. They were not drawn by chance, so
            their divergences are computed but left out of the summary.

    Returns:
        The summary, and for each completion its divergences a token.
    """

    def base(ids: Tensor, mask: Tensor) -> Tensor:
        with lab.policy.original() as model:
            return forward_of(model)(ids, mask)

    prompt_of = {prompt.id: prompt for prompt in before.prompts}
    # By hash, for the plan of a measurement puts the tasks that the model knows first.
    drawn = sorted(before.completions, key=lambda c: unit_hash(b"unghost-drift-v1:", c.id))
    written = [c for c in drawn if c.token_ids]
    answers, rest = written[:_DRIFT_ANSWERS], written[_DRIFT_ANSWERS:]

    def pairs(completions: Sequence[Completion]) -> list[Pair]:
        return [(lab.encode(prompt_of[c.prompt_id]), c.token_ids or ()) for c in completions]

    more = [c for c in rest if c.prompt_id in shown]
    stated = [entry for entry in lab.utility if entry.answer is not None]
    extra = _utility_pairs(lab, stated, [entry.answer or "" for entry in stated])
    asked = [*pairs(answers), *extra, *pairs(more)]
    found = token_kl(base, forward_of(lab.policy.model), asked)
    divergences, added = found[: len(asked) - len(more)], found[len(asked) - len(more) :]
    mentions = by_source(before.mentions)
    masks = [name_mask(c, mentions.get(c.id, ())) for c in answers]
    masks += [np.zeros(len(ids), dtype=np.bool_) for _, ids in extra]
    tasks = [prompt_of[c.prompt_id].task_id for c in answers]
    tasks += [entry.prompt.task_id for entry in stated]
    drift = measure_drift(divergences, masks, tasks, seed=lab.config.seed).to_json()
    first = divergences[: len(answers)]
    return drift, {c.id: kl for c, kl in zip([*answers, *more], [*first, *added], strict=True)}


def _keep_adapter(run: RunFolder, best: int) -> None:
    with atomic_folder(run.path / "adapter") as folder:
        shutil.copytree(run.round(best).path / "adapter", folder, dirs_exist_ok=True)
