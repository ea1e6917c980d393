"""Does what a text names exist? One verdict a mention, with how it was reached."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from unghost.ecosystems import ecosystem
from unghost.ecosystems.base import Ecosystem
from unghost.ecosystems.pypi.stdlib import OLD_MODULES, stdlib_modules
from unghost.names.imports import Provider, bundled_imports, prefixes
from unghost.names.universe import Universe
from unghost.records import TRUNCATED, Mention, Origin, ResolvedBy, Status, Verdict

if TYPE_CHECKING:
    from unghost.names.installed import Installed

ELSEWHERE: dict[Origin, tuple[Status, str]] = {
    "index": ("private", "from another index"),
    "git": ("private", "from a repository"),
    "url": ("private", "from an address"),
    "path": ("local", "from a folder"),
    "workspace": ("local", "a part of this project"),
}
"""What is said of a name that does not come from the public registry."""
_MOST_LIKELY = 3


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is said of a name, wherever it stands; see :class:`~unghost.records.Verdict`."""

    canonical: str
    status: Status
    resolved_by: ResolvedBy
    evidence: str = ""
    first_seen: str | None = None
    suggestions: tuple[str, ...] = ()


class Project(Protocol):
    """What the place of a mention says of names: the project's own, and those of its indexes."""

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
        python: Version whose standard library counts; None counts all of 3.8 to 3.14.
        local: Modules of the user's own.
        project: What the project says of names, asked first.
        installed: What is installed, which tells where a module comes from.
        suggest: Whether absent names get the nearest real ones.
        likely: Whether a module stays open where a distribution exists that is named much like it;
            a measure that leaves much open says little, and a scan that is wrong costs trust.
    """

    def __init__(
        self,
        *universes: Universe,
        python: str | None = None,
        local: Collection[str] = frozenset(),
        project: Project | None = None,
        installed: Installed | None = None,
        suggest: bool = True,
        likely: bool = False,
    ) -> None:
        self._universes = {universe.ecosystem.name: universe for universe in universes}
        self._suggest, self._project, self._installed = suggest, project, installed
        self._stdlib, self._any_python = stdlib_modules(python), python is None
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
        kind = mention.kind if mention.kind in ("import", "prose") else ""
        key = (mention.ecosystem, kind, mention.language or "", mention.name)
        if key not in self._rulings:
            self._rulings[key] = self._ruling(mention)
        return self._rulings[key]

    def _ruling(self, mention: Mention) -> Ruling:
        universe, eco = self._universes.get(mention.ecosystem), ecosystem(mention.ecosystem)
        if mention.kind == "import":
            language = mention.language or (eco.languages or ("",))[0]
            ruling = self._module(mention.name, language, eco, universe)
        else:
            ruling = self._package(mention.name, eco, universe)
        if universe is None:
            return ruling
        if mention.kind == "prose" and ruling.status == "absent":
            ruling = self._in_words(mention.name, ruling, eco, universe)
        if ruling.status == "exists":
            return replace(ruling, first_seen=universe.first_seen(ruling.canonical))
        if ruling.status == "absent" and self._suggest:
            return replace(ruling, suggestions=universe.nearest(ruling.canonical))
        return ruling

    def _package(self, name: str, eco: Ecosystem, universe: Universe | None) -> Ruling:
        form = eco.canonical(name)
        if universe is not None:
            inside = eco.candidates(name, "").names if eco.nested else ()
            found = self._by_name(name, (form, *inside), eco, universe)
            if found is not None:
                return found
        for language in eco.languages if eco.lists_builtins else ():
            if self._builtin(name, language, eco):
                by: ResolvedBy = "name" if "." not in name else "submodule-of"
                return Ruling(form, "stdlib", by, f"a module of {language}")
        if universe is None:
            return Ruling(form, "unknown", "name", f"no snapshot of {eco.title}")
        provider = self._provider(universe.imports.distributions(name), universe)
        if provider is not None:
            # An import name (cv2, yaml) given for a package: its own class, no plain ghost.
            return Ruling(provider.distribution, "exists", "import-map", provider.evidence)
        return self._missing(form, "name", universe)

    def _in_words(self, name: str, ruling: Ruling, eco: Ecosystem, universe: Universe) -> Ruling:
        """Judge what a sentence calls a package: it may be a module, or one of a Linux."""
        if "python" not in eco.languages:
            return ruling
        if "." in name:
            module = self._module(name, "python", eco, universe)
            return module if module.status in ("exists", "stdlib") else ruling
        if ruling.canonical.startswith("python") and not universe.closed_world:
            said = f"{ruling.evidence}, but distributions of Linux give such names"
            return replace(ruling, status="unknown", evidence=said)
        return ruling

    def _module(
        self, module: str, language: str, eco: Ecosystem, universe: Universe | None
    ) -> Ruling:
        top = list(prefixes(module))[-1:] or [module]
        by: ResolvedBy = "name" if top[0] == module else "submodule-of"
        named = eco.candidates(module, language)
        form = min(named.names, key=len, default=module)
        if not self._local.isdisjoint(prefixes(module)):
            return Ruling(form, "local", by, "a module of your own")
        if self._builtin(module, language, eco) or self._old(module, language):
            return Ruling(form, "stdlib", by, f"a module of {language}")
        if universe is None:
            return self._of_installed(module, form, eco) or _unlisted(module, form, by, eco)
        return (
            self._mapped(module, universe)
            or self._by_name(module, named.names, eco, universe)
            or self._of_installed(module, form, eco)
            or self._by_root(named.roots, form, by, universe)
            or self._by_declared(module, form, eco, universe)
            or self._by_likely(module, form, by, eco, universe)
            or (self._missing(form, by, universe) if named.names or named.roots else None)
            or Ruling(form, "unknown", by, "its name tells no package")
        )

    def _builtin(self, module: str, language: str, eco: Ecosystem) -> bool:
        if language == "python":
            return module.partition(".")[0] in self._stdlib
        return eco.is_builtin(module, language)

    def _old(self, module: str, language: str) -> bool:
        """Return whether a module is of a Python that may be meant too, if none is named."""
        return self._any_python and language == "python" and module.partition(".")[0] in OLD_MODULES

    def _mapped(self, module: str, universe: Universe) -> Ruling | None:
        maps = []
        if self._installed is not None and universe.ecosystem.name == "pypi":
            maps.append(self._installed.imports)
        maps.append(universe.imports)
        for known in maps:
            for providers in (known.distributions(module), known.namespace(module)):
                provider = self._provider(providers, universe)
                if provider is not None:
                    return Ruling(provider.distribution, "exists", "import-map", provider.evidence)
        return None

    def _by_name(
        self, module: str, names: Collection[str], eco: Ecosystem, universe: Universe
    ) -> Ruling | None:
        for name in names:
            if universe.has(name):
                by: ResolvedBy = "name" if eco.canonical(module) == name else "submodule-of"
                return Ruling(name, "exists", by, f"in {universe.id}")
        return None

    def _of_installed(self, module: str, form: str, eco: Ecosystem) -> Ruling | None:
        """Say of an installed module whose distribution no snapshot has that it is no ghost."""
        if self._installed is None or eco.name != "pypi":
            return None
        imports = self._installed.imports
        for provider in (*imports.distributions(module), *imports.namespace(module)):
            if provider.distribution in self._installed.elsewhere:
                said = f"{provider.evidence}, from elsewhere"
                return Ruling(provider.distribution, "private", "import-map", said)
            said = f"{provider.evidence}, but no snapshot has it"
            return Ruling(provider.distribution, "unknown", "import-map", said)
        return None

    def _by_root(
        self, roots: Collection[str], form: str, by: ResolvedBy, universe: Universe
    ) -> Ruling | None:
        for root in roots:
            if universe.has_beginning(root):
                return Ruling(form, "unknown", by, f"it may be of {root}* in {universe.id}")
        return None

    def _by_declared(
        self, module: str, form: str, eco: Ecosystem, universe: Universe
    ) -> Ruling | None:
        """Look for a module among what the project declares, under a name that is not its own."""
        if self._project is None or universe.closed_world:
            # Nothing else exists in a closed world, and the map says what its modules are of.
            return None
        if eco.name not in self._declared:
            there = filter(universe.has, self._project.declared(eco.name))
            self._declared[eco.name] = eco.among(frozenset(there))
        found = self._declared[eco.name](module)
        if found is None:
            return None
        return Ruling(found, "exists", "import-map", f"{found}, which is declared, may have it")

    def _by_likely(
        self, module: str, form: str, by: ResolvedBy, eco: Ecosystem, universe: Universe
    ) -> Ruling | None:
        """Leave a module open that may be of a distribution with a name like its own."""
        if not self._likely or universe.closed_world:
            return None
        found = tuple(islice(filter(universe.has, eco.providers(module)), _MOST_LIKELY))
        if not found:
            return None
        said = f"not in {universe.id} under its own name, but it may be of {found[0]}"
        return Ruling(form, "unknown", by, said, suggestions=found)

    def _provider(self, providers: tuple[Provider, ...], universe: Universe) -> Provider | None:
        return next((p for p in providers if universe.has(p.distribution)), None)

    def _missing(self, form: str, by: ResolvedBy, universe: Universe) -> Ruling:
        if universe.decides_absence:
            return Ruling(form, "absent", by, f"not in {universe.id}")
        return Ruling(form, "unknown", by, f"not in {universe.id}, which is not complete")


def _unlisted(module: str, form: str, by: ResolvedBy, eco: Ecosystem) -> Ruling:
    """Say of a module without a snapshot what is known: where it comes from, if it exists."""
    known = bundled_imports(eco.name)
    said = f"no snapshot of {eco.title}"
    for provider in (*known.distributions(module), *known.namespace(module)):
        return Ruling(provider.distribution, "unknown", "import-map", said)
    return Ruling(form, "unknown", by, said)


def verify(
    mention: Mention,
    universe: Universe,
    *,
    python: str | None = None,
    local: Collection[str] = frozenset(),
) -> Verdict:
    """Judge one mention; see :class:`Judge`, which is quicker for many."""
    return Judge(universe, python=python, local=local)(mention)
