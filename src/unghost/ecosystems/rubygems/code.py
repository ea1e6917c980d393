"""Calls in Ruby code with the literals that they are given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from unghost.ecosystems.rubygems.languages import GRAMMAR
from unghost.syntax.grammar import parse, walk
from unghost.syntax.lines import LineWord

if TYPE_CHECKING:
    from tree_sitter import Node

    from unghost.syntax.text import ByteOffsets

_SYMBOLS = frozenset({"simple_symbol", "hash_key_symbol"})


class Call(NamedTuple):
    """A call, as ``gem "rack", "~> 3", git: "..."``.

    Attributes:
        method: The name of what is called.
        start: Byte that the call starts at.
        end: Byte after the call and its block.
        has_receiver: Whether it is a method of a named object.
        has_block: Whether a block follows.
        first: The first argument, None if it is not a literal.
        rest: The other literals before the options; a list's items count one by one.
        options: Keyword arguments, with an empty value if it is not a literal.
    """

    method: str
    start: int
    end: int
    has_receiver: bool
    has_block: bool
    first: LineWord | None
    rest: tuple[str, ...]
    options: dict[str, str]

    @property
    def first_text(self) -> str:
        """The first argument, empty if it is not a literal."""
        return self.first.text if self.first is not None else ""


def calls(text: str) -> Iterator[Call]:
    """Return the calls of Ruby code, outer ones first."""
    root, offsets = parse(text, GRAMMAR)
    for node in walk(root):
        if node.type == "call":
            yield _call(node, offsets)


def _call(node: Node, offsets: ByteOffsets) -> Call:
    method = node.child_by_field_name("method")
    given = node.child_by_field_name("arguments")
    arguments = given.named_children if given is not None else []
    plain = [child for child in arguments if child.type not in ("pair", "hash", "comment")]
    rest = [literal for child in plain[1:] for literal in _literals(child, offsets)]
    return Call(
        method=_text(method, offsets) if method is not None else "",
        start=node.start_byte,
        end=node.end_byte,
        has_receiver=node.child_by_field_name("receiver") is not None,
        has_block=node.child_by_field_name("block") is not None,
        first=_literal(plain[0], offsets) if plain else None,
        rest=tuple(rest),
        options=dict(_options(arguments, offsets)),
    )


def _options(arguments: list[Node], offsets: ByteOffsets) -> Iterator[tuple[str, str]]:
    pairs = [child for child in arguments if child.type == "pair"]
    for child in arguments:
        if child.type == "hash":
            pairs += [inner for inner in child.named_children if inner.type == "pair"]
    for pair in pairs:
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        name = _literal(key, offsets) if key is not None else None
        if name is None or (value is not None and value.type in ("nil", "false")):
            continue
        given = _literal(value, offsets) if value is not None else None
        yield name.text, given.text if given is not None else ""


def _literals(node: Node, offsets: ByteOffsets) -> Iterator[str]:
    for item in node.named_children if node.type == "array" else [node]:
        literal = _literal(item, offsets)
        if literal is not None:
            yield literal.text


def _literal(node: Node, offsets: ByteOffsets) -> LineWord | None:
    """Read a string without insertions and escapes, frozen or not, or a symbol."""
    if node.type in _SYMBOLS:
        start = node.start_byte + (node.type == "simple_symbol")
        return LineWord(
            offsets.char(start), offsets.data[start : node.end_byte].decode("utf-8", "replace")
        )
    if node.type == "call":
        method, receiver = node.child_by_field_name("method"), node.child_by_field_name("receiver")
        if method is None or receiver is None or _text(method, offsets) != "freeze":
            return None
        node = receiver
    if node.type != "string" or node.named_child_count != 1:
        return None
    content = node.named_children[0]
    if content.type != "string_content":
        return None
    return LineWord(offsets.char(content.start_byte), _text(content, offsets))


def _text(node: Node, offsets: ByteOffsets) -> str:
    return offsets.data[node.start_byte : node.end_byte].decode("utf-8", "replace")
