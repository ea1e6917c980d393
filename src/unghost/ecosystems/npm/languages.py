"""JavaScript and TypeScript, and what a project says of its own modules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from unghost.ecosystems.base import Language
from unghost.ecosystems.project import Claim
from unghost.ecosystems.spot import Spot
from unghost.syntax.document import as_table
from unghost.syntax.grammar import Grammar
from unghost.syntax.json_text import read_json

GRAMMARS = {
    "javascript": Grammar("tree_sitter_javascript"),
    "tsx": Grammar("tree_sitter_typescript", "language_tsx"),
    "typescript": Grammar("tree_sitter_typescript", "language_typescript"),
}


def _find(text: str, language: str) -> list[Spot]:
    from unghost.ecosystems.npm.imports import find_imports

    return find_imports(text, language)


def _find_in_page(text: str, language: str) -> list[Spot]:
    from unghost.ecosystems.npm.imports import find_in_page

    return find_in_page(text)


def _claims_of_package(text: str, path: str) -> Iterator[Claim]:
    yield Claim("package", as_table(read_json(text)).text("name") or "", f"it is {path}")


def _claims_of_compiler(text: str, path: str) -> Iterator[Claim]:
    options = as_table(read_json(text)).table("compilerOptions")
    base = options.text("baseUrl")
    if base is not None:
        parts = (*PurePosixPath(path).parent.parts, *PurePosixPath(base).parts)
        folder = "/".join(part for part in parts if part != ".")
        yield Claim("folder", folder, f"{path}: baseUrl")
    for key, _ in options.table("paths").entries:
        prefix, star, suffix = key.text.partition("*")
        # A lone star is every module there is and claims none.
        if prefix or (star and suffix):
            yield Claim("pattern", key.text, f"{path}: {key.text}")


LANGUAGES = (
    Language(
        name="javascript",
        find=_find,
        suffixes="js mjs cjs jsx",
        tags="javascript js mjs cjs node nodejs jsx javascriptreact",
        interpreters="node",
        grammar=GRAMMARS["javascript"],
    ),
    Language(
        name="typescript",
        find=_find,
        suffixes="ts mts cts",
        tags="typescript ts mts cts",
        interpreters="bun deno",
        grammar=GRAMMARS["typescript"],
        leads=("import ", "require(", "export "),
        turn=3,
    ),
    Language(
        name="tsx",
        find=_find,
        suffixes="tsx",
        tags="tsx typescriptreact",
        grammar=GRAMMARS["tsx"],
    ),
    Language(name="vue", find=_find_in_page),
    Language(name="svelte", find=_find_in_page),
)
CLAIMS = {
    "package.json": _claims_of_package,
    "tsconfig.json": _claims_of_compiler,
    "tsconfig.base.json": _claims_of_compiler,
    "jsconfig.json": _claims_of_compiler,
}
