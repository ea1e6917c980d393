"""npm: what its registry serves, for JavaScript and TypeScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unghost.ecosystems.base import QUOTES, Asking, Clue, Ecosystem, Hook, Manifest, Prose
from unghost.ecosystems.npm.builtins import is_builtin
from unghost.ecosystems.npm.commands import COMMANDS
from unghost.ecosystems.npm.languages import CLAIMS, LANGUAGES
from unghost.ecosystems.npm.locks import read_bun, read_deno_lock, read_npm, read_pnpm
from unghost.ecosystems.npm.manifests import read_deno, read_package, read_workspace
from unghost.ecosystems.npm.names import candidates, canonical, is_valid
from unghost.ecosystems.npm.yarn import read_yarn
from unghost.ecosystems.project import Environments
from unghost.syntax.document import held

if TYPE_CHECKING:
    from unghost.ecosystems.registry import RegistrySpec


def _load_registry() -> RegistrySpec:
    # Only pulling and asking need it, and it takes long to import.
    from unghost.ecosystems.npm.registry import REGISTRY

    return REGISTRY


_CODE = "javascript js"
_GROUPS = frozenset({"dependencies", "devDependencies", "peerDependencies", "optionalDependencies"})

ECOSYSTEM = Ecosystem(
    name="npm",
    title="npm",
    asking=Asking(
        "npm packages", language="JavaScript", install="npm install", manifest="package.json"
    ),
    canonical=canonical,
    is_valid=is_valid,
    load_registry=_load_registry,
    commands=COMMANDS,
    manifests=(
        Manifest(("package.json",), read_package, root=True, also="scripts", fences=_CODE),
        Manifest(("pnpm-workspace.yaml",), read_workspace),
        Manifest(("deno.json", "deno.jsonc"), read_deno, also="scripts", fences=_CODE),
        Manifest(("import_map.json", "importmap.json"), read_deno, fences=_CODE),
        Manifest(
            ("package-lock.json", "npm-shrinkwrap.json", ".package-lock.json"), read_npm, lock=True
        ),
        Manifest(("yarn.lock",), read_yarn, lock=True),
        Manifest(("pnpm-lock.yaml",), read_pnpm, lock=True),
        Manifest(("bun.lock",), read_bun, lock=True),
        Manifest(("deno.lock",), read_deno_lock, lock=True),
    ),
    clues=(
        Clue(
            "json",
            "package-lock.json",
            lambda root, text: root.get("lockfileVersion") is not None,
            turn=1,
        ),
        Clue("json", "package.json", lambda root, text: not _GROUPS.isdisjoint(held(root)), turn=3),
        Clue("json", "deno.json", lambda root, text: bool(root.table("imports").entries), turn=4),
    ),
    languages=LANGUAGES,
    is_builtin=is_builtin,
    candidates=candidates,
    claims=CLAIMS,
    environments=Environments(folders=frozenset({"node_modules"})),
    prose=Prose(
        hints="npm node node.js nodejs yarn pnpm javascript typescript package.json",
        modules="npm node node.js",
    ),
    hook=Hook("node", mark="@"),
    affixes=("js", "node"),
    terminators={
        "install": (*QUOTES, b"@", b";", b"&", b"|", b")"),
        "import": (
            *QUOTES,
            b"/",
        ),
        "list": (*QUOTES, b"@", b",", b";", b":", b")"),
    },
)
