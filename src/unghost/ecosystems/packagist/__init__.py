"""Packagist: the packages of PHP."""

from __future__ import annotations

from unghost.ecosystems.base import QUOTES, Ecosystem, Manifest, Prose
from unghost.ecosystems.packagist.commands import COMMANDS
from unghost.ecosystems.packagist.languages import CLAIMS, LANGUAGES
from unghost.ecosystems.packagist.locks import read_lock
from unghost.ecosystems.packagist.manifests import read_composer
from unghost.ecosystems.packagist.names import candidates, canonical, is_builtin, is_valid
from unghost.ecosystems.registry import Registry


def _load_registry() -> Registry:
    # Only pulling and asking need it, and it takes long to import.
    from unghost.ecosystems.packagist.registry import REGISTRY

    return REGISTRY


ECOSYSTEM = Ecosystem(
    name="packagist",
    title="Packagist",
    canonical=canonical,
    is_valid=is_valid,
    load_registry=_load_registry,
    commands=COMMANDS,
    manifests=(
        Manifest(("composer.json",), read_composer, root=True),
        Manifest(("composer.lock",), read_lock, lock=True),
    ),
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
