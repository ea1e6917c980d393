"""C#, and the namespaces that are a project's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from unghost.ecosystems.base import Language, on_first_call
from unghost.ecosystems.project import Claim
from unghost.syntax.grammar import Grammar
from unghost.syntax.xml_text import read_xml

GRAMMAR = Grammar("tree_sitter_c_sharp", remarks=(b"//",))
_NAMES = ("RootNamespace", "AssemblyName")


def _claims(text: str, path: str) -> Iterator[Claim]:
    yield Claim("modules", PurePosixPath(path).stem, path)
    root = read_xml(text)
    for element in root.walk() if root is not None else ():
        if element.tag in _NAMES and element.text is not None:
            yield Claim("modules", element.text.text, path)


LANGUAGES = (
    Language(
        name="csharp",
        find=on_first_call("unghost.ecosystems.nuget.imports:find_imports"),
        suffixes="cs csx",
        tags="csharp c# cs dotnet",
        grammar=GRAMMAR,
        leads=("using ",),
        turn=8,
    ),
)
CLAIMS = {"*.csproj": _claims, "*.fsproj": _claims}
