"""C#, and the namespaces that are a project's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from unghost.ecosystems.base import Language
from unghost.ecosystems.project import Claim
from unghost.ecosystems.spot import Spot
from unghost.syntax.grammar import Grammar
from unghost.syntax.xml_text import read_xml

GRAMMAR = Grammar("tree_sitter_c_sharp", remarks=(b"//",))
_NAMES = ("RootNamespace", "AssemblyName")


def _find(text: str, language: str) -> list[Spot]:
    from unghost.ecosystems.nuget.imports import find_imports

    return find_imports(text, language)


def _claims(text: str, path: str) -> Iterator[Claim]:
    yield Claim("modules", PurePosixPath(path).stem, path)
    root = read_xml(text)
    for element in root.walk() if root is not None else ():
        if element.tag in _NAMES and element.text is not None:
            yield Claim("modules", element.text.text, path)


LANGUAGES = (
    Language(
        name="csharp",
        find=_find,
        suffixes="cs csx",
        tags="csharp c# cs dotnet",
        grammar=GRAMMAR,
        leads=("using ",),
        turn=8,
    ),
)
CLAIMS = {"*.csproj": _claims, "*.fsproj": _claims}
