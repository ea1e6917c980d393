"""Does what a text names exist? One verdict a mention, with how it was reached."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from unghost.mentions.answers import TRUNCATED
from unghost.names.imports import Provider
from unghost.names.normalise import canonical
from unghost.names.stdlib import stdlib_modules
from unghost.names.universe import Universe
from unghost.records import Mention, ResolvedBy, Status, Verdict


@dataclass(frozen=True, slots=True)
class _Ruling:
    """What is said of a name, wherever it stands."""

    canonical: str
    status: Status
    resolved_by: ResolvedBy
    suggestions: tuple[str, ...] = ()


class Judge:
    """Judges mentions against one universe; each name once, however often it is mentioned.

    Args:
        universe: What exists.
        python: Version whose standard library counts; None counts all of 3.8 to 3.14.
        local: Modules of the user's own.
        suggest: Whether absent names get the nearest real ones.
    """

    def __init__(
        self,
        universe: Universe,
        *,
        python: str | None = None,
        local: Collection[str] = frozenset(),
        suggest: bool = True,
    ) -> None:
        self._universe, self._suggest = universe, suggest
        self._stdlib = stdlib_modules(python)
        self._local = frozenset(local)
        self._rulings: dict[tuple[bool, str], _Ruling] = {}

    def __call__(self, mention: Mention) -> Verdict:
        """Judge one mention."""
        is_import = mention.kind == "import"
        key = (is_import, mention.name)
        if key not in self._rulings:
            ruling = self._module(mention.name) if is_import else self._package(mention.name)
            self._rulings[key] = self._with_suggestions(ruling)
        ruling = self._rulings[key]
        if mention.evidence == TRUNCATED:
            # The beginning of a name says nothing of the name.
            ruling = replace(ruling, status="unknown", suggestions=())
        return Verdict(
            mention_id=mention.id,
            canonical=ruling.canonical,
            status=ruling.status,
            resolved_by=ruling.resolved_by,
            snapshot_id=self._universe.id,
            as_of=self._universe.as_of,
            suggestions=ruling.suggestions,
        )

    def _package(self, name: str) -> _Ruling:
        form = canonical(name)
        if self._universe.has(form):
            return _Ruling(form, "exists", "name")
        if name in self._stdlib:
            return _Ruling(form, "stdlib", "name")
        if "." in name and name.partition(".")[0] in self._stdlib:
            return _Ruling(form, "stdlib", "submodule-of")
        provider = self._known(self._universe.imports.distributions(name))
        if provider is not None:
            # An import name (cv2, yaml) given for a package: its own class, no plain ghost.
            return _Ruling(provider, "exists", "import-map")
        return _Ruling(form, self._missing(), "name")

    def _module(self, module: str) -> _Ruling:
        top = module.partition(".")[0]
        by: ResolvedBy = "name" if top == module else "submodule-of"
        if top in self._local:
            return _Ruling(canonical(top), "local", by)
        if top in self._stdlib:
            return _Ruling(canonical(top), "stdlib", by)
        provider = self._known(self._universe.imports.distributions(module))
        if provider is not None:
            return _Ruling(provider, "exists", "import-map")
        for prefix in _prefixes(module):
            form = canonical(prefix)
            if self._universe.has(form):
                return _Ruling(form, "exists", "name" if prefix == module else "submodule-of")
        return _Ruling(canonical(top), self._missing(), by)

    def _known(self, providers: tuple[Provider, ...]) -> str | None:
        for provider in providers:
            if self._universe.has(provider.distribution):
                return provider.distribution
        return None

    def _missing(self) -> Status:
        return "absent" if self._universe.decides_absence else "unknown"

    def _with_suggestions(self, ruling: _Ruling) -> _Ruling:
        if not self._suggest or ruling.status != "absent":
            return ruling
        return replace(ruling, suggestions=self._universe.nearest(ruling.canonical))


def _prefixes(module: str) -> list[str]:
    """Give a dotted module and all its beginnings, longest first."""
    parts = module.split(".")
    return [".".join(parts[:count]) for count in range(len(parts), 0, -1)]


def verify(
    mention: Mention,
    universe: Universe,
    *,
    python: str | None = None,
    local: Collection[str] = frozenset(),
) -> Verdict:
    """Judge one mention; see :class:`Judge`, which is quicker for many."""
    return Judge(universe, python=python, local=local)(mention)
