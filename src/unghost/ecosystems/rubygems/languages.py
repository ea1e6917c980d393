"""Ruby, and which of its files are a project's own."""

from __future__ import annotations

from unghost.ecosystems.base import Language, on_first_call
from unghost.ecosystems.rubygems.heredocs import without_open_heredocs
from unghost.ecosystems.tree import Tree
from unghost.syntax.grammar import Grammar

GRAMMAR = Grammar("tree_sitter_ruby", remarks=(b"#",), prepare=without_open_heredocs)


def own_module(module: str, path: str, tree: Tree) -> str | None:
    """Return the file that a ``require`` means."""
    return tree.ending([f"{module.removesuffix('.rb')}.rb"])


LANGUAGES = (
    Language(
        name="ruby",
        find=on_first_call("unghost.ecosystems.rubygems.imports:find_imports"),
        suffixes="rb rake gemspec ru",
        tags="ruby rb",
        interpreters="ruby",
        grammar=GRAMMAR,
        leads=("require ",),
        turn=9,
        also=("gem ", "Gemfile"),
    ),
)
