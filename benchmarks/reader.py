"""Score the reader of answers on real answers whose names people labelled.

    python benchmarks/reader.py

``tests/mentions/real_answers`` holds answers of two models to all kinds of questions; every name in
them was labelled by two readers who did not see what the program finds, and invented names were
replaced by random ones of the same form (``tools/answers/corpus.py``). The reader was mended on all
that is ``dev``; ``docs/results.md`` has what it was on answers that nobody had looked at.

Counted are distinct names an answer that are judged absent: precision is the share of them that the
label has as well, recall the share of the label's that is found. What the labels leave open
(``unsure``) counts for neither. Writes
``benchmarks/results/reader.json`` and the marked part of ``docs/results.md``.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from unghost.domains.packages.answers import find_in_answer
from unghost.domains.packages.domain import PackagesDomain
from unghost.domains.packages.questions import READINGS
from unghost.ecosystems import DEFAULT, ecosystem
from unghost.names.building import build_snapshot
from unghost.names.universe import load_universe
from unghost.storage.atomic import write_json, write_text

ROOT = Path(__file__).resolve().parents[1]
ANSWERS = ROOT / "tests" / "mentions" / "real_answers"
RESULTS = ROOT / "benchmarks" / "results" / "reader.json"
PAGE = ROOT / "docs" / "results.md"
BEGIN, END = "<!-- reader -->", "<!-- end of reader -->"
Row = dict[str, Any]


def read_corpus() -> list[Row]:
    """Read the labelled answers."""
    lines = (ANSWERS / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def open_domain(folder: Path) -> PackagesDomain:
    """Open a domain in which the real words of the answers exist, and nothing else."""
    names = (ANSWERS / "names.txt").read_text(encoding="utf-8").split()
    build_snapshot(
        names,
        folder / "s.names",
        ecosystem=DEFAULT,
        source="the real names in labelled answers",
        date="2026-11-28",
        complete=True,
    )
    return PackagesDomain(load_universe(str(folder / "s.names")))


def score(rows: list[Row], domain: PackagesDomain) -> Counter[tuple[str, str]]:
    """Count, by kind of question, what of the absent names is right, wrong, found and missed."""
    counts = Counter[tuple[str, str]]()
    canonical = ecosystem(DEFAULT).canonical
    for row in rows:
        mentions = find_in_answer(
            row["text"],
            row["id"],
            asks=READINGS[row["asks"]],
            ecosystem=DEFAULT,
            truncated=row["finish"] == "length",
        )
        verdicts = domain.verify(mentions)
        found = {v.canonical for v in verdicts if v.status == "absent"}
        offered = {canonical(name) for name in row["names"]}
        offered |= {canonical(name.partition(".")[0]) for name in row["names"]}
        wanted = {canonical(name) for name, what in row["names"].items() if what == "absent"}
        unsure = {canonical(name) for name in row["unsure"]}
        asks = row["asks"]
        counts[asks, "right"] += len(found & offered)
        counts[asks, "wrong"] += len(found - offered - unsure)
        counts[asks, "unsure"] += len((found - offered) & unsure)
        met = {name for name in wanted if name in found or name.partition(".")[0] in found}
        counts[asks, "found"] += len(met)
        counts[asks, "missed"] += len(wanted - met)
        counts[asks, "answers"] += 1
    return counts


def figures(counts: Counter[tuple[str, str]], kinds: list[str]) -> dict[str, Any]:
    """Return precision and recall over some kinds of questions."""
    total = Counter[str]()
    for (asks, what), count in counts.items():
        if asks in kinds:
            total[what] += count
    judged, labelled = total["right"] + total["wrong"], total["found"] + total["missed"]
    return {
        **total,
        "precision": total["right"] / judged if judged else None,
        "recall": total["found"] / labelled if labelled else None,
    }


def main() -> None:
    rows = read_corpus()
    kinds = list(dict.fromkeys(row["asks"] for row in rows))
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        domain = open_domain(Path(folder))
        for half in dict.fromkeys(row["half"] for row in rows):
            counts = score([row for row in rows if row["half"] == half], domain)
            by_kind = {kind: figures(counts, [kind]) for kind in kinds}
            results[half] = {"all": figures(counts, kinds), "by question": by_kind}
    write_json(RESULTS, results)
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    write_text(PAGE, f"{before}{BEGIN}\n{_table(results, kinds)}{END}{after}")
    print(_table(results, kinds))


def _table(results: dict[str, Any], kinds: list[str]) -> str:
    lines = [
        "| question | half | answers | absent, right | wrong | precision | recall |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for half in results:
        rows = [("all", results[half]["all"])]
        rows += [(kind, results[half]["by question"][kind]) for kind in kinds]
        for kind, row in rows:
            shares = (_percent(row[name]) for name in ("precision", "recall"))
            counts = " | ".join(str(row.get(name, 0)) for name in ("answers", "right", "wrong"))
            lines.append(f"| {kind} | {half} | {counts} | {' | '.join(shares)} |")
    return "\n".join(lines) + "\n"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


if __name__ == "__main__":
    main()
