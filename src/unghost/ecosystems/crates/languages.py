"""Rust, and which of its modules are a project's own."""

from __future__ import annotations

from collections.abc import Iterator

from unghost.ecosystems.base import Language, on_first_call
from unghost.ecosystems.project import Claim
from unghost.ecosystems.tree import Tree, above
from unghost.syntax.document import as_table
from unghost.syntax.grammar import Grammar
from unghost.syntax.toml_text import read_toml

GRAMMAR = Grammar("tree_sitter_rust", remarks=(b"//",))


def own_module(module: str, path: str, tree: Tree) -> str | None:
    """Return the file of a module beside a file or at the root of its crate."""
    name = module.partition("::")[0]
    for folder in above(path):
        for place in (f"{folder}{name}.rs", f"{folder}{name}/mod.rs", f"{folder}src/{name}.rs"):
            if place in tree.files:
                return place
    return None


def _claims(text: str, path: str) -> Iterator[Claim]:
    table = as_table(read_toml(text))
    for section in ("package", "lib"):
        yield Claim("package", table.text(section, "name") or "", f"it is {path}")


LANGUAGES = (
    Language(
        name="rust",
        find=on_first_call("unghost.ecosystems.crates.imports:find_imports"),
        suffixes="rs",
        tags="rust rs",
        grammar=GRAMMAR,
        leads=("use ", "extern crate "),
        turn=5,
    ),
)
CLAIMS = {"Cargo.toml": _claims}
