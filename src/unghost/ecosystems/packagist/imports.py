"""PHP: names that are used of other namespaces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unghost.ecosystems.packagist.languages import GRAMMAR, GRAMMAR_WITHOUT_TAG
from unghost.ecosystems.source import (
    Found,
    find,
    skip_blanks,
    spots,
    text_of,
    word_end,
    words,
)
from unghost.ecosystems.spot import Spot

if TYPE_CHECKING:
    from tree_sitter import Node


def find_imports(text: str, language: str) -> list[Spot]:
    """Find the names that a source uses; names of its own root and of no namespace are none.

    A name of a group stands where its last part does; its prefix is written before the group.
    """
    found = find(text, GRAMMAR if "<?" in text else GRAMMAR_WITHOUT_TAG, places, read)
    own = _own_roots(text) if found else set()
    others = [item for item in found if item[0].name.strip("\\").partition("\\")[0] not in own]
    return spots(others, "packagist", language)


def places(data: bytes) -> list[int]:
    """Return where declarations may be."""
    return [place for place in words(data, b"use") if _may_be_declaration(data, place + 3)]


def _may_be_declaration(data: bytes, place: int) -> bool:
    """Return whether it may be a declaration, not prose, a closure or a trait: by its backslash."""
    place = skip_blanks(data, place)
    if data.startswith((b"function ", b"const ", b"/", b"#"), place):
        return True
    return data.startswith(b"\\", word_end(data, place))


def _own_roots(text: str) -> set[str]:
    """Return the first words of the namespaces that lines declare."""
    found = set()
    for line in text.splitlines():
        before, word, name = line.partition("namespace ")
        if word and before.strip() in ("", "<?php"):
            found.add(name.strip().partition("\\")[0].rstrip("{; "))
    return found


def read(path: list[Node], data: bytes) -> Iterator[Found]:
    """Read the nodes around a place."""
    if len(path) > 1 and path[-2].type == "namespace_use_declaration":
        yield from _declared(path[-2], data)


def _declared(holder: Node, data: bytes) -> Iterator[Found]:
    prefix, clauses = "", holder.named_children
    group = holder.child_by_field_name("body")
    if group is not None:
        clauses = group.named_children
        prefix = "".join(
            text_of(node, data) + "\\"
            for node in holder.named_children
            if node.type == "namespace_name"
        )
    for clause in clauses:
        alias = clause.child_by_field_name("alias")
        named = [
            node
            for node in clause.named_children
            if node.type in ("qualified_name", "name") and node != alias
        ]
        if clause.type != "namespace_use_clause" or not named:
            continue
        name = prefix + text_of(named[0], data)
        if "\\" in name.strip("\\"):
            yield Found(named[0].start_byte, named[0].end_byte, name)
