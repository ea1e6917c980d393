"""Compare all objectives at one fixed budget on the embedded model, three seeds each.

    python benchmarks/unlearning.py                    # all of it; goes on where it was stopped
    python benchmarks/unlearning.py --only hybrid-credit hybrid-span --seeds 0

Every run asks as many tasks and trains on as many tokens as every other; the base's measurements
and the first round's completions are shared within a seed. Tokens generated differ with the length
of the answers and stand in the table, those of hedged questions among them. Writes
``benchmarks/results/unlearning.json``, the marked part of ``docs/results.md``, and the frontier
``docs/frontier.svg``. Points of the frontier are measured on ``validate``; the table is on
``heldout``, at the round that ``validate`` shows to be best. Each row says on how many finished
runs it rests.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from pyarrow.parquet import read_table

from unghost.config import UnlearnConfig, read_config, resolve
from unghost.embedded import demo_config
from unghost.objectives import OBJECTIVES
from unghost.plugins.settings import setting_names
from unghost.report.charts import frontier_svg
from unghost.runs.context import open_context
from unghost.runs.identity import environment
from unghost.storage.atomic import write_json, write_text
from unghost.storage.folder import RunFolder
from unghost.unlearn import unlearn

ROOT = Path(__file__).resolve().parents[1]
RUNS = ROOT / "runs" / "benchmark"
RESULTS = ROOT / "benchmarks" / "results" / "unlearning.json"
PAGE = ROOT / "docs" / "results.md"
FRONTIER = ROOT / "docs" / "frontier.svg"
BEGIN, END = "<!-- benchmark -->", "<!-- end of benchmark -->"

BUDGET = {
    "explore.tasks_per_round": 128,
    "explore.batch_tasks": 128,
    "stop.max_rounds": 4,
    "stop.patience": 4,
    "stop.target": 0.0,
    "train.round_tokens": 20_000,
    "measure.validate_tasks": 240,
    "measure.heldout_tasks": 400,
}
"""What every run of the comparison has in common, besides the demo's settings."""

FIRST = "hybrid-credit"
"""The run of a seed that the others share the base's answers and the first round's with."""

PLAIN = {"terms.distill": 0.0, "terms.reinforce": 1.0}
"""Without hedged answers, so that a row shows its objective alone."""

SKELETON = {
    "objective": "hybrid",
    "blame": "span",
    "terms.suppress": 0.5,
    "terms.stop": 2.0,
    "terms.retain": 0.0,
}
"""The skeleton of a third-party copy of the paper's released code, with our suppressor."""

ROWS: dict[str, dict[str, Any]] = {
    FIRST: {"objective": "hybrid", "blame": "credit"} | PLAIN,
    "hybrid-divergence": {"objective": "hybrid", "blame": "divergence"} | PLAIN,
    "hybrid-tail": {"objective": "hybrid", "blame": "tail"} | PLAIN,
    "hybrid-span": {"objective": "hybrid", "blame": "span"} | PLAIN,
    "paper-skeleton": SKELETON | PLAIN,
    "paper-skeleton-hot": SKELETON | PLAIN | {"train.lr": 6e-3, "train.lr_decay": 1.0},
    "valid-mass": {"objective": "valid_mass"} | PLAIN | {"terms.reinforce": 0.0},
    "valid-mass-reinforce": {"objective": "valid_mass"} | PLAIN,
    "ascent": {"objective": "ascent", "blame": "span"} | PLAIN,
    "npo-released": {"objective": "npo_released", "blame": "span"} | PLAIN,
    "npo": {"objective": "npo", "blame": "span"} | PLAIN,
    "sft": {"objective": "sft", "blame": "span"} | PLAIN,
    "policy-gradient": {"objective": "policy_gradient"} | PLAIN | {"terms.reinforce": 4.0},
    "demo": {},
}
"""By row of the table, what it changes; all else is the demo's configuration. ``demo`` is ours."""

COLUMNS = (
    ("cut of ghosts", ("cut", "value"), "{:.1%}"),
    ("retention", ("retention", "value"), "{:.1%}"),
    ("names/answer", ("names_ratio", "value"), "{:.1%}"),
    ("without abstentions", ("names_ratio_answering", "value"), "{:.1%}"),
    ("abstentions", ("abstentions",), "{:.1%}"),
    ("fit, change", ("fit", "difference", "value"), "{:+.3f}"),
    ("perplexity elsewhere", ("perplexity", "change", "value"), "x {:.3f}"),
    ("KL off / on names", ("drift", "ratio", "value"), "{:.2f}"),
    ("most frequent name", ("top_share",), "{:.1%}"),
    ("tokens generated", ("generated_tokens",), "{:,.0f}"),
    ("tokens trained", ("trained_tokens",), "{:,.0f}"),
    ("seconds", ("seconds",), "{:.0f}"),
)

