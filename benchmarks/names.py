"""Compare a snapshot with a Python set and with SQLite: size, opening, look-up, memory.

    python benchmarks/names.py                                   # a million made-up names
    python benchmarks/names.py --names FILE --title "PyPI"       # and a list of real ones as well

The made-up names are two or three words of the bundled demo universe's names, joined by hyphens,
the same in every run. ``FILE`` has one name a line, behind which a tab may end the name. Each store
is opened in a fresh process, five times in turn; figures are medians. Names that are there and
names that are not are asked 50,000 times each, in random order. A look-up's time is the
processor's, so that other work on the machine does not count, and has the loop around it. Memory is
what the process grew by, from having the questions ready to having the store open, and to having
asked. A snapshot is read through when it is first opened; both openings are measured. Writes
``benchmarks/results/names.json`` and prints it as a table.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Container, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from unghost.ecosystems.pypi.names import canonical, is_valid
from unghost.names.building import build_snapshot
from unghost.names.snapshot import Snapshot
from unghost.storage.atomic import write_json

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "names.json"
DEMO = ROOT / "src/unghost/data/demo_universe.names"
COUNT, ASKED, REPEATS = 1_000_000, 50_000, 5

Row = dict[str, float]


class Table(Container[str]):
    """Names in SQLite: one indexed table, one SELECT a look-up."""

    def __init__(self, path: Path) -> None:
        self._ask = sqlite3.connect(path).execute

    def __contains__(self, name: object) -> bool:
        return self._ask("SELECT 1 FROM names WHERE name = ?", (name,)).fetchone() is not None


def in_set(path: Path) -> frozenset[str]:
    return frozenset(path.read_text(encoding="utf-8").splitlines())


STORES: dict[str, Callable[[Path], Container[str]]] = {
    "snapshot": Snapshot.open,
    "set": in_set,
    "sqlite": Table,
}


def made_up() -> list[str]:
    """Make names, the same in every run."""
    words = sorted({word for name in Snapshot.open(DEMO) for word in name.split("-")})
    chosen, names = random.Random(0), set[str]()
    while len(names) < COUNT:
        names.add("-".join(chosen.choices(words, k=2 + (chosen.random() < 0.3))))
    return sorted(names)


def listed(path: Path) -> list[str]:
    """Read a list of real names."""
    with path.open(encoding="utf-8") as file:
        names = (line.partition("\t")[0].strip() for line in file)
        return sorted({canonical(name) for name in names if is_valid(name)})


def prepare(names: list[str], folder: Path) -> Row:
    """Write all stores and the questions; give the cost of the snapshot's building."""
    (folder / "set").write_text("\n".join(names), encoding="utf-8")
    table = sqlite3.connect(folder / "sqlite")
    table.execute("CREATE TABLE names (name TEXT PRIMARY KEY) WITHOUT ROWID")
    table.executemany("INSERT INTO names VALUES (?)", ((name,) for name in names))
    table.commit()
    table.close()
    chosen, known = random.Random(1), set(names)
    hits = chosen.choices(names, k=ASKED)
    misses = list(missing(hits, known, chosen))
    (folder / "questions").write_text(json.dumps([hits, misses]), encoding="utf-8")
    return child(folder, "--build")


def missing(names: list[str], known: set[str], chosen: random.Random) -> Iterator[str]:
    """Return a name for each that is as like it as a slip of the finger."""
    for name in names:
        made = name
        while made in known:
            place = chosen.randrange(len(made) + 1)
            made = made[:place] + chosen.choice("abcdefghijklmnopqrstuvwxyz") + made[place:]
        yield made


def build(folder: Path) -> Row:
    begin, before = time.perf_counter(), resident("VmHWM")
    with (folder / "set").open(encoding="utf-8") as names:
        build_snapshot(
            names,
            folder / "snapshot",
            ecosystem="pypi",
            source="a benchmark",
            date="2026-01-01",
            complete=True,
        )
    return {"seconds": time.perf_counter() - begin, "megabytes": resident("VmHWM") - before}


