"""Verification: one verdict per mention on whether its package exists, and how it was reached."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple, Protocol

from unghost.ecosystems import ecosystem
from unghost.ecosystems.base import Candidates, Ecosystem
from unghost.ecosystems.project import Installed
from unghost.names.imports import ImportMap, Provider, bundled_imports, prefixes
from unghost.names.universe import Universe
from unghost.records import TRUNCATED, Mention, Origin, ResolvedBy, Status, Verdict

ELSEWHERE: dict[Origin, tuple[Status, str]] = {
    "index": ("private", "from another index"),
    "git": ("private", "from a repository"),
    "url": ("private", "from an address"),
    "path": ("local", "from a folder"),
    "workspace": ("local", "a part of this project"),
}
"""The statuses of names that do not come from the public registry."""
_MOST_LIKELY = 3


@dataclass(frozen=True, slots=True)
class Ruling:
    """The ruling on a name, wherever it is mentioned; see :class:`~unghost.records.Verdict`."""

    canonical: str
    status: Status
    resolved_by: ResolvedBy
    evidence: str = ""
    first_seen: str | None = None
    suggestions: tuple[str, ...] = ()


class ProjectClaims(Protocol):
    """A mention's project: its own names, and those of its indexes."""

    def claims(self, mention: Mention) -> tuple[Status, str] | None:
        """Return ``local`` or ``private`` and the evidence, or None for a name that is neither."""
        ...

    def declared(self, eco: str) -> Collection[str]:
        """Return the canonical names of what the project's manifests declare."""
        ...


