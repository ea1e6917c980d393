"""Measure how fast imports are found, and compare the finding with that of two other tools.

    python benchmarks/mentions.py --sources FOLDER [FOLDER ...] [--peers FOLDER]

Python is read from the standard library and the packages of the running environment, the other
languages from the files under ``--sources``; of each language at most 40 MB, chosen at random but
the same in every run. Speed is in megabytes of UTF-8 a second of the processor's time, the best of
three passes over all files, each in memory and already decoded. Beside it stands how fast
tree-sitter parses the same files whole, with nothing done to the trees.

The peers are garak's package hallucination detectors and PyRIT's scorer of the same name, in the
newest versions that ``pip`` offers (or the wheels in ``--peers``). Only what takes names out of a
text is cut out of their wheels and run: on the same files, where more than five seconds for one
means that it is given up, and on ``tests/corpus``. There all three are counted in one way, by name
and file: *found* are planted names that were reported, *wrong* are reported names that are neither
planted nor the listed names of real packages or of a standard library. Which planted names stand in
an import is taken from unghost's own mentions. What a tool itself knows to be a standard library's,
or the project's own, it does not report. Writes ``benchmarks/results/mentions.json`` and prints it
as tables.
"""

from __future__ import annotations

import argparse
import ast
import enum
import os
import platform
import random
import re
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import ZipFile

from tree_sitter import Parser

from unghost.domains.packages.project import Project
from unghost.domains.packages.verify import Judge
from unghost.mentions.imports import find_imports, language_of
from unghost.mentions.reader import find_in_file, kinds_of
from unghost.names.universe import Universe
from unghost.storage.atomic import write_json
from unghost.syntax.grammar import load
from unghost.syntax.text import decode

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "mentions.json"
LIMIT, LARGEST, PASSES, PATIENCE = 40_000_000, 1_000_000, 3, 5.0
SUFFIXES = {
    "python": (".py",),
    "javascript": (".js", ".mjs", ".cjs", ".jsx"),
    "typescript": (".ts", ".mts", ".cts"),
    "php": (".php",),
    "go": (".go",),
    "rust": (".rs",),
    "java": (".java",),
    "kotlin": (".kt",),
    "csharp": (".cs",),
    "ruby": (".rb",),
}
GOALS = dict.fromkeys(SUFFIXES, 10.0) | {"python": 2.5}
GRAMMARS = ("javascript", "typescript", "php", "go", "rust", "java", "kotlin", "c-sharp", "ruby")
LIBRARIES = ("unghost", "tree-sitter", *(f"tree-sitter-{name}" for name in GRAMMARS))

ECOSYSTEMS = {"python": "pypi", "javascript": "npm", "ruby": "rubygems", "rust": "crates"}
"""The peers' detectors that have to do with the corpus, and the ecosystems of their names."""

Extract = Callable[[str], Iterable[str]]


@dataclass
class Peer:
    """Another tool: how it takes names out of a text, by language."""

    name: str
    version: str = ""
    extract: dict[str, Extract] = field(default_factory=dict)
    problem: str = ""


class GivenUpError(Exception):
    """One file took too long."""


# ---- texts


def texts_of(language: str, folders: Sequence[Path]) -> list[str]:
    """Choose files of a language at random, the same in every run."""
    paths = sorted(
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix in SUFFIXES[language] and path.is_file() and not path.is_symlink()
    )
    random.Random(0).shuffle(paths)
    texts, size = [], 0
    for path in paths:
        if size >= LIMIT:
            break
        data = path.read_bytes() if path.stat().st_size <= LARGEST else b""
        text = decode(data) if data else None
        if text:
            texts.append(text)
            size += len(data)
    return texts


