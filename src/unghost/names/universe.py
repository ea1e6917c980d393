"""The source of truth of a run: a snapshot, the import map, and how far a miss may be believed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from unghost.errors import UnghostError
from unghost.names.imports import ImportMap, bundled_imports
from unghost.names.near import nearest
from unghost.names.snapshot import Snapshot
from unghost.names.stdlib import stdlib_modules
from unghost.names.walk import NormalisedWalk, TrieWalk, Walk
from unghost.records import MentionKind

DEMO = "demo"
"""What names the bundled demo universe."""


class Universe:
    """What exists.

    Args:
        snapshot: The names.
        imports: Which distribution provides a module.
        closed_world: For this run nothing else exists, whatever the snapshot says of itself. Only
            the demo universe is used so, and every figure says it.
    """

    def __init__(
        self, snapshot: Snapshot, imports: ImportMap, *, closed_world: bool = False
    ) -> None:
        self.snapshot, self.imports, self.closed_world = snapshot, imports, closed_world
        self._walks: dict[str, Walk] = {}
        self._sorted: tuple[str, ...] | None = None

    @property
    def id(self) -> str:
        """Name the snapshot and how it is used."""
        return f"{self.snapshot.id}:closed" if self.closed_world else self.snapshot.id

    @property
    def as_of(self) -> str:
        """Say on which day the names were taken."""
        return self.snapshot.header.date

    @property
    def label(self) -> str:
        """Say in words what stands at every figure."""
        head = self.snapshot.header
        if self.closed_world:
            return f"the demo universe (a closed world of {head.count:,} names, not all of PyPI)"
        kind = "complete" if head.complete else "incomplete"
        return f"a {kind} snapshot of {head.source} ({head.count:,} names)"

    @property
    def decides_absence(self) -> bool:
        """Say whether a name that is not here is absent, or only unknown."""
        return self.closed_world or self.snapshot.header.complete

    def has(self, canonical: str) -> bool:
        """Say whether a distribution of this canonical name exists."""
        return canonical in self.snapshot

    def trusted(self, canonical: str) -> bool:
        """Say whether an existing name may be reinforced.

        Names are registered because models invent them, so existing is not enough: it takes
        evidence of popularity in the snapshot. In the demo's closed world every name is a fact.
        """
        if self.closed_world:
            return self.has(canonical)
        return self.snapshot.is_popular(canonical)

    def walk(self, kind: MentionKind) -> Walk:
        """Walk the names that may stand at a kind of place: modules for imports, else packages."""
        key = "import" if kind == "import" else "package"
        if key not in self._walks:
            self._walks[key] = self._make_walk(key)
        return self._walks[key]

    def nearest(self, canonical: str, limit: int = 3) -> tuple[str, ...]:
        """Give the nearest real names."""
        if self._sorted is None:
            self._sorted = tuple(self.snapshot)
        return nearest(canonical, self._sorted, limit)

    def _make_walk(self, key: str) -> Walk:
        if key == "package":
            return NormalisedWalk(self.snapshot.walk())
        return TrieWalk(self._import_names())

    def _import_names(self) -> Iterator[str]:
        """Give modules: known ones, the standard library's, and each package under its own name."""
        yield from self.imports.modules()
        yield from stdlib_modules()
        for name in self.snapshot:
            yield name.replace("-", "_")


def load_universe(name: str) -> Universe:
    """Open a universe.

    Args:
        name: ``demo``, or the path of a snapshot file.

    Raises:
        UnghostError: There is no such snapshot, or it is damaged.
    """
    return _demo() if name == DEMO else _from_file(Path(name))


@lru_cache(maxsize=1)
def _demo() -> Universe:
    path = Path(str(files("unghost").joinpath("data/demo_universe.names")))
    return Universe(Snapshot.open(path), bundled_imports(), closed_world=True)


def _from_file(path: Path) -> Universe:
    if not path.is_file():
        raise UnghostError(f"there is no snapshot {path}: build one, or use --universe demo")
    return Universe(Snapshot.open(path), bundled_imports())
