"""Make the corpus of labelled answers: real answers in which invented names are random ones.

    python tools/answers/corpus.py --universe SNAPSHOT --out tests/mentions/real_answers LABELS...

Each input file has the answers of one model, a JSON object a line: ``id``, ``model``, ``half``
(``dev`` or ``test``), ``asks``, ``finish``, ``text``, and what its readers agreed on: ``names``
that it offers as packages or modules, and ``unsure`` ones. A name of which the snapshot knows
nothing could be registered by anybody, so each is replaced, in all its spellings, by random letters
of the same form. ``names.txt`` gets every word of the texts that is a real package.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path
from typing import Any

from masking import real_words, replaced, stand_ins_of

from unghost.domains.packages.domain import PackagesDomain
from unghost.domains.packages.questions import READINGS
from unghost.ecosystems import DEFAULT
from unghost.mentions.reader import Context, find_in_text
from unghost.names.universe import load_universe
from unghost.records import Mention, record_id

Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--universe", required=True, help="a complete snapshot")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("labels", type=Path, nargs="+")
    given = parser.parse_args()
    world = load_universe(given.universe)
    domain = PackagesDomain(world)
    rows = [json.loads(line) for path in given.labels for line in path.open(encoding="utf-8")]
    written = [masked(row, domain) for row in rows]
    real = real_words((row["text"] for row in written), world)
    given.out.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(row, ensure_ascii=False) for row in written)
    (given.out / "answers.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (given.out / "names.txt").write_text("\n".join(sorted(real)) + "\n", encoding="utf-8")
    print(f"{len(written)} answers, {len(real)} real names")


def masked(row: Row, domain: PackagesDomain) -> Row:
    """Replace what a row's text invents, and say of each of its names what it is."""
    found = find_in_text(
        row["text"], row["id"], Context(asks=READINGS[row["asks"]], ecosystem=DEFAULT)
    )
    offered = [_as_mention(name, row["text"]) for name in (*row["names"], *row["unsure"])]
    verdicts = domain.verify([*found, *offered])
    judged = {m.name: v.status for m, v in zip([*found, *offered], verdicts, strict=True)}
    absent = [name for name, status in judged.items() if status == "absent"]
    stand_ins = stand_ins_of(absent, random.Random(row["id"]))
    text = replaced(row["text"], stand_ins)
    return {
        "id": record_id(row["id"]),
        "model": row["model"],
        "half": row["half"],
        "asks": row["asks"],
        "finish": row["finish"],
        "text": text,
        "names": {replaced(name, stand_ins): judged[name] for name in row["names"]},
        "unsure": [replaced(name, stand_ins) for name in row["unsure"]],
    }


def _as_mention(name: str, text: str) -> Mention:
    """Return a labelled name as a mention: of a module where the text imports it."""
    imported = re.search(rf"\b(?:import|from) +{re.escape(name)}\b", text) is not None
    kind = "import" if imported else "list"
    return Mention(name, "label", 0, len(name), 1, 1, name, name, DEFAULT, kind)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
