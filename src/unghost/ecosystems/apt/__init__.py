"""Debian's apt: the packages of Debian and what is built on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unghost.ecosystems.apt.commands import COMMANDS
from unghost.ecosystems.apt.manifests import read_control, read_list
from unghost.ecosystems.apt.names import canonical, is_valid
from unghost.ecosystems.base import QUOTES, Asking, Ecosystem, Manifest, Prose

if TYPE_CHECKING:
    from unghost.ecosystems.registry import RegistrySpec


def _load_registry() -> RegistrySpec:
    # Only pulling and asking need it, and it takes long to import.
    from unghost.ecosystems.apt.registry import REGISTRY

    return REGISTRY


ECOSYSTEM = Ecosystem(
    name="apt",
    title="Debian",
    asking=Asking("Debian packages", install="apt-get install"),
    canonical=canonical,
    is_valid=is_valid,
    load_registry=_load_registry,
    commands=COMMANDS,
    manifests=(
        Manifest(("debian/control", "debian/control.in", "DEBIAN/control"), read_control),
        Manifest(("debian/tests/control",), read_control),
        Manifest(("Aptfile", "apt.txt"), read_list),
    ),
    prose=Prose(hints="apt apt-get debian ubuntu", by_name=False),
    terminators={
        "install": (*QUOTES, b"=", b"/", b":", b";", b"&", b"|", b")"),
        "manifest": (*QUOTES, b",", b"|", b"(", b":"),
        "list": (*QUOTES, b"=", b",", b";", b":", b")"),
    },
)