def python_folders() -> list[Path]:
    return [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")]


def megabytes(texts: Iterable[str]) -> float:
    return sum(len(text.encode("utf-8", "replace")) for text in texts) / 1e6


# ---- speed


def fastest(extract: Extract, texts: Sequence[str]) -> tuple[float, int]:
    """Return the seconds of the fastest pass, and how many names came out of it."""
    seconds, names = [], 0
    for _ in range(PASSES):
        begin = time.process_time()
        names = sum(len(list(extract(text))) for text in texts)
        seconds.append(time.process_time() - begin)
    return min(seconds), names


def finished(extract: Extract, texts: Iterable[str]) -> Iterator[str]:
    """Return the texts that are read before patience ends."""

    def give_up(*_: object) -> None:
        raise GivenUpError

    signal.signal(signal.SIGVTALRM, give_up)
    for text in texts:
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
            extract(text)
        except GivenUpError:
            continue
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        yield text


def measure(language: str, texts: list[str], peers: Sequence[Peer]) -> dict[str, Any]:
    """Time unghost and the peers that know a language on the same texts."""

    def ours(text: str) -> Iterable[str]:
        return (spot.name for spot in find_imports(text, language))

    def whole(text: str) -> Iterable[str]:
        known = language_of(language)
        assert known is not None
        assert known.grammar is not None
        Parser(load(known.grammar)).parse(text.encode("utf-8", "replace"))
        return ()

    size = megabytes(texts)
    seconds, names = fastest(ours, texts)
    row: dict[str, Any] = {
        "files": len(texts),
        "megabytes": size,
        "megabytes_a_second": size / seconds,
        "goal": GOALS[language],
        "imports": names,
        "peers": {},
    }
    if language != "python":
        row["whole_parse_megabytes_a_second"] = size / fastest(whole, texts)[0]
    known = "javascript" if language == "typescript" else language
    for peer in peers:
        if known in peer.extract:
            done = list(finished(peer.extract[known], texts))
            took, names = fastest(peer.extract[known], done)
            speed = megabytes(done) / took
            row["peers"][peer.name] = {
                "megabytes_a_second": speed,
                "times_unghost": speed / row["megabytes_a_second"],
                "names": names,
                "given_up_files": len(texts) - len(done),
            }
    return row


# ---- the peers


def load_peers(folder: Path) -> list[Peer]:
    """Cut the extraction out of the peers' wheels."""
    peers = []
    for name, cut in (("garak", cut_garak), ("pyrit", cut_pyrit)):
        peer = Peer(name)
        try:
            wheel = next(folder.glob(f"{name}-*.whl"))
            peer.version = wheel.name.split("-")[1]
            with ZipFile(wheel) as archive:
                peer.extract = cut(archive)
        except (StopIteration, KeyError, SyntaxError, NameError, AttributeError) as error:
            peer.problem = f"could not be loaded: {type(error).__name__}: {error}"
        peers.append(peer)
    return peers


def cut_garak(archive: ZipFile) -> dict[str, Extract]:
    """Take one method out of each detector's class; it uses nothing of its object."""
    tree = ast.parse(archive.read("garak/detectors/packagehallucination.py"))
    extracts: dict[str, Extract] = {}
    for holder in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        language = next(
            (
                node.value.value
                for node in holder.body
                if isinstance(node, ast.Assign)
                and ast.unparse(node.targets[0]) == "language_name"
                and isinstance(node.value, ast.Constant)
            ),
            None,
        )
        if language in ECOSYSTEMS:
            space = run(methods(holder, ("_extract_package_references",)), re=re, Set=set)
            extracts[str(language)] = partial(space["_extract_package_references"], None)
    return extracts


def cut_pyrit(archive: ZipFile) -> dict[str, Extract]:
    """Take the scorer's patterns and the methods that use them, without what it inherits."""
    path = "pyrit/score/true_false/regex/package_hallucination_scorer.py"
    classes = {
        node.name: node
        for node in ast.parse(archive.read(path)).body
        if isinstance(node, ast.ClassDef)
    }
    scorer = classes["PackageHallucinationScorer"]
    wanted = ("_EXTRACTION_PATTERNS", "_PYTHON_NAME_PATTERN", "_split_python_import_clause")
    scorer.body = methods(scorer, (*wanted, "_extract_package_references"))
    scorer.bases = []
    space = run([classes["PackageEcosystem"], scorer], re=re, Enum=enum.Enum)
    extracts: dict[str, Extract] = {}
    for language in ECOSYSTEMS:
        one = space["PackageHallucinationScorer"]()
        one._ecosystem = space["PackageEcosystem"](language)
        extracts[language] = one._extract_package_references
    return extracts


def methods(holder: ast.ClassDef, names: Sequence[str]) -> list[ast.stmt]:
    """Return the statements of a class that define some names."""
    chosen: list[ast.stmt] = []
    for node in holder.body:
        if isinstance(node, ast.AnnAssign):
            name = ast.unparse(node.target)
        else:
            name = getattr(node, "name", "")
        if name in names:
            chosen.append(node)
    return chosen


def run(body: list[ast.stmt], **space: Any) -> dict[str, Any]:
    exec(compile(ast.Module(body, []), "<a peer's extraction>", "exec"), space)
    return space


def built_in(folder: Path) -> dict[str, frozenset[str]]:
    """Return the names that the peers take for real without looking them up in a registry."""
    rust = {"alloc", "core", "proc_macro", "std", "test"}
    for wheel in folder.glob("garak-*.whl"):
        with ZipFile(wheel) as archive:
            for name in archive.namelist():
                if "/rust_std_entries" in name:
                    rust |= set(archive.read(name).decode("utf-8").split())
    return {"python": frozenset(sys.stdlib_module_names), "rust": frozenset(rust)}


# ---- the corpus


@dataclass
class Count:
    """What one tool reported of one shape."""

    planted: int = 0
    found: int = 0
    planted_imports: int = 0
    found_imports: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(
        self, file: str, said: Iterable[str], rows: Sequence[dict[str, Any]], imports: set[str]
    ) -> None:
        """Count the names reported of a file; a path within a package counts as its name."""
        names, ecosystem = set(said), rows[0]["ecosystem"] if rows else ""
        reported = {key(name, ecosystem): name for name in sorted(names)}
        ghosts = {key(row["name"], ecosystem) for row in rows if "status" not in row}
        real = {key(row["name"], ecosystem) for row in rows if row.get("status") in REAL}
        self.planted += len(ghosts)
        self.found += len(ghosts & reported.keys())
        imported = ghosts & {key(name, ecosystem) for name in imports}
        self.planted_imports += len(imported)
        self.found_imports += len(imported & reported.keys())
        self.wrong += [f"{file}: {reported[name]}" for name in reported.keys() - ghosts - real]

    def row(self) -> dict[str, Any]:
        """Return the figures for the results."""
        return vars(self) | {"wrong": sorted(self.wrong)}


REAL = ("exists", "stdlib")


def key(name: str, ecosystem: str) -> str:
    """Return the package that a name begins with, as far as it can be told from the name."""
    if ecosystem == "pypi":
        return name.partition(".")[0]
    if ecosystem == "npm":
        return "/".join(name.split("/")[: 1 + name.startswith("@")])
    return name


def detectors(path: str, planted: set[str]) -> list[str]:
    """Return which detectors a file is for: by its language, or by what a written answer names."""
    if PurePosixPath(path).name == "Gemfile":
        return ["ruby"]
    kinds = kinds_of(path)
    if any(kind.form in ("markdown", "session", "unknown") for kind in kinds):
        return [language for language, ecosystem in ECOSYSTEMS.items() if ecosystem in planted]
    said = {kind.language for kind in kinds if kind.form == "code"}
    said |= {"javascript"} if said & {"typescript", "tsx"} else set()
    return [language for language in ECOSYSTEMS if language in said]


def count_shape(
    cases: Any, shape: str, known: Sequence[Universe], peers: Sequence[Peer], std: dict[str, Any]
) -> dict[str, Any]:
    """Count what each tool reports of the files of a shape that the peers have a detector for."""
    table = tomllib.loads((cases.CORPUS / shape / "expected.toml").read_text(encoding="utf-8"))
    rows = [*table.get("ghost", []), *table.get("real", [])]
    files = cases.files_of(shape)
    texts = {path: data.decode("utf-8") for path, data in files.items()}
    judge = Judge(*known, project=Project(files, texts.get), suggest=False)
    counts = {name: Count() for name in ("unghost", *(peer.name for peer in peers))}
    for path, text in texts.items():
        mentions = find_in_file(files[path], path)
        ghosts = [row for row in table.get("ghost", []) if row["file"] == path]
        for language in detectors(path, {row["ecosystem"] for row in ghosts}):
            ecosystem = ECOSYSTEMS[language]
            here = [row for row in rows if (row["file"], row["ecosystem"]) == (path, ecosystem)]
            named = [mention for mention in mentions if mention.ecosystem == ecosystem]
            imports = {mention.name for mention in named if mention.kind == "import"}
            ours = {m.name for m in named if judge(m).status not in ("local", "private")}
            counts["unghost"].add(path, ours, here, imports)
            for peer in peers:
                said = set(peer.extract[language](text)) - std.get(language, frozenset())
                counts[peer.name].add(path, said, here, imports)
    return {name: count.row() for name, count in counts.items()}


def count_corpus(peers: Sequence[Peer], std: dict[str, Any]) -> dict[str, Any]:
    """Judge the whole corpus, and compare on what the peers can read of it."""
    sys.path.insert(0, str(ROOT / "tests"))
    cases = import_module("corpus_cases")
    with tempfile.TemporaryDirectory() as folder:
        known = cases.universes(Path(folder))
        judged, compared = {}, {}
        for shape in cases.SHAPES:
            result = cases.judge_shape(shape, known)
            judged[shape] = {
                "planted": result.planted,
                "found": result.found,
                "missed": result.missed,
                "wrong": result.wrong,
            }
            found = count_shape(cases, shape, known, peers, std)
            if any(row["planted"] or row["wrong"] for row in found.values()):
                compared[shape] = found
    names = ("unghost", *(peer.name for peer in peers))
    totals = {name: total(shape[name] for shape in compared.values()) for name in names}
    return {
        "judged": {"total": total(judged.values()), "shapes": judged},
        "compared": {"total": totals, "shapes": compared},
    }


def total(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in rows:
        for name, value in row.items():
            sums[name] = sums.get(name, 0) + amount(value)
    return sums


def amount(value: int | list[str]) -> int:
    return value if isinstance(value, int) else len(value)


# ---- the report


def show(result: dict[str, Any]) -> None:
    heads = f"{'files':>7}{'MB':>8}{'MB/s':>8}{'goal':>6}{'parse':>8}"
    print(f"\n{'':<12}{heads}   peers, times unghost's speed\n")
    for language, row in result["speed"].items():
        if not row:
            print(f"{language:<12}  no files")
            continue
        whole = row.get("whole_parse_megabytes_a_second")
        parse = f"{whole:.1f}" if whole else ""
        others = ", ".join(
            f"{name} {peer['times_unghost']:.1f}"
            + (f" ({peer['given_up_files']} files given up)" if peer["given_up_files"] else "")
            for name, peer in row["peers"].items()
        )
        print(
            f"{language:<12}{row['files']:>7,}{row['megabytes']:>8.1f}"
            f"{row['megabytes_a_second']:>8.1f}{row['goal']:>6}"
            f"{parse:>8}   {others}"
        )
    corpus = result["corpus"]
    sums = corpus["judged"]["total"]
    print(f"\nThe corpus: found {sums['found']} of {sums['planted']}, wrong {sums['wrong']}.")
    print("What the peers have a detector for: found / planted (imports alone), wrong:\n")
    for shape, row in [*corpus["compared"]["shapes"].items(), ("total", None)]:
        counts = row or corpus["compared"]["total"]
        cells = [
            f"{name} {count['found']}/{count['planted']}"
            f" ({count['found_imports']}/{count['planted_imports']}), {amount(count['wrong'])}"
            for name, count in counts.items()
        ]
        print(f"{shape:<18}" + "".join(f"{cell:<28}" for cell in cells))
    for name, peer in result["peers"].items():
        print(f"{name} {peer['version']} {peer['problem']}")


def fetch(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
    subprocess.run([*command, str(folder), "garak", "pyrit"], check=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=Path, nargs="+", default=[], help="folders of code")
    parser.add_argument("--peers", type=Path, help="a folder with the peers' wheels")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = options.peers or Path(place)
        if not options.peers:
            fetch(folder)
        peers, std = load_peers(folder), built_in(folder)
    loaded = [peer for peer in peers if peer.extract]
    speed = {}
    for language in SUFFIXES:
        texts = texts_of(language, python_folders() if language == "python" else options.sources)
        speed[language] = measure(language, texts, loaded) if texts else None
    versions = {name: version(name) for name in LIBRARIES}
    result = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": versions | {"python": platform.python_version()},
        "peers": {peer.name: {"version": peer.version, "problem": peer.problem} for peer in peers},
        "sources": [folder.name for folder in options.sources],
        "speed": speed,
        "corpus": count_corpus(loaded, std),
    }
    write_json(RESULTS, result)
    show(result)


if __name__ == "__main__":
    main()
