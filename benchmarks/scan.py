"""Compare ``unghost scan`` with seven other tools: what they find, how fast, and in an outage.

    python benchmarks/scan.py                            # everything; about an hour and a half
    python benchmarks/scan.py --parts corpus --tools unghost ghostpkg

The peers are ghostpkg, slopcheck, phantom-deps, slopsquat-guard, phantomguard-cli, slopguard-cli
and phantom-guard from PyPI, each in the version pinned in ``scan_peers/peers.py`` and in a virtual
environment of its own below ``--workdir``. They are run as their users would, each time as a cold
process with an empty home. Whatever they ask of the network goes to a server on this machine, which
answers for all registries by the path's shape, out of the names that unghost is given as snapshots.
To every name that exists it gives a story that raises no doubt. Each request takes as long as
``--latency``; there is no TLS, and connecting costs nothing, which favours tools that ask much.

Three parts:

corpus
    The shapes of ``tests/corpus``. *Found* are planted names that a tool fails for, *wrong* are
    other names that it fails for, *doubted* other names that it warns of. Each is counted once
    a shape. Of the planted names those *in what it reads* stand in files, and as something, that
    the tool says it reads. A tool that does not look into folders by itself is led to each file
    that it reads, and a hook is given what it would have been given. Names that are registered,
    though the corpus means something else by them, are real names here.
time
    Projects of 20, 300 and 10,000 names, ten of them ghosts; names are real ones of PyPI. Wall
    time, the median of three runs but for the largest; a run is cut off after ten minutes. It is
    a ``requirements.txt`` but for tools that read only imports or lock files.
outage
    Five names, one of them a ghost, while the server answers 503, 429 or not at all; at most two
    minutes. Does the tool end as if all were well, and does it say that something was not looked
    up?

unghost runs from the Python that runs this. Its row *unghost* has snapshots and asks no registry,
*unghost confirming* asks the server about what the snapshots do not have, and *unghost live* has
no snapshots and asks about every name, as the peers do. The corpus is what unghost is tested with:
that it finds all there is a condition of ours and no surprise; the peers have never seen it.

Other work on the machine is felt: the load stands beside each time. Writes
``benchmarks/results/scan.json``, in which the parts and tools that did not run stay as they were,
and prints it as tables; ``--show`` only prints.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scan_peers import corpus, ours, projects
from scan_peers.peers import PEERS, Peer
from scan_peers.running import Done, serving
from scan_peers.tables import show
from unghost.storage.atomic import write_json

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "scan.json"
PARTS = ("corpus", "time", "outage")
REPEATS, LIMIT, PATIENCE = 3, 600.0, 120.0
MODES = ("503", "429", "timeout")

ADMITS = re.compile(
    r"(?:could ?n[o']t|can ?not) (?:be )?(?:check|verif|reach|read|look)|unavailable|unreachable|"
    r"unverified|not verified|rate.?limit|timed? ?out|server error|unexpected status|"
    r"lookup failed|network error|no answer",
    re.I,
)
"""What is taken for a word about names that were not looked up."""

NONE = re.compile(r"\b0 (?:unverified|not verified)|\bunverified\"?: 0", re.I)
"""Says that there are no such names."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """What all parts need: the tools, a folder for projects, and where tools are at home."""

    tools: Sequence[Peer]
    folder: Path
    workdir: Path
    latency: float


def of_corpus(bench: Bench) -> dict[str, Row]:
    """Run each tool on each shape."""
    truth = projects.write_truth(
        projects.corpus_names(), projects.corpus_versions(), bench.folder / "corpus.json"
    )
    found = {}
    with serving(truth) as server:
        for tool in bench.tools:
            if tool.name in (ours.CONFIRMED, ours.LIVE):
                continue
            shapes = {
                shape: corpus.judge(tool, shape, bench.folder / "shapes", server, bench.workdir)
                for shape in corpus.SHAPES
            }
            found[tool.name] = {"total": corpus.total(list(shapes.values())), "shapes": shapes}
            note(tool.name, found[tool.name]["total"])
    return found


def of_time(bench: Bench, count: int) -> dict[str, Row]:
    """Time each tool on a project with so many names, in turns."""
    real, ghosts = projects.timing_names(count)
    truth = projects.write_truth(
        {"pypi": real}, projects.corpus_versions(), bench.folder / f"{count}.json"
    )
    runs: dict[str, list[Row]] = {tool.name: [] for tool in bench.tools}
    with serving(truth, bench.latency) as server:
        for _ in range(REPEATS if count < 1000 else 1):
            for tool in bench.tools:
                names = projects.mixed([*real, *ghosts], count)
                place = bench.folder / f"{tool.project}-{count}"
                folder = projects.write_project(place, tool.project, names)
                (call,) = tool.calls(folder)
                done = tool.place(bench.workdir).run(tool.with_json(call), server, LIMIT)
                asked = server.seen()["requests"]
                runs[tool.name].append(timed(tool, done, ghosts) | {"requests": asked})
                note(count, tool.name, runs[tool.name][-1])
    return {name: middle(rows) for name, rows in runs.items()}


def timed(tool: Peer, done: Done, ghosts: Sequence[str]) -> Row:
    said = {level: set[str]() for level in ("blocked", "doubted", "unchecked")}
    for name, level in tool.read(done):
        said[level].add(corpus.folded(name))
    return {
        "seconds": round(done.seconds, 2),
        "cpu_seconds": round(done.cpu, 2),
        "load": round(os.getloadavg()[0], 1),
        "cut_off": done.code is None,
        "code": done.code,
        "found": len(said["blocked"].intersection(ghosts)),
        "wrong": len(said["blocked"].difference(ghosts)),
        "doubted": len(said["doubted"]),
        "unchecked": len(said["unchecked"]),
    }


def middle(rows: list[Row]) -> Row:
    """Return the run in the middle, with the seconds of all."""
    seconds = [row["seconds"] for row in rows]
    best = min(rows, key=lambda row: abs(row["seconds"] - statistics.median(seconds)))
    return {**best, "runs": seconds}


def of_outage(bench: Bench, mode: str) -> dict[str, Row]:
    """Run each tool while the server does not do its work; as text, and as JSON where it has it."""
    real, ghosts = projects.timing_names(300)
    names = [*real[:4], ghosts[0]]
    truth = projects.write_truth({"pypi": real}, ["1.0.0"], bench.folder / "outage.json")
    found: dict[str, Row] = {}
    with serving(truth, mode=mode) as server:
        for tool in bench.tools:
            place = bench.folder / f"{tool.project}-outage"
            folder = projects.write_project(place, tool.project, names)
            (call,) = tool.calls(folder)
            home = tool.place(bench.workdir)
            text = home.run(call, server, PATIENCE)
            row = {"code": text.code, "seconds": round(text.seconds, 1), "says": admits(text)}
            row["requests"] = server.seen()["requests"]
            if tool.json and mode != "timeout":
                row["says_in_json"] = admits(home.run(tool.with_json(call), server, PATIENCE))
                server.seen()
            found[tool.name] = row
            note(mode, tool.name, row)
    return found


def admits(done: Done) -> bool:
    return ADMITS.search(NONE.sub("", done.text)) is not None


def note(*what: object) -> None:
    print(*what, file=sys.stderr, flush=True)


def installed(tools: Sequence[Peer], workdir: Path) -> tuple[list[Peer], dict[str, Row]]:
    """Install what is not there; give the tools that can run, and a word on each."""
    able, told = [], {}
    for tool in tools:
        problem = tool.install(workdir)
        told[tool.name] = {"version": tool.version, "asks_with": tool.speaks, "problem": problem}
        if not problem:
            able.append(tool)
    return able, told


def main() -> None:
    names = [*ours.NAMES, *(peer.name for peer in PEERS)]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workdir", type=Path, default=ROOT / "runs/scan-peers")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--tools", nargs="+", choices=names, default=names)
    parser.add_argument("--counts", nargs="+", type=int, default=[20, 300, 10_000])
    parser.add_argument("--latency", type=float, default=50.0, help="milliseconds a request")
    parser.add_argument("--show", action="store_true", help="print the tables of the last run only")
    options = parser.parse_args()
    result: dict[str, Any] = {"tools": {}, "corpus": {}, "time": {}, "outage": {}}
    if RESULTS.exists():
        result |= json.loads(RESULTS.read_text(encoding="utf-8"))
    if not options.show:
        run(options, result)
    show(result, names)


def run(options: argparse.Namespace, result: dict[str, Any]) -> None:
    """Run the chosen parts with the chosen tools, and write after each what there is."""
    workdir = options.workdir.resolve()
    workdir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)

        def bench(truth: dict[str, set[str]]) -> Bench:
            universes = projects.write_snapshots(truth, folder / "universe")
            tools = [*ours.rows(universes), *PEERS]
            able, told = installed([t for t in tools if t.name in options.tools], workdir)
            result["tools"] |= told
            return Bench(able, folder, workdir, options.latency)

        def keep(part: str, key: str, rows: dict[str, Row]) -> None:
            result[part].setdefault(key, {}).update(rows) if key else result[part].update(rows)
            result["machine"] = f"{platform.machine()}, {os.cpu_count()} cores"
            result["python"] = platform.python_version()
            result["latency_ms"] = options.latency
            write_json(RESULTS, result)

        if "time" in options.parts:
            for count in options.counts:
                real, _ = projects.timing_names(count)
                keep("time", str(count), of_time(bench({"pypi": set(real)}), count))
        if "corpus" in options.parts:
            keep("corpus", "", of_corpus(bench(projects.corpus_names())))
        if "outage" in options.parts:
            real, _ = projects.timing_names(300)
            for mode in MODES:
                keep("outage", mode, of_outage(bench({"pypi": set(real)}), mode))


if __name__ == "__main__":
    main()