INTERVALS = (
    ("cut of ghosts", ("cut",), "{:.1%}"),
    ("retention", ("retention",), "{:.1%}"),
    ("names/answer without abstentions", ("names_ratio_answering",), "{:.1%}"),
    ("fit, change", ("fit", "difference"), "{:+.3f}"),
    ("perplexity elsewhere", ("perplexity", "change"), "x {:.3f}"),
    ("KL off / on names", ("drift", "ratio"), "{:.2f}"),
)

Found = dict[str, dict[str, dict[str, Any]]]
"""Figures by row and seed."""


def config_of(name: str, seed: int) -> UnlearnConfig:
    """Return the configuration of one run: the demo's, the budget, and what the row changes.

    Of the terms' settings it takes those that the row's objective has.
    """
    changes = BUDGET | ROWS[name] | {"seed": seed}
    overrides = [f"{key}={json.dumps(value)}" for key, value in changes.items()]
    values = read_config(demo_config(), overrides)
    known = setting_names(OBJECTIVES.get(values["objective"]).settings)
    terms = {key: value for key, value in values["terms"].items() if key in known}
    return resolve(values | {"terms": terms})


def folder_of(name: str, seed: int) -> Path:
    """Return where a run lies."""
    return RUNS / f"seed-{seed}" / name


def is_done(name: str, seed: int) -> bool:
    """Return whether a run is complete."""
    return (folder_of(name, seed) / "seconds.json").exists()


def run_one(name: str, seed: int) -> None:
    """Run one objective with one seed; what is the same for all of a seed is copied in first."""
    config, folder = config_of(name, seed), folder_of(name, seed)
    if name != FIRST and not (folder / "round-001").exists():
        with RunFolder.open(folder, open_context(config).header):
            share(folder_of(FIRST, seed), folder)
    is_new = not (folder / "round-001" / "train.jsonl").exists()
    began = time.monotonic()
    unlearn(config, folder)
    # Of a run that was stopped once nobody knows how long it would have taken.
    write_json(folder / "seconds.json", time.monotonic() - began if is_new else None)


def share(source: Path, target: Path) -> None:
    """Copy the base's answers, and what discovery asked of the base in the first round."""
    for number in (0, 1):
        for kind in ("prompts", "completions", "mentions", "verdicts"):
            for part in sorted((source / f"round-{number:03d}" / kind).glob("*.parquet")):
                if number == 1 and part.name.startswith(("validate", "heldout")):
                    continue
                copy = target / f"round-{number:03d}" / kind / part.name
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(part, copy)


def run_all(names: list[str], seeds: list[int], workers: int) -> None:
    """Run what is not done yet, ``workers`` processes at a time, one thread each."""
    firsts = [(FIRST, seed) for seed in seeds]
    rest = [(name, seed) for seed in seeds for name in names if name != FIRST]
    for stage in (firsts, rest):
        waiting = [job for job in stage if not is_done(*job)]
        running: list[tuple[tuple[str, int], subprocess.Popen[bytes]]] = []
        while waiting or running:
            while waiting and len(running) < workers:
                running.append((waiting[0], start(*waiting.pop(0))))
            running = [entry for entry in running if not ended(*entry)]
            time.sleep(0.5)


def start(name: str, seed: int) -> subprocess.Popen[bytes]:
    """Start one run in a process of its own."""
    command = [sys.executable, __file__, "--worker", name, "--seeds", str(seed)]
    return subprocess.Popen(command, env=os.environ | {"OMP_NUM_THREADS": "1"})


def ended(job: tuple[str, int], process: subprocess.Popen[bytes]) -> bool:
    """Return whether a run has ended, and give up if it failed."""
    if process.poll() is None:
        return False
    if process.returncode:
        sys.exit(f"{job[0]} with seed {job[1]} failed: see above")
    print(f"{job[0]}, seed {job[1]}: done", file=sys.stderr, flush=True)
    return True


