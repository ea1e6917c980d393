"""What each tool finds in each shape of the corpus, and what it flags that is no ghost."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scan_peers.peers import Peer
from scan_peers.projects import CORPUS
from scan_peers.running import Server
from unghost.mentions.reader import find_in_file
from unghost.records import Mention

LIMIT = 120.0
SHAPES = sorted(path.parent.name for path in CORPUS.glob("*/expected.toml"))


def folded(name: str) -> str:
    """Return a name in a form in which tools' spellings of it are the same."""
    return re.sub(r"[-_.]+", "-", name.replace("\\", "/").strip("\"'")).lower()


def rooted(name: str, ecosystem: str) -> str:
    """Cut off what an import has behind the name of a package, as the corpus draws them."""
    name = name.replace("\\", "/")
    if ecosystem == "npm":
        return "/".join(name.split("/")[: 2 if name.startswith("@") else 1])
    if ecosystem == "go":
        return "/".join(name.split("/")[:3])
    if ecosystem == "packagist":
        return "/".join(name.split("/")[:2])
    if ecosystem == "rubygems":
        return name.split("/")[0]
    dots = {"pypi": 1, "nuget": 2, "maven": 3}.get(ecosystem, 99)
    return name if ":" in name else ".".join(name.split(".")[:dots])


@dataclass(frozen=True)
class Ghost:
    """A planted name: the spellings that count as it, and where it stands and as what."""

    spellings: frozenset[str]
    ecosystem: str
    places: frozenset[tuple[str, frozenset[str]]]


@cache
def ghosts_of(shape: str) -> list[Ghost]:
    """Return the planted names of a shape, each once; what they stand in is unghost's own word."""
    table = tomllib.loads((CORPUS / shape / "expected.toml").read_text(encoding="utf-8"))
    found: dict[tuple[str, str], list[tuple[str, str, frozenset[str]]]] = {}
    for row in table.get("ghost", []):
        name, ecosystem, path = row["name"], row["ecosystem"], row["file"]
        kinds = frozenset(
            mention.kind
            for mention in mentions_of(shape, path)
            if (mention.line, mention.name, mention.ecosystem) == (row["line"], name, ecosystem)
        )
        key = folded(rooted(name, ecosystem)), ecosystem
        found.setdefault(key, []).append((folded(name), path, kinds))
    return [
        Ghost(
            frozenset([root, *(name for name, _, _ in rows)]),
            ecosystem,
            frozenset((path, kinds) for _, path, kinds in rows),
        )
        for (root, ecosystem), rows in found.items()
    ]


@cache
def mentions_of(shape: str, path: str) -> list[Mention]:
    return list(find_in_file((CORPUS / shape / path).read_bytes(), path))


def copy_of(shape: str, folder: Path) -> Path:
    """Lay a shape's files down where a tool may do with them what it likes."""
    place = folder / shape
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(CORPUS / shape, place, ignore=shutil.ignore_patterns("expected.toml"))
    return place


def judge(peer: Peer, shape: str, folder: Path, server: Server, workdir: Path) -> dict[str, Any]:
    """Run a tool on a shape and compare what it says with what is planted."""
    said: list[tuple[str, str]] = []
    codes, crashed = [], []
    for call in list(peer.calls(copy_of(shape, folder))):
        done = peer.place(workdir).run(peer.with_json(call), server, LIMIT)
        codes.append(done.code)
        said += peer.read(done)
        if "Traceback (most recent call last)" in done.err:
            crashed.append(done.err.strip().splitlines()[-1][:200])
    ghosts = ghosts_of(shape)
    claimed = [
        ghost
        for ghost in ghosts
        if any(peer.claims(path, ghost.ecosystem, kinds) for path, kinds in ghost.places)
    ]
    blocked = {folded(name): name for name, level in said if level == "blocked"}
    doubted = {folded(name): name for name, level in said if level == "doubted"}
    planted = frozenset(spelling for ghost in ghosts for spelling in ghost.spellings)
    return {
        "planted": len(ghosts),
        "claimed": len(claimed),
        "found": count(ghosts, blocked),
        "found_of_claimed": count(claimed, blocked),
        "wrong": sorted(name for key, name in blocked.items() if key not in planted),
        "doubted": sorted(name for key, name in doubted.items() if key not in planted),
        "unchecked": sorted({name for name, level in said if level == "unchecked"}),
        "codes": codes,
    } | ({"crashed": crashed} if crashed else {})


def count(ghosts: Iterable[Ghost], said: Iterable[str]) -> int:
    names = frozenset(said)
    return sum(not ghost.spellings.isdisjoint(names) for ghost in ghosts)


def total(rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Add up a tool's shapes."""
    keys = ("planted", "claimed", "found", "found_of_claimed")
    sums = {key: sum(row[key] for row in rows) for key in keys}
    return sums | {key: sum(len(row[key]) for row in rows) for key in ("wrong", "doubted")}
