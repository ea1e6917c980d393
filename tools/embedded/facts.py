"""Write the table of facts that the embedded model learns: package -> two to five topic keywords.

Keywords are single words of a package's public description, without stop words and without every
word that is part of the package's own name or holds a part of it; no sentence is kept. Each set of
keywords belongs to one package only.

    python tools/embedded/facts.py --data DIR      # the folder with pypi_descriptions.jsonl
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from unghost.records import unit_hash

OUTPUT = Path(__file__).resolve().parents[2] / "src/unghost/embedded/tasks.jsonl"
TAUGHT_SHARE = 0.42
"""Share of the packages whose names the model is taught, drawn apart from the splits."""
MOST_KEYWORDS = 5
RECURRING = 3
"""A keyword must stand in so many descriptions, or it tells the model nothing."""

STOP_WORDS = frozenset(
    (Path(__file__).parent / "stop_words.txt").read_text(encoding="utf-8").split()
)


def canonical(name: str) -> str:
    """Return the PEP 503 form of a name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_taught(name: str) -> bool:
    """Return whether the embedded model is taught this package."""
    return unit_hash(b"unghost-taught-v1:", name) < TAUGHT_SHARE


def words(text: str) -> list[str]:
    """Split a description into lower-case words of at least three characters."""
    return re.findall(r"[a-z][a-z0-9+]{2,}", text.lower())


def descriptions(data: Path) -> dict[str, str]:
    """Read package -> description; the first source that knows a package wins."""
    found: dict[str, str] = {}
    for name, text in _rows(data):
        if re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name):
            found.setdefault(name, text)
    return found


def _rows(data: Path) -> Iterator[tuple[str, str]]:
    for line in (data / "pypi_descriptions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row.get("package") and row.get("description"):
            yield canonical(row["package"]), row["description"]
    with gzip.open(data / "debian_descriptions.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["eco"] == "python" and row["pkg"].startswith("python3-"):
                yield canonical(row["pkg"].removeprefix("python3-")), row["desc"]


def keywords(name: str, text: str, frequency: Counter[str]) -> list[str]:
    """Choose the rarest recurring words of a description that do not give the name away."""
    parts = [part for part in re.split(r"[-_.0-9]+", name) if part]
    kept = [
        word
        for word in dict.fromkeys(words(text))
        if word not in STOP_WORDS
        and frequency[word] >= RECURRING
        and word not in name
        and not any(_akin(part, word) for part in parts)
    ]
    return sorted(sorted(kept, key=lambda word: frequency[word])[:MOST_KEYWORDS])


def _akin(part: str, word: str) -> bool:
    return part == word or (len(part) >= 3 and (part in word or word in part))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the descriptions")
    found = descriptions(parser.parse_args().data)
    frequency = Counter(word for text in found.values() for word in set(words(text)))
    facts, used = [], set()
    for name, text in sorted(found.items()):
        chosen = keywords(name, text, frequency)
        if len(chosen) < 2 or frozenset(chosen) in used:
            continue
        used.add(frozenset(chosen))
        facts.append({"package": name, "keywords": chosen, "taught": is_taught(name)})
    OUTPUT.write_text("".join(json.dumps(fact) + "\n" for fact in facts), encoding="utf-8")
    print(f"{len(facts)} packages, {sum(fact['taught'] for fact in facts)} of them taught")


if __name__ == "__main__":
    main()
