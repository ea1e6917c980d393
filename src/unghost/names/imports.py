"""Distributions by the modules that they provide: module and package names often differ."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from unghost.ecosystems import DEFAULT

_DATA = Path(__file__).parents[1] / "data" / "imports"
_SEPARATORS = "./\\:"
"""What stands between the parts of a module's name, in one language or another."""


class Provider(NamedTuple):
    """A distribution that provides a module, and why we think so."""

    distribution: str
    evidence: str
    installed: bool = False


class ImportMap:
    """Facts that map modules to distributions.

    Args:
        facts: For a module (in the writing of its language) the canonical names of the
            distributions that provide it.
        evidence: Where the facts come from, said with each answer.
        installed: Whether they are what is installed, so that a distribution which no snapshot
            knows is still no ghost.
    """

    def __init__(
        self, facts: Mapping[str, Sequence[str]], evidence: str, *, installed: bool = False
    ) -> None:
        self._facts, self._evidence, self._installed = dict(facts), evidence, installed
        self._namespaces: dict[str, list[str]] = {}
        for module in sorted(self._facts):
            for prefix in list(prefixes(module))[1:]:
                self._namespaces.setdefault(prefix, []).append(module)

    def distributions(self, module: str) -> tuple[Provider, ...]:
        """Return the providers of a module by its longest prefix that is known."""
        for prefix in prefixes(module):
            if prefix in self._facts:
                said = f"{self._evidence}: {prefix}"
                return self._providers(self._facts[prefix], said)
        return ()

    def namespace(self, module: str) -> tuple[Provider, ...]:
        """Return the providers of something inside a module that no distribution has for itself."""
        return tuple(
            provider
            for inner in self._namespaces.get(module, ())
            for provider in self._providers(
                self._facts[inner], f"{self._evidence}: a namespace of {inner}"
            )
        )

    def modules(self) -> Iterable[str]:
        """Return the top-level modules that are known."""
        return sorted({module.partition(".")[0] for module in self._facts})

    def _providers(self, names: Sequence[str], said: str) -> tuple[Provider, ...]:
        return tuple(Provider(name, said, self._installed) for name in names)


def prefixes(module: str) -> Iterator[str]:
    """Return a module and the modules that it is inside of, longest first."""
    while module:
        yield module
        cut = max(module.rfind(mark) for mark in _SEPARATORS)
        module = module[: max(cut, 0)].rstrip(_SEPARATORS)


@lru_cache(maxsize=16)
def bundled_imports(ecosystem: str = DEFAULT) -> ImportMap:
    """Return the table of facts that comes with unghost, empty where an ecosystem needs none."""
    table = _DATA / f"{ecosystem}.json"
    facts = json.loads(table.read_text(encoding="utf-8")) if table.is_file() else {}
    return ImportMap(facts, "import map")
