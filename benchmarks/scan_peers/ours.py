"""The rows of unghost itself: snapshots, snapshots and the registry, and the registry alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from scan_peers.peers import Level, Peer, Said, rows_of
from scan_peers.running import Call, Done, Place

NAMES = SNAPSHOTS, CONFIRMED, LIVE = ("unghost", "unghost confirming", "unghost live")
LEVELS: dict[str, Level] = {"error": "blocked", "warning": "doubted", "note": "unchecked"}


@dataclass(frozen=True)
class Ours(Peer):
    """This very package, as installed beside the running Python; it reads everything."""

    shim: bool = False
    environment: dict[str, str] = field(default_factory=dict)

    def claims(self, path: str, ecosystem: str, kinds: Container[str]) -> bool:
        """Say that it reads everything."""
        return True

    def place(self, workdir: Path) -> Place:
        """Return the running Python's programs, in a home as empty as that of a peer."""
        home = workdir / self.name.replace(" ", "-") / "home"
        return Place(home, Path(sys.executable).parent, self.shim, self.environment)

    def install(self, workdir: Path) -> str:
        """Say if it is not there."""
        program = Path(sys.executable).parent / self.program
        return "" if program.exists() else f"{program} is not there"


def said(done: Done) -> Iterator[Said]:
    for row in rows_of(done, "findings"):
        level = LEVELS.get(str(row.get("level")))
        if level:
            yield str(row.get("name")), level


def calls(flags: Sequence[str], universes: Sequence[Path]) -> Callable[[Path], Iterator[Call]]:
    words = [word for path in universes for word in ("--universe", str(path))]

    def give(folder: Path) -> Iterator[Call]:
        yield Call(["unghost", "scan", *flags, *words, "."], folder)

    return give


def rows(universes: Sequence[Path]) -> list[Ours]:
    """Return unghost in its three ways of knowing what exists."""
    index = {"PIP_INDEX_URL": "http://127.0.0.1:PORT/simple/"}
    ways = {
        SNAPSHOTS: ("nothing", calls(["--offline"], universes), False, {}),
        CONFIRMED: ("httpx", calls([], universes), True, index),
        LIVE: ("httpx", calls([], ()), True, index),
    }
    return [
        Ours(
            name=name,
            version=version("unghost"),
            program="unghost",
            speaks=speaks,
            reads=(),
            calls=give,
            read=said,
            json=["--format", "json"],
            shim=shim,
            environment=environment,
        )
        for name, (speaks, give, shim, environment) in ways.items()
    ]
