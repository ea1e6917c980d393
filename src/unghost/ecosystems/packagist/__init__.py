"""Packagist: the packages of PHP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unghost.ecosystems.base import QUOTES, Asking, Clue, Ecosystem, Manifest, Prose
from unghost.ecosystems.packagist.commands import COMMANDS
from unghost.ecosystems.packagist.languages import CLAIMS, LANGUAGES
from unghost.ecosystems.packagist.locks import read_lock
from unghost.ecosystems.packagist.manifests import read_composer
from unghost.ecosystems.packagist.names import candidates, canonical, is_builtin, is_valid
from unghost.syntax.document import Array, Table

if TYPE_CHECKING:
    from unghost.ecosystems.registry import RegistrySpec


def _load_registry() -> RegistrySpec:
    # Only pulling and asking need it, and it takes long to import.
    from unghost.ecosystems.packagist.registry import REGISTRY

    return REGISTRY


def _is_composer(root: Table, text: str) -> bool:
    return any(
        key.text in ("require", "require-dev") and isinstance(value, Table | Array)
        for key, value in root.entries
    )


ECOSYSTEM = Ecosystem(
    name="packagist",
    title="Packagist",
    asking=Asking(
        "Composer packages (vendor/name)",
        language="PHP",
        install="composer require",
        manifest="composer.json",
    ),
    canonical=canonical,
    is_valid=is_valid,
    load_registry=_load_registry,
    commands=COMMANDS,
    manifests=(
        Manifest(("composer.json",), read_composer, root=True, also="scripts"),
        Manifest(("composer.lock",), read_lock, lock=True),
    ),
    clues=(Clue("json", "composer.json", _is_composer, turn=2),),
    languages=LANGUAGES,
    is_builtin=is_builtin,
    lists_builtins=False,
    candidates=candidates,
    claims=CLAIMS,
    prose=Prose(hints="packagist packagist.org composer php composer.json"),
    folds_case=True,
    terminators={
        "install": (*QUOTES, b":", b"=", b"@", b";", b"&", b"|", b")"),
        "import": (*QUOTES, b"\\", b";", b","),
        "list": (*QUOTES, b":", b"@", b",", b";", b")"),
    },
)
