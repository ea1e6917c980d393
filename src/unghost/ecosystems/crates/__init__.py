"""crates.io: the crates of Rust."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unghost.ecosystems.base import QUOTES, Asking, Clue, Ecosystem, Hook, Manifest, Prose
from unghost.ecosystems.crates.commands import COMMANDS
from unghost.ecosystems.crates.languages import CLAIMS, LANGUAGES, own_module
from unghost.ecosystems.crates.manifests import read_lock, read_manifest
from unghost.ecosystems.crates.names import candidates, canonical, is_builtin, is_valid
from unghost.syntax.document import held

if TYPE_CHECKING:
    from unghost.ecosystems.registry import RegistrySpec


def _load_registry() -> RegistrySpec:
    # Only pulling and asking need it, and it takes long to import.
    from unghost.ecosystems.crates.registry import REGISTRY

    return REGISTRY


_SECTIONS = frozenset({"dependencies", "dev-dependencies", "build-dependencies", "workspace"})

ECOSYSTEM = Ecosystem(
    name="crates",
    title="crates.io",
    asking=Asking("Rust crates", language="Rust", install="cargo add", manifest="Cargo.toml"),
    canonical=canonical,
    is_valid=is_valid,
    load_registry=_load_registry,
    commands=COMMANDS,
    manifests=(
        Manifest(("Cargo.toml",), read_manifest, root=True),
        Manifest(("Cargo.lock",), read_lock, lock=True),
    ),
    clues=(
        Clue(
            "toml",
            "Cargo.toml",
            lambda root, text: not _SECTIONS.isdisjoint(held(root)),
            words=("dependencies",),
            turn=4,
        ),
    ),
    languages=LANGUAGES,
    is_builtin=is_builtin,
    candidates=candidates,
    own_module=own_module,
    claims=CLAIMS,
    prose=Prose(hints="crate crates crates.io cargo rust cargo.toml", nouns="crate crates"),
    hook=Hook("rust", prefix="cli:"),
    affixes=("rs",),
    separators=b"-_",
    folds_case=True,
    folds_runs=False,
    terminators={
        "install": (*QUOTES, b"@", b";", b"&", b"|", b")"),
        "import": (*QUOTES, b"::", b";", b",", b"}"),
        "list": (*QUOTES, b"@", b",", b";", b":", b")"),
    },
)
