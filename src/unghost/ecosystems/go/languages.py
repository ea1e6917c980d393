"""Go, and the modules that a project is."""

from __future__ import annotations

from collections.abc import Iterator

from unghost.ecosystems.base import Language
from unghost.ecosystems.project import Claim
from unghost.ecosystems.spot import Spot
from unghost.syntax.grammar import Grammar

GRAMMAR = Grammar("tree_sitter_go", remarks=(b"//",))


def _find(text: str, language: str) -> list[Spot]:
    from unghost.ecosystems.go.imports import find_imports

    return find_imports(text, language)


def _claims(text: str, path: str) -> Iterator[Claim]:
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["module"] and len(words) > 1:
            yield Claim("modules", words[1].strip('"`'), path)
            return


LANGUAGES = (
    Language(
        name="go",
        find=_find,
        suffixes="go",
        tags="go golang",
        grammar=GRAMMAR,
        leads=("package ", "import "),
        turn=4,
    ),
)
CLAIMS = {"go.mod": _claims}
