"""The seven peers and unghost: how each is installed, run as its users would, and read."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Literal

from scan_peers.running import Call, Done, Place

Level = Literal["blocked", "doubted", "unchecked"]
"""What is said of a name: the run fails for it; a softer warning; it could not be looked up."""

Said = tuple[str, Level]
PYPI, NPM = ("pypi",), ("npm",)


@dataclass(frozen=True)
class Reads:
    """A kind of file that a tool says it reads.

    Attributes:
        glob: For the file's name.
        ecosystems: Of the names it says it finds there.
        kind: The only kind of mention it says it finds there (``import``, ``install``), if any.
    """

    glob: str
    ecosystems: Sequence[str]
    kind: str = ""


def reads(ecosystems: Sequence[str], *globs: str, kind: str = "") -> list[Reads]:
    return [Reads(glob, ecosystems, kind) for glob in globs]


def of_files(table: Mapping[str, Sequence[str]]) -> list[Reads]:
    return [Reads(glob, ecosystems) for glob, ecosystems in table.items()]


@dataclass(frozen=True)
class Peer:
    """A tool.

    Attributes:
        name: As its package is called.
        version: The pinned one.
        program: Its command.
        speaks: The library that it asks registries with.
        reads: What it says it reads.
        calls: Gives the command lines for a folder, without the flag for JSON.
        json: The flags for JSON, empty where it has none.
        read: Reads what was said out of what was printed.
        project: Which form of the timing project it reads: ``requirements``, ``imports``, ``lock``.
    """

    name: str
    version: str
    program: str
    speaks: str
    reads: Sequence[Reads]
    calls: Callable[[Path], Iterable[Call]]
    read: Callable[[Done], Iterator[Said]]
    json: Sequence[str] = ()
    project: str = "requirements"
    more: dict[str, str] = field(default_factory=dict)

    def claims(self, path: str, ecosystem: str, kinds: Container[str]) -> bool:
        """Return whether it says that it finds such names in such a file."""
        name = path.rpartition("/")[2]
        return any(
            fnmatch(name, one.glob)
            and ecosystem in one.ecosystems
            and (not one.kind or one.kind in kinds)
            for one in self.reads
        )

    def place(self, workdir: Path) -> Place:
        """Return its home and its programs."""
        folder = workdir / self.name
        return Place(folder / "home", folder / "venv/bin", more=self.more)

    def install(self, workdir: Path) -> str:
        """Make its environment if it is not there; give what went wrong, or nothing."""
        venv = workdir / self.name / "venv"
        if (venv / "bin" / self.program).exists():
            return ""
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        command = [str(venv / "bin/python"), "-m", "pip", "install", "--quiet"]
        command += ["--disable-pip-version-check", f"{self.name}=={self.version}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else done.stderr.strip()[-300:]

    def with_json(self, call: Call) -> Call:
        """Add the flags for JSON."""
        return Call([*call.words, *self.json], call.folder, call.given)


def files(folder: Path, *globs: str) -> list[Path]:
    """Return the files below a folder whose names match, in a stable order."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(fnmatch(path.name, glob) for glob in globs)
    ]


def table_of(done: Done) -> object:
    """Read the JSON of an output that may have lines around it."""
    start = min((at for at in map(done.out.find, "[{") if at >= 0), default=-1)
    if start < 0:
        return None
    try:
        value: object = json.JSONDecoder(strict=False).raw_decode(done.out[start:])[0]
    except ValueError:
        return None
    return value


def rows_of(done: Done, key: str | None) -> list[dict[str, object]]:
    table = table_of(done)
    rows = table.get(key) if isinstance(table, dict) and key else table
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def by_field(
    key: str | None, name: str, verdict: str, levels: dict[str, Level]
) -> Callable[[Done], Iterator[Said]]:
    """Make a reader of JSON rows that have a name and a verdict."""

    def read(done: Done) -> Iterator[Said]:
        for row in rows_of(done, key):
            level = levels.get(str(row.get(verdict)))
            if level:
                yield str(row[name]), level

    return read


# ---- ghostpkg

PROSE = ("*.md", "*.mdx", "*.rst", "*.cursorrules", "*.windsurfrules")


