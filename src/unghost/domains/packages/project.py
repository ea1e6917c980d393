"""A project's claims to names: its own modules and parts, and the names of its indexes.

Everything is read, nothing is run. A name claimed here is ``local`` or ``private``; it is not a
ghost and is never sent to a public registry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache

from unghost.domains.packages.verify import ELSEWHERE
from unghost.ecosystems import all_ecosystems, ecosystem
from unghost.ecosystems.base import Ecosystem
from unghost.ecosystems.project import Claim
from unghost.ecosystems.tree import Tree
from unghost.mentions.documents.manifests import find_declared, is_manifest
from unghost.names.imports import prefixes
from unghost.records import Mention, Status

Claimed = tuple[Status, str]
_Claims = Callable[[str, str], Iterable[Claim]]


class Project:
    """A project's files and its clients' settings.

    Args:
        paths: The files, relative to the project's root, with ``/`` between folders.
        read: Returns the text of one of them, None if it cannot be read.
        private: By ecosystem, patterns of canonical names that have an index of their own.
    """

    def __init__(
        self,
        paths: Iterable[str],
        read: Callable[[str], str | None],
        private: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self._tree = Tree(paths)
        self._private = {name: tuple(patterns) for name, patterns in (private or {}).items()}
        self._named: dict[tuple[str, str], Claimed] = {}
        self._declared: dict[str, set[str]] = defaultdict(set)
        self._own: dict[str, _Own] = defaultdict(_Own)
        for path in sorted(self._tree.files):
            self._learn(path, read)

    def claims(self, mention: Mention) -> Claimed | None:
        """See :class:`~unghost.domains.packages.verify.ProjectClaims`."""
        eco = ecosystem(mention.ecosystem)
        names = [eco.canonical(mention.name)]
        # A sentence may call a folder of modules a package, too.
        if mention.kind == "import" or (mention.kind == "prose" and eco.prose.of_modules):
            place = self._own_module(mention.name, mention.source_id, eco)
            if place is not None:
                return "local", f"the project's own: {place}"
        if mention.kind == "import":
            names = [*eco.candidates(mention.name, mention.language or "").names]
        for name in names:
            claim = self._named.get((eco.name, name)) or self._private_claim(eco.name, name)
            if claim is not None:
                return claim
        return None

    def declared(self, eco: str) -> frozenset[str]:
        """See :class:`~unghost.domains.packages.verify.ProjectClaims`."""
        return frozenset(self._declared.get(eco, ()))

    def _private_claim(self, eco: str, name: str) -> Claimed | None:
        for pattern in self._private.get(eco, ()):
            # A pattern without a star covers what lies below it, as GOPRIVATE says.
            if fnmatchcase(name, pattern) or fnmatchcase(name, f"{pattern}/*"):
                return "private", f"{pattern} has an index of its own"
        return None

    def _own_module(self, module: str, path: str, eco: Ecosystem) -> str | None:
        place = eco.own_module(module, path, self._tree)
        own = self._own.get(eco.name)
        return own.place(module, eco, self._tree) if place is None and own is not None else place

    def _learn(self, path: str, read: Callable[[str], str | None]) -> None:
        readers, declares = _claims_of(path), is_manifest(path)
        text = read(path) if readers or declares else None
        if text is None:
            return
        for eco, claims in readers:
            for claim in claims(text, path):
                if claim.kind == "package":
                    self._name(eco, claim.name, "local", claim.said)
                elif claim.name or claim.kind == "folder":
                    self._own[eco].add(claim.kind, claim.name, claim.said)
        for spot in find_declared(text, path) if declares else ():
            known = ecosystem(spot.ecosystem)
            if spot.origin == "registry" and known.is_valid(spot.name):
                self._declared[spot.ecosystem].add(known.canonical(spot.name))
            elif spot.origin in ELSEWHERE:
                status, place = ELSEWHERE[spot.origin]
                self._name(spot.ecosystem, spot.name, status, f"{place}, says {path}")

    def _name(self, eco: str, name: str, status: Status, said: str) -> None:
        if ecosystem(eco).is_valid(name):
            self._named.setdefault((eco, ecosystem(eco).canonical(name)), (status, said))


class _Own:
    """The modules of an ecosystem that a project's files claim."""

    def __init__(self) -> None:
        self._modules: dict[str, str] = {}
        self._folders: dict[str, str] = {}
        # By what stands before the star of a pattern: what stands after it, None without a star,
        # and where it is said.
        self._patterns: dict[str, list[tuple[str | None, str]]] = defaultdict(list)

    def add(self, kind: str, name: str, said: str) -> None:
        """Remember a claim; of two the first counts."""
        if kind == "pattern":
            prefix, star, suffix = name.partition("*")
            self._patterns[prefix].append((suffix if star else None, said))
        else:
            (self._modules if kind == "modules" else self._folders).setdefault(name, said)

    def place(self, module: str, eco: Ecosystem, tree: Tree) -> str | None:
        """Return where it is said that a module is the project's, None if it is not."""
        for end in range(len(module) + 1) if self._patterns else ():
            for suffix, said in self._patterns.get(module[:end], ()):
                rest = module[end:]
                if rest.endswith(suffix) if suffix is not None else not rest:
                    return said
        top, suffixes = module.partition("/")[0], eco.suffixes
        for folder, said in self._folders.items():
            if tree.has_below(folder, top, suffixes):
                return said
        return next((self._modules[p] for p in prefixes(module) if p in self._modules), None)


@lru_cache(maxsize=1)
def _all_claims() -> dict[str, list[tuple[str, _Claims]]]:
    known: dict[str, list[tuple[str, _Claims]]] = defaultdict(list)
    for eco in all_ecosystems():
        for name, read in eco.claims.items():
            known[name].append((eco.name, read))
    return known


def _claims_of(path: str) -> list[tuple[str, _Claims]]:
    """Return what reads the claims of a file, each with its ecosystem."""
    name = path[path.rfind("/") + 1 :]
    dot = name.rfind(".")
    by_suffix = _all_claims().get(f"*{name[dot:]}", []) if dot > 0 else []
    return _all_claims().get(name, []) + by_suffix
