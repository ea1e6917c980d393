"""The one place that builds a domain by its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from unghost.domains.base import Domain
from unghost.plugins.registry import Registry

PACKAGES = "packages"
"""The default domain."""

DOMAINS: Registry[Callable[[str | None], Domain]] = Registry(
    "domain",
    "unghost.domains",
    callable,
    {PACKAGES: "unghost.domains.packages.domain:open_packages"},
)
"""Makers of domains: each takes what says what exists (None: the domain's own choice)."""


def load_domain(name: str = PACKAGES, universe: str | None = None) -> Domain:
    """Build a domain.

    Args:
        name: A registered name, ``module:attribute`` of a maker, or the path of a TOML file that
            declares one (:mod:`unghost.domains.declared`).
        universe: What says what exists, in the domain's own terms; None leaves it to the domain.

    Raises:
        UnghostError: The domain is unknown, or a file that it needs is missing or damaged.
    """
    if name.endswith(".toml"):
        from unghost.domains.declared import open_declared

        made: Domain = open_declared(Path(name), universe)
    else:
        made = DOMAINS.get(name)(universe)
    made.check()
    return made
