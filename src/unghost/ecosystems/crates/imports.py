"""Rust: crates that are used, declared as extern, and named within paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from unghost.ecosystems.crates import places as where
from unghost.ecosystems.crates.languages import GRAMMAR
from unghost.ecosystems.source import Found, located, read_at, spots, text_of
from unghost.ecosystems.spot import Spot
from unghost.syntax.grammar import parse_bytes, parse_through
from unghost.syntax.text import ByteOffsets

if TYPE_CHECKING:
    from tree_sitter import Node

_PATHS = ("scoped_identifier", "scoped_type_identifier")
_ATTRIBUTES = ("attribute_item", "inner_attribute_item")
_IN_PATH = 0.6
"""How sure a crate is that only stands within paths: a module of that name may be in scope."""


def find_imports(text: str, language: str) -> list[Spot]:
    """Find the crates that a source names; its own modules are none.

    A crate that is only named within paths (``serde_json::from_str``) is given once, at its first
    place and with less confidence. Where all of another own module is imported (``super::*``) such
    names may be from there, and are left out.
    """
    offsets = ByteOffsets(text)
    data, scope = offsets.data, Scope()
    roots = where.roots(data)
    places = where.uses(data, set(roots))
    found: list[Found] = []
    root: Node | None = None
    if places:
        root = parse_through(data, GRAMMAR, places[-1])
        found = list(read_at(root, places, partial(read, scope=scope), data))
        found = [item for item in found if not scope.is_own(item.name)]
    named = {item.name for item in found} | scope.modules | set(scope.bound)
    unknown = {word: roots[word] for word in roots if word.decode("utf-8", "replace") not in named}
    if unknown:
        found += _within_paths(data, unknown, root)
    return spots(located(found, offsets), "crates", language)


@dataclass(slots=True)
class Scope:
    """The modules that a source declares, and the names that it binds, by the roots of their paths.

    Scopes within the source are taken as one.
    """

    modules: set[str] = field(default_factory=set)
    bound: dict[str, set[str]] = field(default_factory=dict)

    def bind(self, name: str, root: str) -> None:
        """Record that a name stands for an item of a crate or of an own module."""
        self.bound.setdefault(name, set()).add(root)

    def is_own(self, name: str) -> bool:
        """Return whether a path that begins with a name leads into scope, not to a crate."""
        return name in self.modules or any(root != name for root in self.bound.get(name, ()))


def read(path: list[Node], data: bytes, scope: Scope) -> Iterator[Found]:
    """Read a ``use``, an ``extern crate`` or a ``mod``, within the body of a macro too."""
    token, holder = path[-1], path[-2] if len(path) > 1 else path[-1]
    word = text_of(token, data)
    if holder.type == "use_declaration" and word == "use":
        yield from _of_use(holder, data, scope)
    elif holder.type == "extern_crate_declaration" and word == "extern":
        name, alias = holder.child_by_field_name("name"), holder.child_by_field_name("alias")
        if name is not None and name.type == "identifier":
            yield from _crate(name, data)
            scope.bind(text_of(alias or name, data), text_of(name, data))
    elif word == "mod" and (holder.type == "mod_item" or holder.type == "token_tree"):
        scope.modules.add(where.first_word(data, token.end_byte).decode("utf-8", "replace"))
    elif word == "use" and holder.type == "token_tree":
        begin = token.start_byte
        part = data[begin : where.statement_end(data, begin)]
        for node in parse_bytes(part, GRAMMAR).named_children:
            if node.type == "use_declaration":
                for item in _of_use(node, part, scope):
                    yield item._replace(start=item.start + begin, end=item.end + begin)


def _of_use(declaration: Node, data: bytes, scope: Scope) -> Iterator[Found]:
    """Read a ``use``: the crates that its paths begin with; what it binds is kept in the scope."""
    argument = declaration.child_by_field_name("argument")
    pending: list[tuple[Node | None, Node | None]] = [(argument, None)]
    while pending:
        node, inherited = pending.pop()
        if node is None:
            continue
        if node.type in ("use_list", "scoped_use_list"):
            prefix = node.child_by_field_name("path")
            items = node.child_by_field_name("list") or node
            root = inherited or (_first(prefix) if prefix is not None else None)
            pending += [(item, root) for item in items.named_children]
            continue
        alias = node.child_by_field_name("alias")
        if node.type == "use_as_clause":
            node = node.child_by_field_name("path") or node
        elif node.type == "use_wildcard":
            node = next(iter(node.named_children), node)
        root = inherited or _first(node)
        yield from _crate(root, data)
        last = alias or node.child_by_field_name("name") or node
        scope.bind(text_of(last, data), text_of(root, data))


def _first(node: Node) -> Node:
    """Return the first segment of a path."""
    while node.type in _PATHS:
        inner = node.child_by_field_name("path") or node.child_by_field_name("name")
        if inner is None:
            break
        node = inner
    return node


def _crate(node: Node, data: bytes) -> Iterator[Found]:
    """Return a crate; a name with a capital is that of a type that something else brings in."""
    name = text_of(node, data)
    start = node.start_byte + (len(name) - len(name.removeprefix("r#")))
    name = name.removeprefix("r#")
    if node.type == "identifier" and name[:1].islower() and name not in where.OWN:
        yield Found(start, node.end_byte, name)


def _within_paths(
    data: bytes, roots: dict[bytes, list[int]], parsed: Node | None
) -> Iterator[Found]:
    """Find crates that stand at the beginning of a path, each once."""
    places = sorted([*where.own_uses(data), *(place for at in roots.values() for place in at)])
    if parsed is None or parsed.end_byte <= places[-1]:
        parsed = parse_through(data, GRAMMAR, places[-1])
    seen: dict[str, Found] = {}
    for item in read_at(parsed, places, _read_path, data):
        if item.name == "*":
            return
        seen.setdefault(item.name, item)
    yield from seen.values()


def _read_path(path: list[Node], data: bytes) -> Iterator[Found]:
    """Read the first word of a path; the name ``*`` stands for all of another own module."""
    token, holder = path[-1], path[-2] if len(path) > 1 else path[-1]
    if holder.type == "use_declaration" and _is_glob(holder, path, data):
        yield Found(token.start_byte, token.end_byte, "*")
    if token.type != "identifier" or any(node.type == "use_declaration" for node in path):
        return
    if holder.type in _PATHS:
        is_root = holder.child_by_field_name("path") == token
    else:
        is_root = holder.type == "token_tree" and _is_code(path, data)
    if is_root:
        name = text_of(token, data)
        yield Found(token.start_byte, token.end_byte, name, confidence=_IN_PATH)


def _is_code(path: list[Node], data: bytes) -> bool:
    """Return whether the tokens of a macro or an attribute are code: those of ``derive`` are."""
    for node in path:
        if node.type in _ATTRIBUTES:
            return data[node.start_byte : node.end_byte].lstrip(b"#![ ").startswith(b"derive")
    return True


def _is_glob(declaration: Node, path: list[Node], data: bytes) -> bool:
    """Return whether a ``use`` brings in all of an own module that is not in the source itself."""
    segments = text_of(declaration, data).removeprefix("use").strip(" ;").split("::")
    if len(segments) < 2 or not segments[-1].endswith("*") or segments[-2].strip()[:1].isupper():
        return False
    inside = sum(node.type == "mod_item" for node in path)
    is_inside = set(segments[:-1]) == {"super"} and len(segments) - 1 <= inside
    return not is_inside