class Judge:
    """Judges mentions against universes; each name once, however often it is mentioned.

    Args:
        universes: What exists, at most one for each ecosystem. Names of an ecosystem without one
            are ``unknown``.
        versions: By ecosystem, the version of its language whose modules count; without one those
            of all versions do.
        local: Modules of the user's own.
        project: What the project says of names, asked first.
        installed: By ecosystem, what is installed, which tells where a module comes from.
        suggest: Whether absent names get the nearest real ones.
        likely: Whether a module stays open where a distribution exists that is named much like it;
            a measure that leaves much open says little, and a scan that is wrong costs trust.

    Raises:
        UnghostError: A version is not known.
    """

    def __init__(
        self,
        *universes: Universe,
        versions: Mapping[str, str] | None = None,
        local: Collection[str] = frozenset(),
        project: ProjectClaims | None = None,
        installed: Mapping[str, Installed] | None = None,
        suggest: bool = True,
        likely: bool = False,
    ) -> None:
        self._universes = {universe.ecosystem.name: universe for universe in universes}
        self._suggest, self._project, self._installed = suggest, project, installed or {}
        self._maps = {
            name: ImportMap(one.modules, "installed", installed=True)
            for name, one in self._installed.items()
        }
        self._versions = {
            name: of_version(version)
            for name, version in (versions or {}).items()
            if (of_version := ecosystem(name).of_version) is not None
        }
        self._local = frozenset(local)
        self._likely = likely
        self._declared: dict[str, Callable[[str], str | None]] = {}
        self._rulings: dict[tuple[str, ...], Ruling] = {}

    def __call__(self, mention: Mention) -> Verdict:
        """Judge one mention."""
        ruling = self._claimed(mention) or self._cached(mention)
        if mention.evidence == TRUNCATED:
            # The beginning of a name says nothing of the name.
            ruling = replace(ruling, status="unknown", suggestions=(), evidence="it is cut off")
        universe = self._universes.get(mention.ecosystem)
        return Verdict(
            mention_id=mention.id,
            canonical=ruling.canonical,
            status=ruling.status,
            resolved_by=ruling.resolved_by,
            snapshot_id=universe.id if universe else "",
            as_of=universe.as_of if universe else "",
            first_seen=ruling.first_seen,
            suggestions=ruling.suggestions,
            evidence=ruling.evidence,
        )

    def _claimed(self, mention: Mention) -> Ruling | None:
        said = ELSEWHERE.get(mention.origin)
        if said is None and self._project is not None:
            said = self._project.claims(mention)
        if said is None:
            return None
        form = ecosystem(mention.ecosystem).canonical(mention.name)
        return Ruling(form, said[0], "name", said[1])

    def _cached(self, mention: Mention) -> Ruling:
        kind = mention.kind if mention.kind in ("import", "list", "prose") else ""
        key = (mention.ecosystem, kind, mention.language or "", mention.name)
        if key not in self._rulings:
            self._rulings[key] = self._ruling(mention)
        return self._rulings[key]

    def _ruling(self, mention: Mention) -> Ruling:
        universe, eco = self._universes.get(mention.ecosystem), ecosystem(mention.ecosystem)
        if mention.kind == "import":
            language = mention.language or (eco.language_names or ("",))[0]
            ruling = self._module(mention.name, language, eco, universe)
        else:
            ruling = self._package(mention.name, eco, universe)
        if universe is None:
            return ruling
        if mention.kind in ("list", "prose") and ruling.status == "absent":
            ruling = self._in_words(mention, ruling, eco, universe)
        if ruling.status == "exists":
            return replace(ruling, first_seen=universe.first_seen(ruling.canonical))
        if ruling.status == "absent" and self._suggest:
            return replace(ruling, suggestions=universe.nearest(ruling.canonical))
        return ruling

    def _package(self, name: str, eco: Ecosystem, universe: Universe | None) -> Ruling:
        form = eco.canonical(name)
        if universe is not None:
            inside = eco.candidates(name, "").names if eco.nested else ()
            found = _first_of((form, *inside), form, universe)
            if found is not None:
                return found
        for language in eco.language_names if eco.lists_builtins else ():
            if self._is_builtin(name, language, eco):
                by: ResolvedBy = "name" if "." not in name else "submodule-of"
                return Ruling(form, "stdlib", by, f"a module of {language}")
        if name.lower().rstrip("0123456789.") in map(str.lower, eco.language_names):
            return Ruling(form, "stdlib", "name", "the language itself")
        if universe is None:
            return Ruling(form, "unknown", "name", f"no snapshot of {eco.title}")
        provider = _provider(universe.imports.distributions(name), universe)
        if provider is not None:
            # An import name (cv2, yaml) given for a package: its own class, no plain ghost.
            return Ruling(provider.distribution, "exists", "import-map", provider.evidence)
        return _missing(form, "name", universe)

    def _in_words(
        self, mention: Mention, ruling: Ruling, eco: Ecosystem, universe: Universe
    ) -> Ruling:
        """Judge what an answer calls a package: it may be a module, or of another ecosystem."""
        if "." in mention.name and eco.prose.of_modules:
            module = self._module(mention.name, eco.language_names[0], eco, universe)
            return module if module.status in ("exists", "stdlib") else ruling
        if mention.kind == "list":
            return ruling
        doubt = "" if universe.closed_world else eco.prose.doubt(ruling.canonical)
        if doubt:
            return replace(ruling, status="unknown", evidence=f"{ruling.evidence}, but {doubt}")
        return ruling

    def _is_builtin(self, module: str, language: str, eco: Ecosystem) -> bool:
        return self._versions.get(eco.name, eco.is_builtin)(module, language)

    def _module(
        self, module: str, language: str, eco: Ecosystem, universe: Universe | None
    ) -> Ruling:
        named = eco.candidates(module, language)
        top = list(prefixes(module))[-1:] or [module]
        asked = _Module(
            name=module,
            language=language,
            eco=eco,
            named=named,
            form=min(named.names, key=len, default=module),
            by="name" if top[0] == module else "submodule-of",
        )
        ruling = self._own(asked) or self._of_language(asked)
        if ruling is not None:
            return ruling
        if universe is None:
            return self._by_installed(asked, universe) or _unlisted(asked)
        for rule in _RULES:
            ruling = rule(self, asked, universe)
            if ruling is not None:
                return ruling
        return Ruling(asked.form, "unknown", asked.by, "its name tells no package")

    def _own(self, asked: _Module) -> Ruling | None:
        if self._local.isdisjoint(prefixes(asked.name)):
            return None
        return Ruling(asked.form, "local", asked.by, "a module of your own")

    def _of_language(self, asked: _Module) -> Ruling | None:
        known = self._is_builtin(asked.name, asked.language, asked.eco)
        if not known and asked.eco.name not in self._versions:
            known = asked.eco.was_builtin(asked.name)
        said = f"a module of {asked.language}"
        return Ruling(asked.form, "stdlib", asked.by, said) if known else None

    def _by_map(self, asked: _Module, universe: Universe) -> Ruling | None:
        """Resolve a module by the installed packages, then by the facts that come with unghost."""
        installed = self._maps.get(asked.eco.name)
        for known in (*([installed] if installed is not None else ()), universe.imports):
            for providers in (known.distributions(asked.name), known.namespace(asked.name)):
                provider = _provider(providers, universe)
                if provider is not None:
                    return Ruling(provider.distribution, "exists", "import-map", provider.evidence)
        return None

    def _by_name(self, asked: _Module, universe: Universe) -> Ruling | None:
        return _first_of(asked.named.names, asked.eco.canonical(asked.name), universe)

    def _by_installed(self, asked: _Module, universe: Universe | None) -> Ruling | None:
        """Return a ruling other than absent for an installed module that no snapshot has."""
        imports = self._maps.get(asked.eco.name)
        if imports is None:
            return None
        elsewhere = self._installed[asked.eco.name].elsewhere
        for provider in (*imports.distributions(asked.name), *imports.namespace(asked.name)):
            if provider.distribution in elsewhere:
                said = f"{provider.evidence}, from elsewhere"
                return Ruling(provider.distribution, "private", "import-map", said)
            said = f"{provider.evidence}, but no snapshot has it"
            return Ruling(provider.distribution, "unknown", "import-map", said)
        return None

    def _by_root(self, asked: _Module, universe: Universe) -> Ruling | None:
        for root in asked.named.roots:
            if universe.has_beginning(root):
                said = f"it may be of {root}* in {universe.id}"
                return Ruling(asked.form, "unknown", asked.by, said)
        return None

    def _by_declared(self, asked: _Module, universe: Universe) -> Ruling | None:
        """Resolve a module by a declared package whose name differs from the module's."""
        if self._project is None or universe.closed_world:
            # Nothing else exists in a closed world, and the map says what its modules are of.
            return None
        eco = asked.eco
        if eco.name not in self._declared:
            there = filter(universe.has, self._project.declared(eco.name))
            self._declared[eco.name] = eco.among(frozenset(there))
        found = self._declared[eco.name](asked.name)
        if found is None:
            return None
        return Ruling(found, "exists", "import-map", f"{found}, which is declared, may have it")

    def _by_likely(self, asked: _Module, universe: Universe) -> Ruling | None:
        """Return unknown for a module that a distribution with a similar name may provide."""
        if not self._likely or universe.closed_world:
            return None
        likely = filter(universe.has, asked.eco.providers(asked.name))
        found = tuple(islice(likely, _MOST_LIKELY))
        if not found:
            return None
        said = f"not in {universe.id} under its own name, but it may be of {found[0]}"
        return Ruling(asked.form, "unknown", asked.by, said, suggestions=found)

    def _absent(self, asked: _Module, universe: Universe) -> Ruling | None:
        told = asked.named.names or asked.named.roots
        return _missing(asked.form, asked.by, universe) if told else None


