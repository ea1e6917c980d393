"""Count how often our 95 % intervals cover the truth, where the truth is known.

    python benchmarks/intervals.py               # all of it; goes on where it was stopped
    python benchmarks/intervals.py --draws 4000  # fewer draws, and so a coarser count

Each draw makes the answers to a number of tasks of a known rate, and asks the library for the
interval. Tasks differ: a task's own rate is drawn from a beta distribution around the known one,
so that two answers to a task agree with the stated correlation. A task has 1 to 10 answers. These
kinds of figures are drawn:

* ``answers``: the share of answers with an invention;
* ``names``: inventions over names, where some tasks bring many names and others few: the names of
  an answer are Poisson around the task's own mean, which is gamma around 2.5 with shape 4;
* ``difference`` and ``cut``: two models on the same tasks, the second of which invents half as
  often; a task that is hard for one is hard for the other.

Beside ours stands the percentile bootstrap over tasks, on the first 2,000 of the same draws: what
this project used before.

Writes ``benchmarks/results/intervals.json`` and the marked part of ``docs/measuring.md``.
"""

from __future__ import annotations

import argparse
import json
import time
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unghost.evaluate.estimates import Estimate, paired, proportion
from unghost.storage.atomic import write_json, write_text

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "intervals.json"
PAGE = ROOT / "docs" / "measuring.md"
BEGIN, END = "<!-- intervals -->", "<!-- end of intervals -->"

TASKS = (20, 50, 200, 400)
RATES = (0.02, 0.05, 0.1, 0.2, 0.3)
CORRELATIONS = (0.1, 0.5)
KINDS = ("answers", "names", "difference", "cut")
TITLES = {
    "answers": "share of answers",
    "names": "inventions over names",
    "difference": "difference of two models",
    "cut": "cut from one model to another",
}
RESAMPLES, COMPARED = 1000, 2000
WANTED, TOLERANCE, MANY = 0.95, 0.015, 200

Floats = NDArray[np.float64]
Columns = tuple[Floats, Floats]


def draw(
    rng: np.random.Generator, kind: str, tasks: int, rate: float, correlation: float, draws: int
) -> tuple[Columns, Columns]:
    """Draw hits and totals of each task for two models, [draws, tasks] each.

    The first has ``rate``, the second half of the first one's rate on each task.
    """
    shape, strength = (draws, tasks), 1.0 / correlation - 1.0
    own = rng.beta(rate * strength, (1.0 - rate) * strength, shape)
    answers = rng.integers(1, 11, shape)
    totals = [answers, answers]
    if kind == "names":
        per_answer = rng.gamma(4.0, 2.5 / 4.0, shape)
        totals = [rng.poisson(per_answer * answers) for _ in totals]
    hits = [rng.binomial(n, share) for n, share in zip(totals, (own, own / 2.0), strict=True)]
    first, second = ((h.astype(float), n.astype(float)) for h, n in zip(hits, totals, strict=True))
    return first, second


def truth_of(kind: str, rate: float) -> float:
    """Return the figure that the intervals are to cover."""
    return {"difference": -rate / 2.0, "cut": 0.5}.get(kind, rate)


def estimate(kind: str, first: Columns, second: Columns) -> Estimate:
    """Estimate the figure of one draw with the library."""
    if kind == "difference":
        return paired(first, second, "difference")
    return paired(first, second, "cut") if kind == "cut" else proportion(*first)


def bootstrap(kind: str, first: Columns, second: Columns, rng: np.random.Generator) -> Floats:
    """Return the percentile intervals of all draws, [2, draws]; they share the resampled tasks."""
    tasks = first[0].shape[1]
    times = rng.multinomial(tasks, np.full(tasks, 1.0 / tasks), size=RESAMPLES).astype(float)

    def rates(model: Columns) -> Floats:
        hits, totals = (times @ column.T for column in model)
        return np.divide(hits, totals, out=np.zeros_like(hits), where=totals > 0)

    figures = rates(first)
    if kind == "difference":
        figures = rates(second) - figures
    elif kind == "cut":
        figures = 1.0 - np.divide(
            rates(second), figures, out=np.ones_like(figures), where=figures > 0
        )
    ends: Floats = np.percentile(figures, [2.5, 97.5], axis=0)
    return ends


