"""Go as a language, and a project's own modules."""

from __future__ import annotations

from collections.abc import Iterator

from unghost.ecosystems.base import Language, on_first_call
from unghost.ecosystems.project import Claim
from unghost.syntax.grammar import Grammar

GRAMMAR = Grammar("tree_sitter_go", remarks=(b"//",))


def _claims(text: str, path: str) -> Iterator[Claim]:
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["module"] and len(words) > 1:
            yield Claim("modules", words[1].strip('"`'), path)
            return


LANGUAGES = (
    Language(
        name="go",
        find=on_first_call("unghost.ecosystems.go.imports:find_imports"),
        suffixes="go",
        tags="go golang",
        grammar=GRAMMAR,
        leads=("package ", "import "),
        turn=4,
    ),
)
CLAIMS = {"go.mod": _claims}