class _Module(NamedTuple):
    """A module that is asked about.

    Attributes:
        name: The module as it is imported.
        language: The language that imports it.
        eco: The ecosystem.
        named: The packages that its name tells.
        form: The shortest of their names.
        by: How it is resolved if one of them is there.
    """

    name: str
    language: str
    eco: Ecosystem
    named: Candidates
    form: str
    by: ResolvedBy


_RULES: tuple[Callable[[Judge, _Module, Universe], Ruling | None], ...] = (
    Judge._by_map,
    Judge._by_name,
    Judge._by_installed,
    Judge._by_root,
    Judge._by_declared,
    Judge._by_likely,
    Judge._absent,
)
"""Steps for a module of neither project nor language, in order; the first ruling counts."""


def _first_of(names: Collection[str], form: str, universe: Universe) -> Ruling | None:
    """Return the ruling that the first existing name exists, None if none exists."""
    found = next(filter(universe.has, names), None)
    if found is None:
        return None
    return Ruling(found, "exists", "name" if found == form else "submodule-of", f"in {universe.id}")


def _provider(providers: tuple[Provider, ...], universe: Universe) -> Provider | None:
    return next((p for p in providers if universe.has(p.distribution)), None)


def _missing(form: str, by: ResolvedBy, universe: Universe) -> Ruling:
    if universe.decides_absence:
        return Ruling(form, "absent", by, f"not in {universe.id}")
    return Ruling(form, "unknown", by, f"not in {universe.id}, which is not complete")


def _unlisted(asked: _Module) -> Ruling:
    """Return the ruling on a module without a snapshot: unknown, with its package if mapped."""
    known = bundled_imports(asked.eco.name)
    said = f"no snapshot of {asked.eco.title}"
    for provider in (*known.distributions(asked.name), *known.namespace(asked.name)):
        return Ruling(provider.distribution, "unknown", "import-map", said)
    return Ruling(asked.form, "unknown", asked.by, said)
