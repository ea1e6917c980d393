"""The universe of a run: a snapshot, the import map, and whether a miss proves absence."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from unghost.ecosystems import DEFAULT, ecosystem, ecosystem_names
from unghost.ecosystems.base import Ecosystem
from unghost.errors import UnghostError
from unghost.names.imports import ImportMap, bundled_imports
from unghost.names.near import nearest
from unghost.names.snapshot import Snapshot
from unghost.names.walk import NormalisedWalk, Walk

_DATA = Path(__file__).parents[1] / "data"
_DATED = re.compile(r"(.+)@(\d{4}-\d{2}-\d{2})")
DEMO = "demo"
"""What names the bundled demo universe."""


class Universe:
    """The existing names of one ecosystem.

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

    @property
    def ecosystem(self) -> Ecosystem:
        """Return the ecosystem that the names are of."""
        return ecosystem(self.snapshot.header.ecosystem)

    @property
    def id(self) -> str:
        """Return the id of the snapshot, and how it is used."""
        return f"{self.snapshot.id}:closed" if self.closed_world else self.snapshot.id

    @property
    def as_of(self) -> str:
        """Return the day (ISO 8601) of the names."""
        return self.snapshot.as_of

    @property
    def label(self) -> str:
        """Return the source in words, as it stands beside every figure."""
        head = self.snapshot.header
        if self.closed_world:
            all_of = self.ecosystem.title
            return (
                f"the demo universe (a closed world of {head.count:,} names, not all of {all_of})"
            )
        kind = "a complete" if head.complete else "an incomplete"
        return f"{kind} snapshot of {head.source} ({head.count:,} names)"

    @property
    def decides_absence(self) -> bool:
        """Return whether a name that is not here is absent, or only unknown."""
        return self.closed_world or self.snapshot.header.complete

    def has(self, canonical: str) -> bool:
        """Return whether a distribution of this canonical name exists."""
        return canonical in self.snapshot

    def has_beginning(self, prefix: str) -> bool:
        """Return whether any canonical name begins so."""
        return self.snapshot.has_prefix(prefix)

    def first_seen(self, canonical: str) -> str | None:
        """Return the day on which a name was first seen, where the snapshot knows it."""
        return self.snapshot.first_seen(canonical)

    def trusted(self, canonical: str) -> bool:
        """Return whether an existing name may be reinforced.

        Names are registered because models invent them, so existing is not enough: it takes
        evidence of popularity in the snapshot. In the demo's closed world every name is a fact.
        """
        if self.closed_world:
            return self.has(canonical)
        return self.has(canonical) and self.snapshot.is_popular(canonical)

    def walk(self) -> Walk:
        """Walk the names as a text has them, whatever their case and separators."""
        return NormalisedWalk(self.snapshot.walk(), self.ecosystem)

    def nearest(self, canonical: str, limit: int = 3) -> tuple[str, ...]:
        """Return the nearest real names."""
        return nearest(canonical, self.snapshot, self._is_popular, limit)

    def distance(self, canonical: str) -> int | None:
        """Return the edits (optimal string alignment) to the nearest real name.

        None if no name is near enough to be compared (:mod:`~unghost.names.near`).
        """
        from rapidfuzz.distance import OSA

        return min(
            (OSA.distance(canonical, name) for name in self.nearest(canonical)), default=None
        )

    def popularity(self, canonical: str) -> str | None:
        """Return whether a name is among the most popular, in words; None if nobody knows."""
        ranked = self._ranked()
        if ranked is None:
            return None
        popular = ranked.is_popular(canonical)
        return f"top {ranked.header.popular:,}" if popular else "unranked"

    def _is_popular(self, canonical: str) -> bool:
        ranked = self._ranked()
        return ranked is not None and ranked.is_popular(canonical)

    def _ranked(self) -> Snapshot | None:
        """Return the snapshot that has evidence of popularity: the own one, or the bundled one.

        Registries' own lists say nothing of popularity, and for ranking an older list will do.
        """
        if self.snapshot.header.popular:
            return self.snapshot
        bundled = _demo().snapshot
        same = bundled.header.ecosystem == self.snapshot.header.ecosystem
        return bundled if same else None


def load_universe(name: str, *, as_of: str | None = None) -> Universe:
    """Open a universe.

    Args:
        name: ``demo``, the path of a snapshot file, or an ecosystem whose snapshot was pulled to
            its usual place; with ``@`` and a day behind it, as of that day.
        as_of: The universe of an earlier day, ISO 8601; see :meth:`Snapshot.seen_by`.

    Raises:
        UnghostError: The snapshot does not exist, is damaged, or has no dates for ``as_of``.
    """
    dated = _DATED.fullmatch(name)
    if dated is not None and as_of is None:
        name, as_of = dated[1], dated[2]
    if name == DEMO:
        return _demo() if as_of is None else _at(_demo_path(), as_of, closed_world=True)
    path = Path(name)
    if name in ecosystem_names() and not path.is_file():
        path = default_path(name)
        if not path.is_file():
            raise UnghostError(f"no snapshot of {name} is here: run 'unghost names pull {name}'")
    if not path.is_file():
        pulled = [one for one in ecosystem_names() if default_path(one).is_file()]
        raise UnghostError(
            f"there is no file {name}; pulled snapshots: {', '.join(pulled) or 'none'}. Give a"
            f" snapshot file, an ecosystem that was pulled ('unghost names pull {DEFAULT}'), or"
            " demo"
        )
    return _at(path, as_of, closed_world=False)


def default_path(name: str) -> Path:
    """Return the default place of an ecosystem's pulled snapshot."""
    from platformdirs import user_data_path

    return user_data_path("unghost") / "snapshots" / f"{name}.names"


@lru_cache(maxsize=1)
def _demo() -> Universe:
    return _at(_demo_path(), None, closed_world=True)


def _demo_path() -> Path:
    return _DATA / "demo_universe.names"


def _at(path: Path, as_of: str | None, *, closed_world: bool) -> Universe:
    snapshot = Snapshot.open(path)
    imports = bundled_imports(snapshot.header.ecosystem)
    seen = snapshot if as_of is None else snapshot.seen_by(as_of)
    return Universe(seen, imports, closed_world=closed_world)
