"""Go: import declarations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unghost.ecosystems.go.languages import GRAMMAR
from unghost.ecosystems.source import Found, find, spots, text_of, words
from unghost.ecosystems.spot import Spot
from unghost.syntax.grammar import walk

if TYPE_CHECKING:
    from tree_sitter import Node


def find_imports(text: str, language: str) -> list[Spot]:
    """Find the paths that a source imports; relative ones and that of C name no module."""
    return spots(find(text, GRAMMAR, places, read), "go", language)


def places(data: bytes) -> list[int]:
    """Return where imports may be."""
    return list(words(data, b"import"))


def read(path: list[Node], data: bytes) -> Iterator[Found]:
    """Read the nodes around a place."""
    if len(path) < 2 or path[-2].type != "import_declaration":
        return
    for node in walk(path[-2]):
        if node.type == "import_spec":
            literal = node.child_by_field_name("path")
            name = text_of(literal, data)[1:-1] if literal is not None else ""
            if literal is not None and _is_path(name):
                yield Found(literal.start_byte + 1, literal.end_byte - 1, name)


def _is_path(name: str) -> bool:
    is_plain = not any(char.isspace() or char in '\\"`' for char in name)
    return is_plain and name not in ("", "C") and not name.startswith((".", "/"))
