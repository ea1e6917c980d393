"""PHP, and the namespaces that are a project's own."""

from __future__ import annotations

from collections.abc import Iterator

from unghost.ecosystems.base import Language, on_first_call
from unghost.ecosystems.project import Claim
from unghost.syntax.document import as_table
from unghost.syntax.grammar import Grammar
from unghost.syntax.json_text import read_json

GRAMMAR = Grammar("tree_sitter_php", "language_php", remarks=(b"//", b"#"))
GRAMMAR_WITHOUT_TAG = GRAMMAR._replace(function="language_php_only")


def _claims(text: str, path: str) -> Iterator[Claim]:
    table = as_table(read_json(text))
    yield Claim("package", table.text("name") or "", f"it is {path}")
    for part in ("autoload", "autoload-dev"):
        for standard in ("psr-4", "psr-0"):
            for key, _ in table.table(part, standard).entries:
                yield Claim("modules", key.text.strip("\\"), path)


LANGUAGES = (
    Language(
        name="php",
        find=on_first_call("unghost.ecosystems.packagist.imports:find_imports"),
        suffixes="php phtml",
        tags="php",
        interpreters="php",
        grammar=GRAMMAR,
        leads=("<?php",),
        turn=2,
    ),
)
CLAIMS = {"composer.json": _claims}