def measure(kind: str, folder: Path) -> Row:
    """Open a store and ask it, in this process."""
    hits, misses = json.loads((folder / "questions").read_text(encoding="utf-8"))
    before, begin = resident("VmRSS"), time.perf_counter()
    store = STORES[kind](folder / kind)
    opened, open_memory = time.perf_counter() - begin, resident("VmRSS") - before
    hit, found = asked(store, hits)
    miss, wrong = asked(store, misses)
    assert (found, wrong) == (len(hits), 0)
    return {
        "open_ms": opened * 1e3,
        "hit_us": hit,
        "miss_us": miss,
        "open_mb": open_memory,
        "asked_mb": resident("VmRSS") - before,
    }


def asked(store: Container[str], names: list[str]) -> tuple[float, int]:
    begin, found = time.process_time(), 0
    for name in names:
        if name in store:
            found += 1
    return (time.process_time() - begin) / len(names) * 1e6, found


def resident(what: str) -> float:
    """Return this process's resident memory in megabytes, now or at its peak."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) * 1024 / 1e6


def child(folder: Path, *what: str) -> Row:
    command = [sys.executable, __file__, "--folder", str(folder), *what]
    environment = os.environ | {"XDG_CACHE_HOME": str(folder)}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    row: Row = json.loads(done.stdout)
    return row


def compare(names: list[str]) -> dict[str, Any]:
    """Measure all stores on one list."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        built = prepare(names, folder)
        first = child(folder, "--measure", "snapshot")
        rows = {kind: list[Row]() for kind in STORES}
        for _ in range(REPEATS):
            for kind, found in rows.items():
                found.append(child(folder, "--measure", kind))
        stores = {kind: medians(found) for kind, found in rows.items()}
        for kind, store in stores.items():
            store["bytes_a_name"] = (folder / kind).stat().st_size / len(names)
        stores["snapshot"]["first_open_ms"] = first["open_ms"]
    ratios = {
        kind: {
            key: stores[kind][key] / value
            for key, value in stores["snapshot"].items()
            if key in stores[kind]
        }
        for kind in ("set", "sqlite")
    }
    return {"names": len(names), "built": built, "stores": stores, "times_the_snapshot": ratios}


def medians(rows: list[Row]) -> Row:
    return {key: statistics.median(row[key] for row in rows) for key in rows[0]}


def show(title: str, found: dict[str, Any]) -> None:
    built = found["built"]
    print(
        f"\n{title}: {found['names']:,} names; the snapshot was built in {built['seconds']:.1f} s"
    )
    print(f"and {built['megabytes']:.0f} MB. Behind each figure, how many times the snapshot's.\n")
    heads = ["bytes_a_name", "open_ms", "hit_us", "miss_us", "open_mb", "asked_mb"]
    print(f"{'':<10}" + "".join(f"{head:>22}" for head in heads))
    for kind, store in found["stores"].items():
        ratios = found["times_the_snapshot"].get(kind, {})
        cells = [
            f"{store[head]:.2f}" + (f" ({ratios[head]:.1f})" if head in ratios else "")
            for head in heads
        ]
        print(f"{kind:<10}" + "".join(f"{cell:>22}" for cell in cells))
    print(f"\nFirst opening of the snapshot: {found['stores']['snapshot']['first_open_ms']:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=Path, help="a list of real names")
    parser.add_argument("--title", default="a list of real names", help="what that list is")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--build", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--measure", choices=list(STORES), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.folder:
        row = build(options.folder) if options.build else measure(options.measure, options.folder)
        print(json.dumps(row))
        return
    lists = {"made-up names": compare(made_up())}
    if options.names:
        lists[options.title] = compare(listed(options.names))
    for title, found in lists.items():
        show(title, found)
    libraries = {name: version(name) for name in ("unghost", "marisa-trie")}
    versions = libraries | {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    write_json(RESULTS, {"machine": machine, "versions": versions, "lists": lists})


if __name__ == "__main__":
    main()
