"""JavaScript and TypeScript, and what a project says of its own modules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from unghost.ecosystems.base import Language, on_first_call
from unghost.ecosystems.project import Claim
from unghost.syntax.document import as_table
from unghost.syntax.grammar import Grammar
from unghost.syntax.json_text import read_json

GRAMMARS = {
    "javascript": Grammar("tree_sitter_javascript"),
    "tsx": Grammar("tree_sitter_typescript", "language_tsx"),
    "typescript": Grammar("tree_sitter_typescript", "language_typescript"),
}


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
        find=on_first_call("unghost.ecosystems.npm.imports:find_imports"),
        suffixes="js mjs cjs jsx",
        tags="javascript js mjs cjs node nodejs jsx javascriptreact",
        interpreters="node",
        grammar=GRAMMARS["javascript"],
    ),
    Language(
        name="typescript",
        find=on_first_call("unghost.ecosystems.npm.imports:find_imports"),
        suffixes="ts mts cts",
        tags="typescript ts mts cts",
        interpreters="bun deno",
        grammar=GRAMMARS["typescript"],
        leads=("import ", "require(", "export "),
        turn=3,
    ),
    Language(
        name="tsx",
        find=on_first_call("unghost.ecosystems.npm.imports:find_imports"),
        suffixes="tsx",
        tags="tsx typescriptreact",
        grammar=GRAMMARS["tsx"],
    ),
    Language(name="vue", find=on_first_call("unghost.ecosystems.npm.imports:find_in_page")),
    Language(name="svelte", find=on_first_call("unghost.ecosystems.npm.imports:find_in_page")),
)
CLAIMS = {
    "package.json": _claims_of_package,
    "tsconfig.json": _claims_of_compiler,
    "tsconfig.base.json": _claims_of_compiler,
    "jsconfig.json": _claims_of_compiler,
}