def ghostpkg_calls(folder: Path) -> Iterator[Call]:
    """Search the folder, and read each text of instructions beside, which it finds by name only."""
    yield Call(["ghostpkg", "scan", "."], folder)
    for path in files(folder, *PROSE):
        yield Call(["ghostpkg", "scan", str(path.relative_to(folder))], folder)


GHOSTPKG = Peer(
    "ghostpkg",
    "0.24.5",
    "ghostpkg",
    "urllib",
    [
        *reads(PYPI, "*requirements*.txt", "*constraints*.txt", "*.in"),
        *reads(PYPI, "pyproject.toml", "poetry.lock", "uv.lock"),
        *reads(NPM, "package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml"),
        *reads(PYPI + NPM, *PROSE, kind="install"),
    ],
    ghostpkg_calls,
    by_field(
        "findings",
        "name",
        "verdict",
        {"BLOCK": "blocked", "WARN": "doubted", "ERROR": "unchecked"},
    ),
    ["--json"],
)

# ---- slopcheck

SLOPCHECK_FILES = {
    "requirements*.txt": PYPI,
    "pyproject.toml": PYPI,
    "Pipfile": PYPI,
    "Pipfile.lock": PYPI,
    "package.json": NPM,
    "Cargo.toml": ("crates",),
    "go.mod": ("go",),
    "Gemfile": ("rubygems",),
    "pom.xml": ("maven",),
    "build.gradle": ("maven",),
    "composer.json": ("packagist",),
}


def slopcheck_calls(folder: Path) -> Iterator[Call]:
    """Scan each folder that has a file it reads, since it does not look into folders."""
    for place in sorted({path.parent for path in files(folder, *SLOPCHECK_FILES)}):
        yield Call(["slopcheck", "scan", "."], place)


SLOPCHECK = Peer(
    "slopcheck",
    "0.6.1",
    "slopcheck",
    "requests",
    of_files(SLOPCHECK_FILES),
    slopcheck_calls,
    by_field(
        None, "package", "status", {"SLOP": "blocked", "SUS": "doubted", "ERROR": "unchecked"}
    ),
    ["--json"],
)

# ---- phantom-deps


def phantom_deps_said(done: Done) -> Iterator[Said]:
    for row in rows_of(done, None):
        if row.get("error"):
            yield str(row["name"]), "unchecked"
        elif row.get("verdict") == "phantom":
            yield str(row["name"]), "blocked"
        elif row.get("verdict") == "new":
            yield str(row["name"]), "doubted"


PHANTOM_DEPS = Peer(
    "phantom-deps",
    "0.1.0",
    "phantom-deps",
    "urllib",
    [
        *reads(PYPI, "requirements*.txt", "requirements*.in", "pyproject.toml"),
        *reads(PYPI, "setup.cfg", "setup.py"),
        *reads(PYPI, "*.py", kind="import"),
        *reads(NPM, "package.json"),
    ],
    lambda folder: [Call(["phantom-deps", "."], folder)],
    phantom_deps_said,
    ["--json"],
)

# ---- slopsquat-guard

LOCKS = {
    **dict.fromkeys(("package-lock.json", "yarn.lock", "pnpm-lock.yaml"), NPM),
    **dict.fromkeys(("uv.lock", "poetry.lock"), PYPI),
    "Cargo.lock": ("crates",),
    "Gemfile.lock": ("rubygems",),
    "go.sum": ("go",),
}
MANIFESTS = {
    "package.json": NPM,
    "requirements*.txt": PYPI,
    "requirements*.in": PYPI,
    "pyproject.toml": PYPI,
    "Cargo.toml": ("crates",),
    "Gemfile": ("rubygems",),
    "go.mod": ("go",),
}
SHELL = ("pypi", "npm", "crates", "rubygems", "go")
BLOCK = re.compile(
    r"^(?:BLOCK |- )(\S+): (?:does not exist|first published|only \d|looks like|runs )", re.M
)
FAILED = re.compile(r"could not check (\S+) \(|^(?:BLOCK |- )(\S+): registry check failed", re.M)


