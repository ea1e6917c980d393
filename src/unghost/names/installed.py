"""What is installed in a Python environment, read from its metadata; nothing is imported."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.machinery import all_suffixes
from importlib.metadata import Distribution, distributions
from pathlib import Path

from unghost.ecosystems.pypi.names import canonical
from unghost.names.imports import ImportMap

# A package in C may show by its stubs alone that it is one.
_SUFFIXES = tuple(sorted((*all_suffixes(), ".pyi"), key=len, reverse=True))


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
    """Read the metadata in site-packages folders; of what is damaged nothing is taken.

    Source: the specifications of recorded installations (``RECORD``, ``top_level.txt``,
    ``direct_url.json``); found, not inferred.
    """
    facts: dict[str, list[str]] = {}
    names, elsewhere = set(), set()
    for distribution in distributions(path=[str(folder) for folder in folders]):
        try:
            name = canonical(distribution.metadata["Name"])
            modules = sorted(set(_modules(distribution)))
        except (KeyError, TypeError, AttributeError, ValueError, OSError, csv.Error):
            continue
        names.add(name)
        if _is_elsewhere(distribution):
            elsewhere.add(name)
        for module in modules:
            if name not in facts.setdefault(module, []):
                facts[module].append(name)
    return Installed(
        frozenset(names), ImportMap(facts, "installed", installed=True), frozenset(elsewhere)
    )


def _modules(distribution: Distribution) -> Iterator[str]:
    """Return the outermost modules of a distribution that are its own and no bare namespace."""
    files = _files(distribution)
    packages = {folder for folder, stem in files if stem == "__init__"}
    found = False
    for folder, stem in files:
        if any(outer in packages for outer in _outer(folder)):
            continue
        inner = folder in packages
        if inner and stem != "__init__":
            continue
        found = True
        yield ".".join((*folder, *(() if inner else (stem,))))
    if not found:
        # An editable installation records a link, and names its modules apart.
        yield from (distribution.read_text("top_level.txt") or "").split()


def _files(distribution: Distribution) -> list[tuple[tuple[str, ...], str]]:
    """Return the files that are modules: the folders that each is in, and its own name."""
    # ``Distribution.files`` makes an object of each line, which takes a second where much is
    # installed; only an egg's lists, of which there are few, are left to it.
    record = distribution.read_text("RECORD")
    if record is None:
        paths = [str(path) for path in distribution.files or ()]
    else:
        paths = [row[0] for row in csv.reader(record.splitlines()) if row]
    return [module for module in map(_module, paths) if module is not None]


def _outer(folder: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return (folder[:end] for end in range(1, len(folder)))


def _module(path: str) -> tuple[tuple[str, ...], str] | None:
    ending = next((suffix for suffix in _SUFFIXES if path.endswith(suffix)), None)
    if ending is None:
        return None
    *folder, stem = path.removesuffix(ending).split("/")
    if folder and folder[0].endswith((".dist-info", ".data", ".egg-info")):
        return None
    if not stem.isidentifier() or not all(part.isidentifier() for part in folder):
        return None
    return tuple(folder), stem


def _is_elsewhere(distribution: Distribution) -> bool:
    try:
        return bool(json.loads(distribution.read_text("direct_url.json") or "{}").get("url"))
    except (ValueError, AttributeError):
        return False
