"""JavaScript and TypeScript: imports, re-exports, and calls that load a module by its name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from unghost.ecosystems.npm.languages import GRAMMARS
from unghost.ecosystems.source import Found, find, skip_blanks, spots, words
from unghost.ecosystems.spot import Spot

if TYPE_CHECKING:
    from tree_sitter import Node

_QUOTES = (b'"', b"'", b"`")
_COMMENT = b"/"
_SCHEMES = ("npm", "node", "bun")
_OF_NAMES = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def find_imports(text: str, language: str) -> list[Spot]:
    """Find the modules that a source imports; relative paths, aliases and addresses are none.

    Args:
        text: The source.
        language: ``javascript``, ``typescript`` or ``tsx``; the first holds JSX too.
    """
    said = "javascript" if language == "javascript" else "typescript"
    return spots(find(text, GRAMMARS[language], places, read), "npm", said)


def find_in_page(text: str, language: str) -> list[Spot]:
    """Find the modules that the scripts of a component import (Vue, Svelte)."""
    found: list[Spot] = []
    end = 0
    while (start := text.find("<script", end)) >= 0:
        tag = text.find(">", start)
        end = text.find("</script", tag)
        if tag < 0 or end < 0:
            break
        is_typed = 'lang="ts' in text[start:tag]
        script = find_imports(text[tag + 1 : end], "typescript" if is_typed else "javascript")
        found += [spot.moved(tag + 1) for spot in script]
    return found


def places(data: bytes) -> list[int]:
    """Return where imports may be; one with bindings is found by its ``from``."""
    found = [place for place in words(data, b"from") if _has(data, place + 4, _QUOTES)]
    found += [place for place in words(data, b"import") if _has(data, place + 6, (*_QUOTES, b"("))]
    found += [place for place in words(data, b"require") if _has(data, place + 7, (b"(", b"."))]
    return sorted(found)


def _has(data: bytes, place: int, marks: tuple[bytes, ...]) -> bool:
    place = skip_blanks(data, place)
    return data.startswith((*marks, _COMMENT), place)


def read(path: list[Node], data: bytes) -> Iterator[Found]:
    """Read the nodes around a place."""
    if len(path) < 3:
        return
    if path[-2].type == "import":
        path = path[:-1]
    token, holder = path[-1], path[-2]
    literal: Node | None = None
    if holder.type in ("import_statement", "export_statement", "import_require_clause"):
        literal = holder.child_by_field_name("source")
    elif token.type in ("import", "identifier"):
        literal = _argument(path, data)
    if literal is not None and literal.type in ("string", "template_string"):
        start, end = literal.start_byte + 1, literal.end_byte - 1
        yield from _specifier(data[start:end], start)


def _argument(path: list[Node], data: bytes) -> Node | None:
    """Return the argument of ``import(...)``, ``require(...)`` or ``require.resolve(...)``."""
    token, called, call = path[-1], path[-1], path[-2]
    if token.type == "identifier" and data[token.start_byte : token.end_byte] != b"require":
        return None
    if call.type == "member_expression":
        method = call.child_by_field_name("property")
        if method is None or data[method.start_byte : method.end_byte] != b"resolve":
            return None
        called, call = call, path[-3]
    given = call.child_by_field_name("arguments") if call.type == "call_expression" else None
    if given is None or call.child_by_field_name("function") != called:
        return None
    for node in given.named_children:
        if node.type == "string":
            return node
        if node.type == "template_string":
            is_plain = all(part.type != "template_substitution" for part in node.named_children)
            return node if is_plain else None
        if node.type != "comment":
            return None
    return None


def _specifier(written: bytes, start: int) -> Iterator[Found]:
    """Read a module's address; before ``!`` stand loaders, which are modules themselves."""
    for part in written.split(b"!"):
        found = _module(part.removeprefix(b"-"), start + part.startswith(b"-"))
        if found is not None:
            yield found
        start += len(part) + 1


def _module(written: bytes, start: int) -> Found | None:
    raw = written.decode("utf-8", "replace")
    for mark in "?#":
        # A mark at the beginning is not a suffix: `#internal` is a module of the package itself.
        raw = raw[:1] + raw[1:].partition(mark)[0]
    name = _unescaped(raw)
    scheme, colon, rest = name.partition(":")
    if colon and scheme not in _SCHEMES:
        return None
    version: str | None = None
    if colon and scheme == "npm":
        start += len("npm:")
        raw, name = raw[len("npm:") :], rest
    cut = name.find("@", 1)
    if cut > 0:
        name, version = name[:cut], name[cut + 1 :].partition("/")[0] or None
        raw = name
    is_module = _is_module(name.removeprefix(f"{scheme}:"))
    return Found(start, start + len(raw.encode()), name, version) if is_module else None


def _unescaped(raw: str) -> str:
    if "\\" not in raw:
        return raw
    try:
        return str(json.loads(f'"{raw}"'))
    except ValueError:
        return raw


def _is_module(name: str) -> bool:
    """Return whether a specifier begins with a name that a package may have: no path, no alias."""
    parts = name.removeprefix("@").split("/")[: 1 + name.startswith("@")]
    if name.startswith("@") and len(parts) < 2:
        return False
    return all(part and part[0] != "." and _OF_NAMES.issuperset(part) for part in parts)