def pkg_guard_calls(folder: Path) -> Iterator[Call]:
    """Scan the lock files; let the hook see each manifest written and each script run."""
    locks = [str(path.relative_to(folder)) for path in files(folder, *LOCKS)]
    if locks:
        yield Call(["pkg-guard", "scan", *locks], folder)
    for path in files(folder, *MANIFESTS):
        # A file that is not there yet: what is written is all new.
        to = Path("new") / path.relative_to(folder)
        content = path.read_text(encoding="utf-8", errors="replace")
        yield hooked("Write", {"file_path": str(to), "content": content}, folder)
    for path in files(folder, "*.sh"):
        text = path.read_text(encoding="utf-8", errors="replace")
        yield hooked("Bash", {"command": text}, folder)
    for path in files(folder, "*.json", "*.jsonl"):
        text = path.read_text(encoding="utf-8", errors="replace")
        if '"tool_name"' in text:
            yield Call(["pkg-guard", "hook"], folder, text)


def hooked(tool: str, given: dict[str, str], folder: Path) -> Call:
    event = {"hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": given}
    return Call(["pkg-guard", "hook"], folder, json.dumps(event | {"cwd": str(folder)}))


def pkg_guard_said(done: Done) -> Iterator[Said]:
    text = done.out.replace("\\n", "\n") + "\n" + done.err
    for match in BLOCK.finditer(text):
        yield match[1], "blocked"
    for match in FAILED.finditer(text):
        yield match[1] or match[2], "unchecked"


PKG_GUARD = Peer(
    "slopsquat-guard",
    "0.4.2",
    "pkg-guard",
    "urllib",
    [
        *of_files(LOCKS),
        *of_files(MANIFESTS),
        *reads(SHELL, "*.sh", "hook.json"),
        *reads(PYPI, "write.json"),
    ],
    pkg_guard_calls,
    pkg_guard_said,
    project="lock",
)

# ---- phantomguard-cli

JS = ("*.js", "*.jsx", "*.mjs", "*.cjs", "*.ts", "*.tsx")
LINE = re.compile(r"^(BLOCK|WARN) \[\w+\] (\S+): (.*)$", re.M)


def phantomguard_said(done: Done) -> Iterator[Said]:
    for verdict, name, reason in LINE.findall(done.out):
        if reason.startswith("could not verify"):
            yield name, "unchecked"
        else:
            yield name, "blocked" if verdict == "BLOCK" else "doubted"


PHANTOMGUARD = Peer(
    "phantomguard-cli",
    "0.1.1",
    "phantomguard",
    "httpx",
    [*reads(PYPI, "*.py", kind="import"), *reads(NPM, *JS, kind="import")],
    lambda folder: [Call(["phantomguard", "scan", "."], folder)],
    phantomguard_said,
    project="imports",
)

# ---- slopguard-cli

SLOPGUARD = Peer(
    "slopguard-cli",
    "0.4.0",
    "slopguard",
    "httpx",
    [
        *reads(NPM, "package.json", "package-lock.json"),
        *reads(PYPI, "requirements.txt", "pyproject.toml", "Pipfile"),
    ],
    lambda folder: [Call(["slopguard", "scan", "."], folder)],
    by_field(
        "findings",
        "name",
        "risk",
        {"hallucinated": "blocked", "suspicious": "doubted", "error": "unchecked"},
    ),
    ["--format", "json"],
)

# ---- phantom-guard

PHANTOM_FILES = {
    "requirements*.txt": PYPI,
    "requirements*.in": PYPI,
    "package.json": NPM,
    "Cargo.toml": ("crates",),
}
PHANTOM_GUARD = Peer(
    "phantom-guard",
    "0.2.0",
    "phantom-guard",
    "httpx",
    of_files(PHANTOM_FILES),
    lambda folder: [
        Call(["phantom-guard", "check", "--no-banner", str(path.relative_to(folder))], folder)
        for path in files(folder, *PHANTOM_FILES)
    ],
    by_field(
        "results",
        "name",
        "recommendation",
        {"not_found": "blocked", "high_risk": "blocked", "suspicious": "doubted"},
    ),
    ["--output", "json"],
)

PEERS = (
    GHOSTPKG,
    SLOPCHECK,
    PHANTOM_DEPS,
    PKG_GUARD,
    PHANTOMGUARD,
    SLOPGUARD,
    PHANTOM_GUARD,
)
