"""Builds tests/corpus from the shapes beside this file: planted random names among real ones.

A shape is a text: ``title:`` and ``universe ECOSYSTEM:`` lines, then files, each behind a line
``=== PATH``. In files, names stand between guillemets:

    «g pypi»            a ghost, drawn anew; «g pypi mod» as a module is written, «g npm scoped»
    «g pypi mod .x»     ... with something behind it that belongs to the name as mentioned
    «g maven #1 part»   the artifact of a ghost whose group is written by «t maven #1»
    «e pypi requests»   a name that exists; «e maven g:a|a» prints only what stands behind the bar
    «i pypi cv2»        one that exists by the import map, not as a distribution
    «b pypi os»         a module of the language; «l pypi mine» local; «p npm @a/b» private
    «s text»            a text that must not be a mention

The names are random syllables: the corpus is no list of names that a model invents.
"""

from __future__ import annotations

import random
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "tests/corpus"
STATUSES = {"e": "exists", "i": "exists", "b": "stdlib", "l": "local", "p": "private"}
START, VOWELS, END = "bdfgklmnprstvz", "aeiou", "bdkmnprtvxz"


@dataclass
class Shape:
    """What is expected of one shape, as it is written."""

    rng: random.Random
    universe: dict[str, set[str]]
    drawn: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, str | int]] = field(default_factory=list)


def word(rng: random.Random) -> str:
    syllables = [rng.choice(START) + rng.choice(VOWELS) for _ in range(2)]
    return "".join(syllables) + rng.choice(END) + rng.choice(VOWELS) + rng.choice(END)


def ghost(ecosystem: str, style: str, rng: random.Random) -> str:
    first, second = word(rng), word(rng)
    if style == "scoped":
        return f"@{first}/{second}"
    if style == "mod":
        forms = {"maven": f"com.{first}.{second}", "nuget": f"{first.title()}.{second.title()}"}
        forms["packagist"] = f"{first.title()}\\{second.title()}"
        return forms.get(ecosystem, f"{first}_{second}")
    forms = {
        "go": f"github.com/{first}/{second}",
        "maven": f"com.{first}:{second}",
        "nuget": f"{first.title()}.{second.title()}",
        "packagist": f"{first}/{second}",
    }
    return forms.get(ecosystem, f"{first}-{second}")


def expand(marker: str, path: str, line: int, shape: Shape) -> str:
    """Return what a marker prints, and note what is expected of it."""
    kind, _, rest = marker.partition(" ")
    if kind == "s":
        shape.rows.append({"kind": "silent", "file": path, "line": line, "text": rest})
        return rest
    ecosystem, *words = rest.split(" ")
    printed = ""
    if kind in ("g", "t"):
        key = next((word for word in words if word.startswith("#")), "")
        style = next((word for word in words if word in ("mod", "scoped")), "")
        suffix = next((word for word in words if word[0] not in "#ms"), "")
        suffix = "" if suffix == "part" else suffix
        name = shape.drawn.get(key) or ghost(ecosystem, style, shape.rng)
        if key:
            shape.drawn[key] = name
        if kind == "t":
            return name.partition(":")[0]
        name += suffix
        printed = name.partition(":")[2] if "part" in words else name
        row: dict[str, str | int] = {"kind": "ghost", "file": path, "line": line}
    else:
        name, _, printed = " ".join(words).partition("|")
        row = {"kind": "real", "file": path, "line": line, "status": STATUSES[kind]}
        if kind == "e":
            shape.universe[ecosystem].add(name)
    shape.rows.append({**row, "name": name, "ecosystem": ecosystem})
    return printed or name


def build(source: Path, universe: dict[str, set[str]]) -> int:
    shape = Shape(random.Random(source.stem), universe)
    title, path, line = source.stem, "", 0
    files: dict[str, list[str]] = {}
    for raw in source.read_text(encoding="utf-8").splitlines():
        if raw.startswith("=== "):
            path, line = raw[4:], 0
            files[path] = []
        elif not path and raw.startswith("title: "):
            title = raw.removeprefix("title: ")
        elif not path and raw.startswith("universe "):
            ecosystem, _, names = raw.removeprefix("universe ").partition(":")
            universe[ecosystem].update(names.split())
        elif path:
            line += 1
            parts = raw.split("«")
            text = parts[0]
            for part in parts[1:]:
                marker, _, after = part.partition("»")
                text += expand(marker, path, line, shape) + after
            files[path].append(text)
    folder = OUT / source.stem
    for path, lines in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "expected.toml").write_text(expected(title, shape.rows), encoding="utf-8")
    return sum(row["kind"] == "ghost" for row in shape.rows)


def expected(title: str, rows: list[dict[str, str | int]]) -> str:
    texts = [f"title = {quoted(title)}"]
    for row in rows:
        texts.append(f"\n[[{row['kind']}]]")
        texts += [f"{key} = {quoted(row[key])}" for key in row if key != "kind"]
    return "\n".join(texts) + "\n"


def quoted(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main() -> None:
    shutil.rmtree(OUT, ignore_errors=True)
    universe: dict[str, set[str]] = defaultdict(set)
    counts = {source.stem: build(source, universe) for source in sorted(HERE.glob("shapes/*.txt"))}
    (OUT / "universe").mkdir()
    for ecosystem, names in sorted(universe.items()):
        (OUT / f"universe/{ecosystem}.txt").write_text("\n".join(sorted(names)) + "\n", "utf-8")
    print(f"{len(counts)} shapes, {sum(counts.values())} planted names")


if __name__ == "__main__":
    main()