def measure(kind: str, tasks: int, rate: float, correlation: float, draws: int) -> dict[str, Any]:
    """Count the intervals of one cell that cover the truth."""
    identity = [KINDS.index(kind), tasks, round(1000 * rate), round(10 * correlation)]
    rng = np.random.default_rng(identity)
    first, second = draw(rng, kind, tasks, rate, correlation, draws)
    truth = truth_of(kind, rate)
    found = [estimate(kind, (a, b), (c, d)) for a, b, c, d in zip(*first, *second, strict=True)]
    usable = np.array([one.value is not None for one in found])
    low = np.array([-np.inf if one.low is None else one.low for one in found])
    high = np.array([np.inf if one.high is None else one.high for one in found])
    some = [(hits[:COMPARED], totals[:COMPARED]) for hits, totals in (first, second)]
    ends = bootstrap(kind, *some, rng)

    def share(hits: NDArray[np.bool_]) -> float:
        return round(float(hits[usable].mean()), 4)

    finite = usable & np.isfinite(low) & np.isfinite(high)
    return {
        "kind": kind,
        "tasks": tasks,
        "rate": rate,
        "correlation": correlation,
        "draws": int(usable.sum()),
        "covered": share((low <= truth) & (truth <= high)),
        "too_high": share(low > truth),
        "too_low": share(high < truth),
        "exact": share(np.array([one.method == "exact" for one in found])),
        "half_width": round(float((high - low)[finite].mean()) / 2.0, 4),
        "bootstrap": round(float(((ends[0] <= truth) & (truth <= ends[1])).mean()), 4),
    }


def table(cells: list[dict[str, Any]], draws: int) -> str:
    """Return the part of the page: the range of coverage over rates, by kind and tasks."""
    lines = [
        f"Coverage in {draws:,} draws a cell, each cell a rate (2, 5, 10, 20 and 30 %) and a"
        " correlation within tasks (0.1 and 0.5); lowest to highest cell, in percent:",
        "",
        "| figure | tasks | ours | percentile bootstrap | worst cell of ours |",
        "|---|---|---|---|---|",
    ]
    for kind, tasks in product(KINDS, TASKS):
        some = [cell for cell in cells if (cell["kind"], cell["tasks"]) == (kind, tasks)]
        if not some:
            continue
        ours, theirs = ([cell[key] for cell in some] for key in ("covered", "bootstrap"))
        worst = max(some, key=lambda cell: abs(cell["covered"] - WANTED))
        lines.append(
            f"| {TITLES[kind]} | {tasks} | {_range(ours)} | {_range(theirs)} |"
            f" rate {100 * worst['rate']:g} %, correlation {worst['correlation']}:"
            f" {100 * worst['covered']:.1f} |"
        )
    return "\n".join(lines)


def failures(cells: list[dict[str, Any]]) -> list[str]:
    """Return the cells of many tasks whose coverage is not 95 +/- 1.5 %."""
    return [
        f"{c['kind']}, {c['tasks']} tasks, rate {c['rate']}, correlation {c['correlation']}:"
        f" {100 * c['covered']:.2f} %"
        for c in cells
        if c["tasks"] >= MANY and abs(c["covered"] - WANTED) > TOLERANCE
    ]


def _range(values: list[float]) -> str:
    return f"{100 * min(values):.1f} to {100 * max(values):.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--draws", type=int, default=10_000, help="draws a cell")
    draws = parser.parse_args().draws
    kept = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    cells = kept["cells"] if kept.get("asked") == draws else []
    done = {(c["kind"], c["tasks"], c["rate"], c["correlation"]) for c in cells}
    for cell in product(KINDS, TASKS, RATES, CORRELATIONS):
        if cell in done:
            continue
        start = time.perf_counter()
        cells.append(measure(*cell, draws))
        write_json(RESULTS, {"asked": draws, "cells": cells})
        last = cells[-1]
        print(*cell, last["covered"], last["bootstrap"], f"{time.perf_counter() - start:.1f} s")
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    page = f"{before}{BEGIN}\n{table(cells, draws)}\n{END}{after}"
    write_text(PAGE, page)
    print(*(failures(cells) or ["every cell of 200 tasks and more covers 95 +/- 1.5 %"]), sep="\n")


if __name__ == "__main__":
    main()
