"""Ruby: what is required, loaded on demand, and activated as a gem."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unghost.ecosystems.rubygems.languages import GRAMMAR
from unghost.ecosystems.source import (
    Found,
    find,
    is_remark,
    skip_blanks,
    spots,
    text_of,
    words,
)
from unghost.ecosystems.spot import Spot
from unghost.records import Origin

if TYPE_CHECKING:
    from tree_sitter import Node

_METHODS = {"require": 0, "gem": 0, "autoload": 1}
"""Methods that name a library, and which argument does."""
_BEGINNINGS = (b'"', b"'", b"(", b"%", b":", b"\\", b"#")
_RECEIVERS = ("Kernel", "Object")
_ORIGINS: dict[str, Origin] = {
    "bitbucket": "git",
    "gist": "git",
    "git": "git",
    "github": "git",
    "gitlab": "git",
    "path": "path",
    "source": "index",
}


def find_imports(text: str, language: str) -> list[Spot]:
    """Find what a source requires; ``gem`` names a gem itself, so it counts as a manifest."""
    return spots(find(text, GRAMMAR, places, read), "rubygems", language)


def places(data: bytes) -> list[int]:
    """Return where imports may be: before a literal or a bracket, and not in a line of comment."""
    return sorted(
        place
        for method in _METHODS
        for place in words(data, method.encode())
        if data.startswith(_BEGINNINGS, skip_blanks(data, place + len(method)))
        and not is_remark(data, place, b"#", b"#{")
    )


def read(path: list[Node], data: bytes) -> Iterator[Found]:
    """Read the nodes around a place."""
    if len(path) < 2 or path[-1].type != "identifier" or path[-2].type != "call":
        return
    method, receiver = text_of(path[-1], data), path[-2].child_by_field_name("receiver")
    if path[-2].child_by_field_name("method") != path[-1] or method not in _METHODS:
        return
    if receiver is not None and text_of(receiver, data) not in _RECEIVERS:
        return
    given = path[-2].child_by_field_name("arguments")
    arguments = [node for node in given.named_children if node.type != "comment"] if given else []
    position = _METHODS[method]
    literal = arguments[position] if position < len(arguments) else None
    content = _content(literal)
    if content is None:
        return
    name = text_of(content, data)
    if method == "gem":
        origin, version = _origin(arguments, data), _version(arguments, data)
        yield Found(content.start_byte, content.end_byte, name, version, 1.0, "manifest", origin)
    elif not name.startswith((".", "/", "~")) and not any(char.isspace() for char in name):
        yield Found(content.start_byte, content.end_byte, name)


def _content(literal: Node | None) -> Node | None:
    """Return what a string without escapes and interpolation holds."""
    if literal is None or literal.type != "string" or literal.named_child_count != 1:
        return None
    content = literal.named_child(0)
    return content if content is not None and content.type == "string_content" else None


def _version(arguments: list[Node], data: bytes) -> str | None:
    content = _content(arguments[1]) if len(arguments) > 1 else None
    return text_of(content, data) if content is not None else None


def _origin(arguments: list[Node], data: bytes) -> Origin:
    for node in arguments:
        key = node.child_by_field_name("key") if node.type == "pair" else None
        if key is not None and (origin := _ORIGINS.get(text_of(key, data).strip(":"))) is not None:
            return origin
    return "registry"
