"""C#: namespaces that are used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unghost.ecosystems.nuget.languages import GRAMMAR
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

_NAMES = ("identifier", "qualified_name", "alias_qualified_name")
_GLOBAL = "global::"


def find_imports(text: str, language: str) -> list[Spot]:
    """Find the namespaces that a source uses, except those that begin as its own do."""
    found = find(text, GRAMMAR, places, read, (b"#if", b"\n#endif"))
    own = _own_roots(text) if found else set()
    others = [item for item in found if item[0].name.partition(".")[0] not in own]
    return spots(others, "nuget", language)


def places(data: bytes) -> list[int]:
    """Return where directives may be."""
    return [place for place in words(data, b"using") if _may_be_directive(data, place + 5)]


def _may_be_directive(data: bytes, place: int) -> bool:
    """Return whether a line may be a directive: its end must follow its name, unlike in prose."""
    place = skip_blanks(data, place)
    if data.startswith((b"static ", b"unsafe ", b"/", b"@"), place):
        return True
    end = word_end(data, place)
    while data[end : end + 1] in (b".", b":") and word_end(data, end + 1) > end:
        end = word_end(data, end + 1)
    return end > place and data.startswith((b";", b"=", b"<", b".", b"/"), skip_blanks(data, end))


def _own_roots(text: str) -> set[str]:
    """Return the first words of the namespaces that lines declare."""
    words = (line.split(maxsplit=2)[:2] for line in text.splitlines() if "namespace" in line)
    return {
        pair[1].rstrip("{;").partition(".")[0]
        for pair in words
        if len(pair) == 2 and pair[0] == "namespace"
    }


def read(path: list[Node], data: bytes) -> Iterator[Found]:
    """Read the nodes around a place."""
    if len(path) < 2 or path[-2].type != "using_directive":
        return
    alias = path[-2].child_by_field_name("name")
    named = [node for node in path[-2].named_children if node.type in _NAMES and node != alias]
    if named:
        yield from _namespace(named[0], data)


def _namespace(node: Node, data: bytes) -> Iterator[Found]:
    written, start = text_of(node, data), node.start_byte
    if written.startswith(_GLOBAL):
        written, start = written[len(_GLOBAL) :], start + len(_GLOBAL)
    name = written.partition("<")[0].rstrip()
    if all(part.strip().isidentifier() for part in name.split(".")):
        plain = "".join(name.split())
        yield Found(start, start + len(name.encode()), plain)
