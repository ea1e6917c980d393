"""crates.io: the crates of Rust."""

from __future__ import annotations

from unghost.ecosystems.base import QUOTES, Ecosystem, Manifest
from unghost.ecosystems.crates.commands import COMMANDS
from unghost.ecosystems.crates.manifests import read_lock, read_manifest
from unghost.ecosystems.crates.names import candidates, canonical, is_builtin, is_valid
from unghost.ecosystems.crates.registry import REGISTRY

ECOSYSTEM = Ecosystem(
    name="crates",
    title="crates.io",
    canonical=canonical,
    is_valid=is_valid,
    registry=REGISTRY,
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
