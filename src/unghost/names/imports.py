"""Which distribution provides a module: what is imported is often not what is installed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Provider:
    """A distribution that provides a module, and why we think so."""

    distribution: str
    evidence: str


class ImportMap:
    """Facts that map modules to distributions.

    Args:
        facts: For a dotted module the canonical names of the distributions that provide it.
        evidence: Where the facts come from, said with each answer.
    """

    def __init__(self, facts: Mapping[str, Sequence[str]], evidence: str) -> None:
        self._facts, self._evidence = dict(facts), evidence

    def distributions(self, module: str) -> tuple[Provider, ...]:
        """Give the providers of a module by its longest dotted prefix that is known."""
        prefix = module
        while prefix:
            if prefix in self._facts:
                return tuple(
                    Provider(name, f"{self._evidence}: {prefix}") for name in self._facts[prefix]
                )
            prefix = prefix.rpartition(".")[0]
        return ()

    def modules(self) -> Iterable[str]:
        """Give the top-level modules that are known."""
        return sorted({module.partition(".")[0] for module in self._facts})


@lru_cache(maxsize=1)
def bundled_imports() -> ImportMap:
    """Give the table of facts that comes with unghost."""
    text = files("unghost").joinpath("data/imports.json").read_text(encoding="utf-8")
    return ImportMap(json.loads(text), "import map")
