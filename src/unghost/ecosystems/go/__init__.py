"""Go modules: what the module proxy serves, named by the path that code imports."""

from __future__ import annotations

from unghost.ecosystems.base import QUOTES, Ecosystem, Manifest, Registry
from unghost.ecosystems.go.commands import COMMANDS
from unghost.ecosystems.go.manifests import read_mod, read_sum, read_vendored
from unghost.ecosystems.go.paths import candidates, canonical, is_builtin, is_module


def _load_registry() -> Registry:
    # Only pulling and asking need it, and it takes long to import.
    from unghost.ecosystems.go.registry import REGISTRY

    return REGISTRY


ECOSYSTEM = Ecosystem(
    name="go",
    title="Go",
    canonical=canonical,
    is_valid=is_module,
    load_registry=_load_registry,
    commands=COMMANDS,
    manifests=(
        Manifest(("go.mod", "go.work"), read_mod),
        Manifest(("go.sum", "go.work.sum"), read_sum, lock=True),
        Manifest(("vendor/modules.txt",), read_vendored, lock=True),
    ),
    languages=("go",),
    is_builtin=is_builtin,
    nested=True,
    candidates=candidates,
    terminators={
        "install": (*QUOTES, b"@", b"/", b";", b"&", b"|", b")"),
        "import": (
            *QUOTES,
            b"/",
        ),
        "list": (*QUOTES, b"@", b",", b";", b":", b")"),
    },
)
