"""The truth that all tools are measured against, and the projects that they are timed on."""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from unghost.ecosystems import ecosystem as declared
from unghost.names.building import build_snapshot
from unghost.names.snapshot import Snapshot

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests/corpus"
DEMO = ROOT / "src/unghost/data/demo_universe.names"
GHOSTS = 10

BESIDES = {
    "pypi": (
        "apiclient attr azure barcode bio bs4 camelot can community crypto docx dotenv fitz gi"
        " google here ignore inner install-requires jose jwt kafka ldap memcache packages pil"
        " psycopg2-binary serial shop skimage sklearn socks telegram usb xlib zmq zope"
    ),
    "npm": "components dns fs jsonstream path stream template-string timers util",
}
"""Names that are registered too, by a list of the index's names, though the corpus has them as
modules of other packages, as parts of a project or as plain words. A tool that asks for one is told
so, and is not charged for it."""

VERSION = re.compile(rb"(?<![\w.])\d+(?:\.\d+){1,3}(?![\w.])")


def corpus_names() -> dict[str, set[str]]:
    """Return the names of the corpus's closed world and those besides, canonical, by ecosystem."""
    found = {}
    for source in sorted((CORPUS / "universe").glob("*.txt")):
        names = source.read_text(encoding="utf-8").split() + BESIDES.get(source.stem, "").split()
        found[source.stem] = {declared(source.stem).canonical(name) for name in names}
    return found


def corpus_versions() -> list[str]:
    """Return all version numbers that the corpus writes, so that each package has them."""
    found = {"0.1.0", "1.0.0", "2.0.0"}
    for path in CORPUS.rglob("*"):
        if path.is_file() and path.name != "expected.toml":
            found.update(text.decode() for text in VERSION.findall(path.read_bytes()))
    return sorted(found, key=lambda text: [int(part) for part in text.split(".")])


def write_truth(names: Mapping[str, Iterable[str]], versions: list[str], path: Path) -> Path:
    """Write what the server reads."""
    table = {"names": {key: sorted(some) for key, some in names.items()}, "versions": versions}
    path.write_text(json.dumps(table), encoding="utf-8")
    return path


def write_snapshots(names: Mapping[str, Iterable[str]], folder: Path) -> list[Path]:
    """Write the same truth as unghost reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for ecosystem, some in sorted(names.items()):
        paths.append(folder / f"{ecosystem}.names")
        build_snapshot(
            some,
            paths[-1],
            ecosystem=ecosystem,
            source="a benchmark",
            date="2026-01-01",
            complete=True,
        )
    return paths


def timing_names(count: int) -> tuple[list[str], list[str]]:
    """Choose real names that can be written as a module, and make ghosts of random letters."""
    chosen = random.Random(count)
    fit = [
        name
        for name in Snapshot.open(DEMO)
        if name.replace("-", "_").isidentifier()
        and name.replace("-", "_") not in sys.stdlib_module_names
    ]
    words = ["".join(chosen.choices("abdegiklmnoprstuvz", k=7)) for _ in range(2 * GHOSTS)]
    ghosts = [f"{first}-{second}" for first, second in zip(words[::2], words[1::2], strict=True)]
    return chosen.sample(fit, count - GHOSTS), ghosts


def write_project(folder: Path, kind: str, names: Iterable[str]) -> Path:
    """Write a project that names all names, in the form that a tool reads."""
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "requirements":
        text = "".join(f"{name}>=1.0\n" for name in names)
        (folder / "requirements.txt").write_text(text, encoding="utf-8")
    elif kind == "imports":
        text = "".join(f"import {name.replace('-', '_')}\n" for name in names)
        (folder / "main.py").write_text(text, encoding="utf-8")
    else:
        package = '[[package]]\nname = "{}"\nversion = "1.0.0"\noptional = false\nfiles = []\n\n'
        text = "".join(package.format(name) for name in names)
        (folder / "poetry.lock").write_text(text, encoding="utf-8")
    return folder


def mixed(names: Iterable[str], seed: int) -> list[str]:
    """Put names in a random order, the same in every run."""
    shuffled = list(names)
    random.Random(seed).shuffle(shuffled)
    return shuffled
