"""What is installed in a Python environment, read from its metadata; nothing is imported."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.machinery import all_suffixes
from importlib.metadata import Distribution, distributions
from pathlib import Path, PurePosixPath

from unghost.ecosystems.pypi.names import canonical
from unghost.names.imports import ImportMap

_SUFFIXES = tuple(sorted(all_suffixes(), key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Installed:
    """An environment.

    Attributes:
        names: Canonical names of the distributions.
        imports: Which of them provides a module, down to the parts of namespace packages.
        elsewhere: Those that were installed from a folder, a repository or an address.
    """

    names: frozenset[str]
    imports: ImportMap
    elsewhere: frozenset[str]


def read_installed(folders: Iterable[Path]) -> Installed:
    """Read the metadata in site-packages folders.

    Source: the specifications of recorded installations (``RECORD``, ``top_level.txt``,
    ``direct_url.json``); found, not inferred.
    """
    facts: dict[str, list[str]] = {}
    names, elsewhere = set(), set()
    for distribution in distributions(path=[str(folder) for folder in folders]):
        try:
            name = canonical(distribution.metadata["Name"])
        except (KeyError, TypeError, AttributeError):
            continue
        names.add(name)
        if _is_elsewhere(distribution):
            elsewhere.add(name)
        for module in sorted(set(_modules(distribution))):
            if name not in facts.setdefault(module, []):
                facts[module].append(name)
    return Installed(
        frozenset(names), ImportMap(facts, "installed", installed=True), frozenset(elsewhere)
    )


def _modules(distribution: Distribution) -> Iterator[str]:
    """Give the outermost modules of a distribution that are its own and no bare namespace."""
    paths = [PurePosixPath(str(path)) for path in distribution.files or ()]
    packages = {path.parent for path in paths if path.name.split(".")[0] == "__init__"}
    found = False
    for path in paths:
        module = _module(path)
        if module is None or any(parent in packages for parent in path.parents[1:-1]):
            continue
        inner = path.parent in packages
        if inner and path.name.split(".")[0] != "__init__":
            continue
        found = True
        yield ".".join(path.parent.parts if inner else (*path.parent.parts, module))
    if not found:
        # An editable installation records a link, and names its modules apart.
        yield from (distribution.read_text("top_level.txt") or "").split()


def _module(path: PurePosixPath) -> str | None:
    parts = path.parts
    if ".." in parts or not parts or parts[0].endswith((".dist-info", ".data", ".egg-info")):
        return None
    if not all(part.isidentifier() for part in parts[:-1]):
        return None
    for suffix in _SUFFIXES:
        if path.name.endswith(suffix):
            stem = path.name.removesuffix(suffix)
            return stem if stem.isidentifier() else None
    return None


def _is_elsewhere(distribution: Distribution) -> bool:
    try:
        return bool(json.loads(distribution.read_text("direct_url.json") or "{}").get("url"))
    except (ValueError, AttributeError):
        return False
