"""Packages installed in Python environments, from their metadata; nothing is imported."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.machinery import all_suffixes
from importlib.metadata import Distribution, distributions
from pathlib import Path

from unghost.ecosystems.project import Installed
from unghost.ecosystems.pypi.names import canonical

_PLACES = (".venv", "venv")
# A package in C may show by its stubs alone that it is one.
_SUFFIXES = tuple(sorted((*all_suffixes(), ".pyi"), key=len, reverse=True))


def installed_for(
    root: Path, environ: Mapping[str, str], is_made_here: Callable[[str], bool]
) -> Installed | None:
    """Read what is installed in a project's environments and in the one that is active.

    Args:
        root: The project's folder.
        environ: Environment variables.
        is_made_here: Returns whether a folder below the project's did not come with it; one that
            did may be anybody's work and is not read.

    Returns:
        None without an environment.
    """
    active = environ.get("VIRTUAL_ENV") or environ.get("CONDA_PREFIX")
    ours = [Path(active)] if active else []
    inside = [root / place for place in _PLACES if (root / place).is_dir()]
    made = [place for place in inside if place not in ours and is_made_here(place.name)]
    folders = [folder for place in (*made, *ours) for folder in _site_packages(place)]
    return read_installed(folders) if folders else None


def _site_packages(environment: Path) -> list[Path]:
    try:
        found = [*environment.glob("lib/python3*/site-packages"), environment / "Lib/site-packages"]
        return [folder for folder in found if folder.is_dir()]
    except OSError:
        return []


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
    return Installed(frozenset(names), facts, frozenset(elsewhere))


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
