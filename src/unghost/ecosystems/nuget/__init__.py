"""NuGet: the packages of .NET."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from unghost.ecosystems.base import QUOTES, Asking, Clue, Ecosystem, Manifest, Prose
from unghost.ecosystems.nuget.commands import COMMANDS
from unghost.ecosystems.nuget.languages import CLAIMS, LANGUAGES
from unghost.ecosystems.nuget.locks import read_lock
from unghost.ecosystems.nuget.manifests import (
    read_config,
    read_global,
    read_nuspec,
    read_project,
    read_tools,
)
from unghost.ecosystems.nuget.names import candidates, canonical, is_builtin, is_valid
from unghost.ecosystems.nuget.paket import read_paket, read_paket_lock, read_paket_references
from unghost.ecosystems.nuget.scripts import read_cake, read_csharp_script, read_fsharp_script
from unghost.syntax.xml_text import Element

if TYPE_CHECKING:
    from unghost.ecosystems.registry import RegistrySpec


def _load_registry() -> RegistrySpec:
    # Only pulling and asking need it, and it takes long to import.
    from unghost.ecosystems.nuget.registry import REGISTRY

    return REGISTRY


_LEADS = {"PackageReference": "<Project><ItemGroup>", "ItemGroup": "<Project>", "Project": ""}
"""What stands around a part of a project, by the part's first element."""


def _is_part(tag: str) -> Callable[[Element, str], bool]:
    return lambda root, text: root.tag == tag


ECOSYSTEM = Ecosystem(
    name="nuget",
    title="NuGet",
    asking=Asking("NuGet packages", language="C#", install="dotnet add package"),
    canonical=canonical,
    is_valid=is_valid,
    load_registry=_load_registry,
    commands=COMMANDS,
    manifests=(
        Manifest(("*.csproj",), read_project, tags="csproj"),
        Manifest(("*.fsproj", "*.vbproj", "*.props", "*.targets"), read_project),
        Manifest(("packages.config", "packages.*.config"), read_config),
        Manifest(("*.nuspec",), read_nuspec),
        Manifest(("dotnet-tools.json",), read_tools),
        Manifest(("global.json",), read_global),
        Manifest(("packages.lock.json", "packages.*.lock.json"), read_lock, lock=True),
        Manifest(("paket.dependencies",), read_paket),
        Manifest(("paket.references",), read_paket_references),
        Manifest(("paket.lock",), read_paket_lock, lock=True),
        Manifest(("*.csx",), read_csharp_script),
        Manifest(("*.fsx", "*.fsscript"), read_fsharp_script),
        Manifest(("*.cake",), read_cake),
    ),
    clues=(
        *(Clue("xml", "x.csproj", _is_part(tag), lead) for tag, lead in _LEADS.items()),
        Clue("xml", "packages.config", _is_part("packages")),
    ),
    languages=LANGUAGES,
    is_builtin=is_builtin,
    lists_builtins=False,
    candidates=candidates,
    claims=CLAIMS,
    prose=Prose(hints="nuget nuget.org .net dotnet c#"),
    folds_case=True,
    terminators={
        "install": (*QUOTES, b"@", b":", b";", b"&", b"|", b")"),
        "manifest": (*QUOTES, b",", b";"),
        "import": (*QUOTES, b".", b";"),
        "list": (*QUOTES, b"@", b",", b";", b":", b")"),
    },
)
