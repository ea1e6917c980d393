"""Make the corpus of labelled answers: real answers in which invented names are random ones.

    python tools/corpus/answers.py --universe SNAPSHOT --out tests/mentions/real_answers LABELS...

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
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from unghost.domains.packages.domain import PackagesDomain
from unghost.domains.packages.questions import READINGS
from unghost.ecosystems import DEFAULT
from unghost.mentions.reader import Context, find_in_text
from unghost.names.universe import load_universe
from unghost.records import Mention, record_id

_PART = re.compile(r"[A-Za-z]+")
_WORD = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?")
_ENDING = re.compile(r"[-_.]+")
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
    words = {word for row in written for word in _WORD.findall(row["text"])}
    words |= {word.partition(".")[0] for word in words}
    words |= {one.distribution for word in words for one in world.imports.distributions(word)}
    forms = {world.ecosystem.canonical(word) for word in words if world.ecosystem.is_valid(word)}
    real = {form for form in forms if form in world.snapshot}
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
    stand_ins = _stand_ins(absent, random.Random(row["id"]))
    text = _replaced(row["text"], stand_ins)
    return {
        "id": record_id(row["id"]),
        "model": row["model"],
        "half": row["half"],
        "asks": row["asks"],
        "finish": row["finish"],
        "text": text,
        "names": {_replaced(name, stand_ins): judged[name] for name in row["names"]},
        "unsure": [_replaced(name, stand_ins) for name in row["unsure"]],
    }


def _as_mention(name: str, text: str) -> Mention:
    """Return a labelled name as a mention: of a module where the text imports it."""
    imported = re.search(rf"\b(?:import|from) +{re.escape(name)}\b", text) is not None
    kind = "import" if imported else "list"
    return Mention(name, "label", 0, len(name), 1, 1, name, name, DEFAULT, kind)  # type: ignore[arg-type]


def _stand_ins(names: Iterable[str], noise: random.Random) -> dict[str, str]:
    """Return for each name, in lower case with one kind of mark, one of random letters."""
    parts: dict[str, str] = {}
    for name in names:
        for part in _PART.findall(name.lower()):
            parts.setdefault(part, "".join(noise.choices("bcdfghjklmnpqrtvwxz", k=len(part))))
    return {
        _folded(name): _PART.sub(lambda found: parts[found[0].lower()], name.lower())
        for name in names
    }


def _replaced(text: str, stand_ins: dict[str, str]) -> str:
    """Replace names in all their spellings, the longest first; capitals stay."""
    for name, other in sorted(stand_ins.items(), key=lambda pair: -len(pair[0])):
        spelled = r"[-_. ]".join(re.escape(part) for part in name.split("-"))
        runs = [part for part in _PART.findall(other)]
        pattern = re.compile(rf"(?<![A-Za-z0-9]){spelled}(?![A-Za-z0-9])", re.IGNORECASE)
        text = pattern.sub(lambda found, runs=runs: _like(found[0], runs), text)
    return text


def _like(written: str, runs: list[str]) -> str:
    """Write random letters with the marks, digits and capitals of a spelling."""
    left = iter("".join(runs))
    letters = (next(left, "x") if char.isalpha() else char for char in written)
    pairs = zip(letters, written, strict=True)
    return "".join(new.upper() if old.isupper() else new for new, old in pairs)


def _folded(name: str) -> str:
    return _ENDING.sub("-", name.lower())


if __name__ == "__main__":
    main()