def figures(name: str, seed: int) -> dict[str, Any]:
    """Take the figures of one run out of its report."""
    folder = folder_of(name, seed)
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    heldout = report["heldout"]
    after = heldout["after"] or heldout["before"]
    kept = ("cut", "retention", "names_ratio", "names_ratio_answering", "fit")
    trained = [entry["train"] for entry in report["rounds"] if entry["train"]]
    metrics = [
        json.loads((folder / f"round-{number:03d}/metrics.json").read_text(encoding="utf-8"))
        for number in range(len(report["rounds"]))
    ]
    generated = sum(tokens_of(folder, number) for number in range(1, len(report["rounds"])))
    points = [[1.0, metrics[0]["validate"]["rate"]["value"]]]
    points += [[m["point"]["retention"], m["point"]["rate"]] for m in metrics[1:]]
    return {
        "kept_round": report["config"]["kept_round"],
        "before": heldout["before"]["rate"],
        "after": after["rate"],
        **{key: heldout[key] for key in (*kept, "perplexity", "exact_match", "drift")},
        "abstentions": after["classes"].get("abstention", 0) / max(1, after["answers"]),
        "top_share": after["top_share"],
        "frontier": points,
        "generated_tokens": generated,
        "trained_tokens": sum(entry["tokens"] for entry in trained),
        "seconds": json.loads((folder / "seconds.json").read_text(encoding="utf-8")),
        "reasons": report["verdict"]["reasons"],
    }


def tokens_of(folder: Path, number: int) -> int:
    """Count the tokens that a round generated to learn from, hedged answers among them."""
    parts = (folder / f"round-{number:03d}" / "completions").glob("*.parquet")
    asked = [part for part in parts if part.name.startswith(("requests", "discover", "hedged"))]
    columns = [read_table(part, columns=["token_ids"])["token_ids"] for part in sorted(asked)]
    return sum(len(ids) for column in columns for ids in column.to_pylist())


def collect(seeds: list[int]) -> Found:
    """Gather the figures of all finished runs, by row and seed."""
    return {
        name: {str(seed): figures(name, seed) for seed in seeds if is_done(name, seed)}
        for name in ROWS
    }


def table(found: Found) -> str:
    """Write the table: the mean over seeds, and the seeds one by one behind it."""
    heads = ["objective", "runs", *(title for title, _, _ in COLUMNS)]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name, by_seed in found.items():
        cells = [name, str(len(by_seed))]
        for _, path, style in COLUMNS:
            cells.append(cell([pick(run, path) for run in by_seed.values()], style))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def pick(run: dict[str, Any], path: tuple[str, ...]) -> float:
    """Follow keys into a run's figures; NaN where something was not measured."""
    value: Any = run
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return math.nan if value is None else float(value)


def cell(values: list[float], style: str) -> str:
    """Show a mean and, with several seeds, each of them."""
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return "-"
    mean = style.format(statistics.fmean(known))
    return mean if len(known) == 1 else f"{mean} ({', '.join(style.format(v) for v in known)})"


def intervals(found: Found) -> str:
    """List the 95 % intervals of every run's figures."""
    heads = ["run", "kept round", *(title for title, _, _ in INTERVALS)]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name, by_seed in found.items():
        for seed, run in by_seed.items():
            shown = " | ".join(interval(run, path, style) for _, path, style in INTERVALS)
            lines.append(f"| {name}, seed {seed} | {run['kept_round']} | {shown} |")
    return "\n".join(lines)


def frontier(runs: list[dict[str, Any]]) -> list[tuple[float, float]]:
    """Return retention and ghost rate by round, the base first; means over the seeds."""
    rounds = zip(*(run["frontier"] for run in runs), strict=False)
    return [
        (statistics.fmean(kept for kept, _ in some), statistics.fmean(rate for _, rate in some))
        for some in rounds
    ]


def interval(run: dict[str, Any], path: tuple[str, ...], style: str) -> str:
    """Show an estimate with its interval."""
    value, *ends = (pick(run, (*path, part)) for part in ("value", "low", "high"))
    if math.isnan(value):
        return "-"
    shown = " to ".join("?" if math.isnan(end) else style.format(end) for end in ends)
    return f"{style.format(value)} ({shown})"


def write(found: Found) -> None:
    """Write JSON, page and plot from what is finished."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, one thread a run"
    content = {"machine": machine, "versions": environment(), "budget": BUDGET, "runs": found}
    write_json(RESULTS, content)
    points = {name: frontier(list(by_seed.values())) for name, by_seed in found.items()}
    write_text(FRONTIER, str(frontier_svg({name: p for name, p in points.items() if p})))
    page = PAGE.read_text(encoding="utf-8")
    start, stop = page.index(BEGIN) + len(BEGIN), page.index(END)
    body = (
        f"\n{table(found)}\n\n{machine}; demo universe of 2026-04-01, a closed world.\n\n"
        f"![frontier](frontier.svg)\n\n{intervals(found)}\n"
    )
    write_text(PAGE, page[:start] + body + page[stop:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--seeds", nargs="*", type=int, default=[0, 1, 2])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--worker", choices=list(ROWS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        run_one(options.worker, options.seeds[0])
        return
    run_all(options.only, options.seeds, options.workers)
    write(collect(options.seeds))


if __name__ == "__main__":
    main()
