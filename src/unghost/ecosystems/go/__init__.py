"""Go modules: served by the module proxy, and named by the path that code imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unghost.ecosystems.base import QUOTES, Asking, Clue, Ecosystem, Hook, Manifest, Prose
from unghost.ecosystems.go.commands import COMMANDS
from unghost.ecosystems.go.languages import CLAIMS, LANGUAGES
from unghost.ecosystems.go.manifests import read_mod, read_sum, read_vendored
from unghost.ecosystems.go.paths import candidates, canonical, is_builtin, is_module

if TYPE_CHECKING:
    from unghost.ecosystems.registry import RegistrySpec


def _load_registry() -> RegistrySpec:
    # Only pulling and asking need it, and it takes long to import.
    from unghost.ecosystems.go.registry import REGISTRY

    return REGISTRY


def _is_mod(root: None, text: str) -> bool:
    return text.startswith(("module ", "require (")) and "\n\t" in text and "/" in text


ECOSYSTEM = Ecosystem(
    name="go",
    title="Go",
    asking=Asking("Go modules", language="Go", install="go get", manifest="go.mod"),
    canonical=canonical,
    is_valid=is_module,
    load_registry=_load_registry,
    commands=COMMANDS,
    manifests=(
        Manifest(
            ("go.mod",),
            read_mod,
            root=True,
            comment="// ",
            leads=("require ",),
            tags="go.mod gomod go-mod",
            fences="go golang",
        ),
        Manifest(("go.work",), read_mod),
        Manifest(("go.sum", "go.work.sum"), read_sum, lock=True),
        Manifest(("vendor/modules.txt",), read_vendored, lock=True),
    ),
    clues=(Clue("text", "go.mod", _is_mod, turn=1),),
    languages=LANGUAGES,
    is_builtin=is_builtin,
    nested=True,
    candidates=candidates,
    claims=CLAIMS,
    prose=Prose(hints="golang", modules="go"),
    hook=Hook("golang"),
    affixes=("go",),
    terminators={
        "install": (*QUOTES, b"@", b"/", b";", b"&", b"|", b")"),
        "import": (
            *QUOTES,
            b"/",
        ),
        "list": (*QUOTES, b"@", b",", b";", b":", b")"),
    },
)
