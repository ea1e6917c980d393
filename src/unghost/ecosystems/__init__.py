"""The ecosystems that unghost knows, one module each; a new module here is a new ecosystem."""

from __future__ import annotations

import pkgutil
from functools import lru_cache
from importlib import import_module

from unghost.ecosystems.base import Ecosystem
from unghost.errors import UnghostError

_NOT_ONE = frozenset({"base", "feeds", "project", "registry", "source", "spot", "tree"})
"""Modules here that ecosystems have in common."""


DEFAULT = "pypi"
"""The default ecosystem of names."""


@lru_cache(maxsize=1)
def ecosystem_names() -> tuple[str, ...]:
    """Return the identifiers of all ecosystems, sorted."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in found if name not in _NOT_ONE))


@lru_cache(maxsize=32)
def ecosystem(name: str) -> Ecosystem:
    """Return an ecosystem by its identifier.

    Raises:
        UnghostError: There is none of that name.
    """
    if name not in ecosystem_names():
        known = ", ".join(ecosystem_names())
        raise UnghostError(f"the ecosystem {name[:80]!r} is not known: use one of {known}")
    declared = import_module(f"{__name__}.{name}").ECOSYSTEM
    assert isinstance(declared, Ecosystem)
    return declared


@lru_cache(maxsize=1)
def all_ecosystems() -> tuple[Ecosystem, ...]:
    """Return all ecosystems, by identifier."""
    return tuple(ecosystem(name) for name in ecosystem_names())
