"""Measure real code models on the open task set.

    python benchmarks/real_models.py FOLDER... --universe SNAPSHOT
    python benchmarks/real_models.py org/model --universe pypi --tasks 400 --samples 2

Each model (a folder, a GGUF file or a hub name) is measured by ``unghost measure`` on the same
held-out tasks, in all forms of questions, greedily and, with ``--samples``, sampled; runs lie under
``--runs`` and go on where they were stopped. Nothing in a run was used to choose anything: tasks
are those of the split ``heldout``, and settings are the defaults. Writes
``benchmarks/results/real_models.json``, in which models that did not run stay as they were, and the
marked part of ``docs/results.md``. No name that a model invented is written to either.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from unghost.cli.progress import Bars
from unghost.config import resolve
from unghost.domains.tasks import LEVELS
from unghost.measure import measure
from unghost.storage.atomic import write_json, write_text

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "real_models.json"
PAGE = ROOT / "docs" / "results.md"
BEGIN, END = "<!-- real models -->", "<!-- end of real models -->"
PARTS = ("invented", "right", "real", "abstained", "refused", "nothing", "cut_off", "looped")
"""The outcomes that stand in the table."""
Report = dict[str, Any]


def run(model: str, options: argparse.Namespace) -> Report:
    """Measure one model, or read what an earlier run has, and return what is kept of it."""
    name = re.sub(r"[^\w.-]+", "-", Path(model).name)
    settings = {"heldout_tasks": options.tasks, "samples": options.samples}
    config = resolve({"model": model, "universe": options.universe, "measure": settings})
    with Bars() as bars:
        report = measure(config, options.runs / name, progress=bars.update)
    held = report["heldout"]
    kept = held["measured_before"]
    kept["inventions"].pop("curve", None)
    return {
        "model": report["model"],
        "universe": report["universe"],
        "dtype": report["config"]["dtype"],
        "settings": report["config"]["measure"],
        "versions": report["versions"],
        "rates": {k: held["before"][k] for k in ("rate", "prompt_rate", "response_rate")},
        "measured": kept,
    }


def table(results: dict[str, Report]) -> str:
    """Return the tables of all models: what becomes of 100 questions, in all and by group."""
    lines: list[str] = []
    for name, result in results.items():
        measured, size = result["measured"], result["measured"]["outcomes"]
        lines += [
            f"**{name}** (`{result['model']}`, {result['dtype']}), {size['tasks']} tasks,"
            f" {size['answers']:,} greedy answers, names as of {result['universe']['as_of']}:",
            "",
            f"| questions | answers | {' | '.join(PARTS).replace('_', ' ')} |",
            f"|---|--:|{'--:|' * len(PARTS)}",
            _row("all", size, intervals=True),
        ]
        for grouping in ("asks", "level", "popularity"):
            groups = measured["by"].get(grouping, {})
            if grouping == "level":
                groups = {level: groups[level] for level in LEVELS if level in groups}
            lines += [_row(f"{grouping}: {group}", part) for group, part in groups.items()]
        if measured["sampled"]:
            lines.append(_row("all, sampled", measured["sampled"], intervals=True))
        lines += ["", _words(result), ""]
    return "\n".join(lines)


def _row(title: str, outcomes: dict[str, Any], *, intervals: bool = False) -> str:
    cells = [_share(outcomes[part], intervals) for part in PARTS]
    return f"| {title} | {outcomes['answers']:,} | {' | '.join(cells)} |"


def _share(figure: dict[str, Any], interval: bool) -> str:
    if figure["value"] is None:
        return ""
    value = f"{100 * figure['value']:.1f}"
    if not interval or figure["low"] is None:
        return value
    return f"{value} [{100 * figure['low']:.1f}, {100 * figure['high']:.1f}]"


def _words(result: Report) -> str:
    """Say in sentences what no share of answers tells."""
    found, rates = result["measured"]["inventions"], result["rates"]
    every = [f"{k} {_share(rates[k], True)} %" for k in ("rate", "prompt_rate", "response_rate")]
    said = [f"Rates: {', '.join(every)}."]
    said.append(f"{found['distinct']} different inventions in {found['events']} places.")
    for one in found["exposure"]:
        said.append(
            f"The {one['names']} commonest reach {_share(one['fresh'], True)} % of fresh answers."
        )
    unseen = found["unseen"]
    said.append(f"Of further inventions {_share(unseen['new_share'], True)} % would be new names.")
    if result["measured"]["persistence"]:
        again = result["measured"]["persistence"]["again"]
        said.append(f"Asked again, an invention returns in {_share(again, True)} %.")
    twins = result["measured"]["twins"]
    if twins:
        said.append(
            f"Over-refusal on solvable twins {_share(twins['over_refusal'], True)} %, abstains on"
            f" impossible tasks {_share(twins['honest'], True)} %."
        )
    said += [f"{warning}." for warning in result["measured"]["validity"]["warnings"]]
    return " ".join(said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", help="folders, GGUF files or hub names")
    parser.add_argument("--universe", default="pypi")
    parser.add_argument("--tasks", type=int, default=400)
    parser.add_argument("--samples", type=int, default=0)
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "real-models")
    options = parser.parse_args()
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for model in options.models:
        results[Path(model).name] = run(model, options)
        write_json(RESULTS, results)
    text = PAGE.read_text(encoding="utf-8")
    written = f"{text.split(BEGIN)[0]}{BEGIN}\n{table(results)}{END}{text.split(END)[1]}"
    write_text(PAGE, written)
    print(table(results))


if __name__ == "__main__":
    main()
