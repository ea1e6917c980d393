"""Build the bundled demo universe: names as facts, from public lists.

    python tools/build_universe.py --data DIR

All packages of the fact table, the 15,000 most downloaded projects and the packages with a public
description; the most downloaded ones are marked popular. Many real names are missing, so the
snapshot says ``complete: false``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from unghost.ecosystems.pypi.names import canonical
from unghost.names.building import build_snapshot

DATA = Path(__file__).resolve().parents[1] / "src/unghost/data"
DATE = "2026-04-01"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public lists")
    data = parser.parse_args().data
    ranking = json.loads((data / "top-pypi-packages.min.json").read_text(encoding="utf-8"))
    popular = [row["project"] for row in ranking["rows"]]
    described = _lines(data / "pypi_descriptions.jsonl")
    facts = [row["package"] for row in _lines(DATA.parent / "embedded/tasks.jsonl")]
    header = build_snapshot(
        [*popular, *facts, *(row["package"] for row in described if row.get("package"))],
        DATA / "demo_universe.names",
        ecosystem="pypi",
        source="popular and described PyPI packages",
        date=DATE,
        complete=False,
        popular=popular,
    )
    missing = [name for name in facts if canonical(name) != name]
    print(f"{header.count} names, {header.popular} popular, {len(missing)} facts not canonical")


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
