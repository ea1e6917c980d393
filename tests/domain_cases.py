"""The packages domain as tests ask it, on the demo universe."""

from __future__ import annotations

from unghost.domains.packages.domain import PackagesDomain
from unghost.names.universe import load_universe

PACKAGES = PackagesDomain(load_universe("demo"))
ask, hedge, follow_up = PACKAGES.ask, PACKAGES.hedge, PACKAGES.follow_up
