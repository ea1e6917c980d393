"""npm: what its registry serves, for JavaScript and TypeScript."""

from __future__ import annotations

from unghost.ecosystems.base import QUOTES, Ecosystem, Manifest, Registry
from unghost.ecosystems.npm.builtins import is_builtin
from unghost.ecosystems.npm.commands import COMMANDS
from unghost.ecosystems.npm.locks import read_bun, read_deno_lock, read_npm, read_pnpm
from unghost.ecosystems.npm.manifests import read_deno, read_package, read_workspace
from unghost.ecosystems.npm.names import candidates, canonical, is_valid
from unghost.ecosystems.npm.yarn import read_yarn


def _load_registry() -> Registry:
    # Only pulling and asking need it, and it takes long to import.
    from unghost.ecosystems.npm.registry import REGISTRY

    return REGISTRY


ECOSYSTEM = Ecosystem(
    name="npm",
    title="npm",
    canonical=canonical,
    is_valid=is_valid,
    load_registry=_load_registry,
    commands=COMMANDS,
    manifests=(
        Manifest(("package.json",), read_package),
        Manifest(("pnpm-workspace.yaml",), read_workspace),
        Manifest(("deno.json", "deno.jsonc", "import_map.json", "importmap.json"), read_deno),
        Manifest(
            ("package-lock.json", "npm-shrinkwrap.json", ".package-lock.json"), read_npm, lock=True
        ),
        Manifest(("yarn.lock",), read_yarn, lock=True),
        Manifest(("pnpm-lock.yaml",), read_pnpm, lock=True),
        Manifest(("bun.lock",), read_bun, lock=True),
        Manifest(("deno.lock",), read_deno_lock, lock=True),
    ),
    languages=("javascript", "typescript"),
    is_builtin=is_builtin,
    candidates=candidates,
    terminators={
        "install": (*QUOTES, b"@", b";", b"&", b"|", b")"),
        "import": (
            *QUOTES,
            b"/",
        ),
        "list": (*QUOTES, b"@", b",", b";", b":", b")"),
    },
)
