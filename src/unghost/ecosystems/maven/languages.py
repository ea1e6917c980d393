"""Java and Kotlin, and which of their packages are a project's own."""

from __future__ import annotations

from unghost.ecosystems.base import Language, on_first_call
from unghost.ecosystems.tree import Tree
from unghost.syntax.grammar import Grammar

GRAMMARS = {
    "java": Grammar("tree_sitter_java", remarks=(b"//",)),
    "kotlin": Grammar("tree_sitter_kotlin", remarks=(b"//",)),
}
_FEWEST_PARTS = 3
"""Parts of a package's name that identify a folder: many projects have an ``org/apache``."""


def own_module(module: str, path: str, tree: Tree) -> str | None:
    """Return the folder of a package."""
    parts = module.split(".")
    ends = range(len(parts), _FEWEST_PARTS - 1, -1)
    return tree.ending("/".join(parts[:end]) for end in ends)


LANGUAGES = (
    Language(
        name="java",
        find=on_first_call("unghost.ecosystems.maven.imports:find_imports"),
        suffixes="java",
        tags="java",
        grammar=GRAMMARS["java"],
        leads=("import ",),
        turn=6,
    ),
    Language(
        name="kotlin",
        find=on_first_call("unghost.ecosystems.maven.imports:find_imports"),
        suffixes="kt kts",
        tags="kotlin kt",
        grammar=GRAMMARS["kotlin"],
        leads=("import ",),
        turn=7,
        also=("dependencies", "build.gradle.kts"),
    ),
)
