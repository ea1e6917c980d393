"""Compare a tuned model with its base: the same tasks, paired, and what the change cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unghost.config import UnlearnConfig
from unghost.errors import UnghostError
from unghost.evaluate.coding import Benchmark, check_installed, load_benchmark
from unghost.evaluate.gates import judge
from unghost.evaluate.heldout import heldout_section, keywords_of
from unghost.evaluate.limits import check_limits, parse_limit
from unghost.evaluate.pairs import pair_section
from unghost.measure import MeasuredRun, measure, read_measurement
from unghost.report.answers import shown_answers
from unghost.report.mask import mask_name
from unghost.report.page import write_page
from unghost.report.schema import write_report
from unghost.runs.identity import report_of
from unghost.runs.rollouts import Progress
from unghost.storage.folder import RunFolder

_NAMES = ("base", "tuned")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What both models are asked beside the tasks; each part is left out where nothing is given.

    Attributes:
        coding: Files of coding problems.
        texts: Files of texts whose perplexity is compared.
        lm_eval: Names of tasks of lm-eval.
        lm_eval_path: A folder of task definitions for it.
        lm_eval_limit: Documents of each of its tasks at most.
    """

    coding: tuple[Path, ...] = ()
    texts: tuple[Path, ...] = ()
    lm_eval: tuple[str, ...] = ()
    lm_eval_path: Path | None = None
    lm_eval_limit: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked."""
        return not (self.coding or self.texts or self.lm_eval)


def compare(
    config: UnlearnConfig,
    folder: Path,
    *,
    base: str,
    tuned: str,
    elsewhere: Elsewhere | None = None,
    gates: Sequence[str] = (),
    progress: Progress = lambda *_: None,
) -> dict[str, Any]:
    """Compare two models on the same held-out tasks, and elsewhere.

    Args:
        config: Domain, universe, tasks and the ``measure`` settings of models that are measured.
        folder: The run's folder; models are measured in ``base`` and ``tuned`` of it.
        base: A model, or the folder of a finished measurement, whose answers are then read.
        tuned: The same for the tuned model.
        elsewhere: What both are asked beside; both must lie on this machine for it.
        gates: Stated gates, as :mod:`unghost.evaluate.limits` reads them.
        progress: Told what is being done.

    Returns:
        The report, as in report.json, with ``comparison``.

    Raises:
        UnghostError: Something that the user can mend; what is finished is not done again.
    """
    asked = elsewhere or Elsewhere()
    limits = [parse_limit(text) for text in gates]
    benchmarks = _benchmarks(asked.coding)
    texts = _texts(asked.texts)
    places = dict(zip(_NAMES, (base, tuned), strict=True))
    head = {"compare": config.model_dump(mode="json") | {"model": None}, "places": places}
    with RunFolder.open(folder, head) as run:
        first = _measurement(config, run.path, base, None, progress)
        second = _measurement(config, run.path, tuned, first, progress)
        _check_alike(first, second)
        heldout = heldout_section(
            first.greedy, second.greedy, **keywords_of(first.tasks), domain=first.domain
        )
        comparison = _masked(pair_section(first.greedy, second.greedy, seed=config.seed)) | {
            "base": first.head["model_id"],
            "tuned": second.head["model_id"],
        }
        found = _elsewhere(run.path, first, second, asked, benchmarks, texts, progress)
        heldout["perplexity"] = found.pop("perplexity")
        report = report_of(folder.name, first.config, second.head["model_id"], first.domain) | {
            "heldout": heldout,
            "answers": shown_answers(
                first.greedy, first.batch.mentions, second.greedy, second.batch.mentions
            ),
            "comparison": comparison | found | {"gates": []},
            "stopping": "a comparison: nothing was trained",
        }
        report["comparison"]["gates"] = check_limits(limits, report)
        reasons = _reasons(report)
        report["verdict"] = {"success": not reasons, "reasons": reasons}
        write_report(report, run.path / "report.json")
        write_page(report, run.path / "report.html")
    return report


def _reasons(report: dict[str, Any]) -> list[str]:
    """Return why the tuned model is no success: by the stated gates, else by those of a run."""
    gates = report["comparison"]["gates"]
    if not gates:
        return judge(report)
    return [
        f"{gate['gate']}: {'not measured' if gate['value'] is None else round(gate['value'], 4)}"
        for gate in gates
        if not gate["holds"]
    ]


def _benchmarks(paths: Sequence[Path]) -> list[Benchmark]:
    if paths:
        check_installed()
    found: dict[str, Benchmark] = {}
    for path in paths:
        benchmark = load_benchmark(path)
        if benchmark.name in found:
            raise UnghostError(
                f"{path.name} and {found[benchmark.name].file} are both {benchmark.name}: give one"
            )
        found[benchmark.name] = benchmark
    return list(found.values())


def _texts(paths: Sequence[Path]) -> list[str]:
    if not paths:
        return []
    from unghost.runs.elsewhere import load_texts

    return [text for path in paths for text in load_texts(path)]


# ---- the same tasks ----------------------------------------------------------------------------


def _measurement(
    config: UnlearnConfig, folder: Path, place: str, base: MeasuredRun | None, progress: Progress
) -> MeasuredRun:
    """Measure a model, or read a finished measurement.

    A tuned model is asked what its base was asked, in the base's number type, which may have been
    chosen by timing.
    """
    if (Path(place) / "run.json").is_file():
        return read_measurement(Path(place))
    name = _NAMES[0] if base is None else _NAMES[1]
    changes: dict[str, Any] = {"model": place}
    if base is not None and config.dtype == "auto" and _dtype(base):
        changes["dtype"] = _dtype(base)
    measure(
        config.model_copy(update=changes),
        folder / name,
        tasks_of_model=None if base is None else base.config.model,
        progress=lambda stage, *rest: progress(f"{name}: {stage}", *rest),
    )
    return read_measurement(folder / name)


def _dtype(found: MeasuredRun) -> str | None:
    """Return the number type that a model ran in, without how it was chosen; None of a server."""
    said = found.head.get("dtype")
    return said.split()[0] if said else None


def _check_alike(first: MeasuredRun, second: MeasuredRun) -> None:
    """Refuse two measurements that did not ask the same, or judge by other names.

    Raises:
        UnghostError: They differ; the message names in what.
    """
    one, other = (_identity(found) for found in (first, second))
    differing = sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
    types = {_dtype(first), _dtype(second)} - {None}
    differing += ["dtype"] if len(types) > 1 else []
    if differing:
        raise UnghostError(
            f"the base and the tuned model were not measured alike ({', '.join(differing)} differ):"
            " measure one of them again with the settings of the other"
        )


def _identity(found: MeasuredRun) -> dict[str, Any]:
    config = found.config.model_dump(mode="json")
    settings = {key: config[key] for key in ("domain", "system", "seed")}
    measured = {f"measure.{key}": value for key, value in config["measure"].items()}
    # Where a file lies does not matter, only what it holds.
    hashes = {f"sha256.{key}": value for key, value in found.head["sha256"].items()}
    about_task = {mode.name for mode in found.domain.asked}
    asked = sorted({p.id for p in found.batch.prompts if p.asks in about_task})
    facts = {"universe": found.domain.facts.id, "questions": asked}
    return settings | measured | hashes | facts


def _masked(section: dict[str, Any]) -> dict[str, Any]:
    """Mask the inventions: no report is a list of names that could be registered."""
    masked = {
        kind: section[kind]
        | {
            "names": [
                entry | {"name": mask_name(entry["name"])} for entry in section[kind]["names"]
            ]
        }
        for kind in ("cured", "new")
    }
    return section | masked


# ---- elsewhere ---------------------------------------------------------------------------------


def _elsewhere(
    folder: Path,
    first: MeasuredRun,
    second: MeasuredRun,
    asked: Elsewhere,
    benchmarks: Sequence[Benchmark],
    texts: Sequence[str],
    progress: Progress,
) -> dict[str, Any]:
    """Ask both models what is wanted beside the tasks, if they lie on this machine."""
    found: dict[str, Any] = {"coding": [], "lm_eval": [], "drift": None, "perplexity": None}
    found["notes"] = []
    served = [name for name, x in zip(_NAMES, (first, second), strict=True) if _is_served(x)]
    if served:
        if not asked.is_empty:
            raise UnghostError(
                f"the {served[0]} model was measured behind an endpoint: coding problems, texts and"
                " tasks of lm-eval need both models on this machine"
            )
        found["notes"].append("drift: not measured, for it needs both models on this machine")
        return found
    from unghost.runs import elsewhere

    sides = [
        elsewhere.open_side(
            name, x.config.model, _dtype(x) or x.config.dtype, x.config.device, folder / "elsewhere"
        )
        for name, x in zip(_NAMES, (first, second), strict=True)
    ]
    progress("drift", 0, 1)
    system = first.config.system
    found["drift"] = elsewhere.compare_tokens(first.batch, first.domain, sides, system)
    if found["drift"] is None:
        found["notes"].append("drift: not measured, for the models have different tokens")
    if texts:
        progress("texts", 0, 1)
        found["perplexity"] = elsewhere.compare_texts(texts, sides)
    for benchmark in benchmarks:
        result = elsewhere.compare_coding(benchmark, sides, progress)
        found["coding"].append(result)
    if benchmarks:
        from unghost.evaluate.sandbox import walls

        found["notes"].append(f"sandbox: {walls().in_words()}")
    for task in asked.lm_eval:
        progress(f"lm-eval: {task}", 0, 1)
        found["lm_eval"].append(
            elsewhere.compare_harness(task, asked.lm_eval_path, sides, asked.lm_eval_limit)
        )
    return found


def _is_served(found: MeasuredRun) -> bool:
    return found.head.get("base_url") is not None or found.head.get("generator") is not None
