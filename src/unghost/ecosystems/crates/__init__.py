"""crates.io: the crates of Rust."""

from __future__ import annotations

from unghost.ecosystems.base import QUOTES, Ecosystem, Manifest, Registry
from unghost.ecosystems.crates.commands import COMMANDS
from unghost.ecosystems.crates.manifests import read_lock, read_manifest
from unghost.ecosystems.crates.names import candidates, canonical, is_builtin, is_valid


def _load_registry() -> Registry:
    # Only pulling and asking need it, and it takes long to import.
    from unghost.ecosystems.crates.registry import REGISTRY

    return REGISTRY


ECOSYSTEM = Ecosystem(
    name="crates",
    title="crates.io",
    canonical=canonical,
    is_valid=is_valid,
    load_registry=_load_registry,
    commands=COMMANDS,
    manifests=(
        Manifest(("Cargo.toml",), read_manifest),
        Manifest(("Cargo.lock",), read_lock, lock=True),
    ),
    languages=("rust",),
    is_builtin=is_builtin,
    candidates=candidates,
    separators=b"-_",
    folds_case=True,
    folds_runs=False,
    terminators={
        "install": (*QUOTES, b"@", b";", b"&", b"|", b")"),
        "import": (*QUOTES, b"::", b";", b",", b"}"),
        "list": (*QUOTES, b"@", b",", b";", b":", b")"),
    },
)
