"""Next tokens that keep a real name possible: the tokenizer's vocabulary times the names walk."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from unghost.errors import UnghostError

if TYPE_CHECKING:
    from unghost.names.walk import Node, Walk

CACHED_NODES = 4096
"""Allowed sets kept; on a large vocabulary one set may hold half of all ids."""


class Vocabulary:
    """The bytes of every token id, sorted, so that the ids of a byte prefix are one range.

    Args:
        tokenizer: A tokenizer with a Rust backend: byte-level, SentencePiece-like or WordPiece.

    Attributes:
        bytes_of: By id the bytes that it adds inside a text; empty for special tokens.
        keys: The bytes that are not empty, sorted.
        ids: The ids in the order of ``keys``.

    Raises:
        UnghostError: The tokenizer does not say what bytes its tokens stand for.
    """

    def __init__(self, tokenizer: Any) -> None:
        self.bytes_of = token_bytes(tokenizer)
        pairs = sorted((text, token) for token, text in enumerate(self.bytes_of) if text)
        self.keys = [text for text, _ in pairs]
        self.ids = [token for _, token in pairs]

    def starting_with(self, prefix: bytes, low: int, high: int) -> tuple[int, int]:
        """Return the range of keys within [low, high) that start with the prefix."""
        first = bisect_left(self.keys, prefix, low, high)
        return first, bisect_left(self.keys, True, first, high, key=_is_past(prefix))


def _is_past(prefix: bytes) -> Any:
    return lambda key: key[: len(prefix)] > prefix


class AllowedTokens:
    """The token ids that may come next when a name has been walked to a node.

    Args:
        tokenizer: The tokenizer, or its :class:`Vocabulary` to share between kinds of places.
        walk: The names, over bytes as a text has them.
        terminators: What may follow a finished name; a domain says it.
        eos_ids: Ids that end an answer; they may follow a finished name too.
    """

    def __init__(
        self,
        tokenizer: Any,
        walk: Walk,
        terminators: Collection[bytes],
        *,
        eos_ids: Collection[int] = (),
    ) -> None:
        self.vocabulary = tokenizer if isinstance(tokenizer, Vocabulary) else Vocabulary(tokenizer)
        self.walk = walk
        self._terminators = tuple(terminators)
        self._eos_ids = frozenset(eos_ids)
        self._cached = lru_cache(maxsize=CACHED_NODES)(self._joint_walk)

    def ids_at(self, node: Node, prefix: bytes = b"") -> tuple[int, ...]:
        """Return the ids, sorted, that keep a real name possible, or finish one and go on rightly.

        Args:
            node: Where the walk stands.
            prefix: Bytes that come before the name in the same token (a space, a fence): then only
                tokens that begin with them are distinguished, and at the prefix itself the name has
                yet to begin.
        """
        return self._cached(node, prefix)

    def _joint_walk(self, node: Node, prefix: bytes) -> tuple[int, ...]:
        keys, ids = self.vocabulary.keys, self.vocabulary.ids
        found: set[int] = set()
        low, high = self.vocabulary.starting_with(prefix, 0, len(keys))
        if not prefix and self.walk.is_name(node):
            found |= self._eos_ids
        todo = [(node, low, high, len(prefix))]
        while todo:  # the keys of [low, high) share `depth` bytes, and those led to `here`
            here, low, high, depth = todo.pop()
            if low < high and self.walk.is_name(here):
                found |= self._finishing(keys[low][:depth], low, high)
            while low < high and len(keys[low]) == depth:
                found.add(ids[low])
                low += 1
            while low < high:
                _, upper = self.vocabulary.starting_with(keys[low][: depth + 1], low, high)
                child = self.walk.step(here, keys[low][depth])
                if child is not None:
                    todo.append((child, low, upper, depth + 1))
                low = upper
        return tuple(sorted(found))

    def _finishing(self, name: bytes, low: int, high: int) -> set[int]:
        """Return ids of [low, high) that go on after the name's bytes with a terminator."""
        found: set[int] = set()
        for terminator in self._terminators:
            first, last = self.vocabulary.starting_with(name + terminator, low, high)
            found.update(self.vocabulary.ids[first:last])
            for cut in range(1, len(terminator)):  # a token may hold the terminator's beginning
                begun = name + terminator[:cut]
                at = bisect_left(self.vocabulary.keys, begun, low, high)
                while at < high and self.vocabulary.keys[at] == begun:
                    found.add(self.vocabulary.ids[at])
                    at += 1
        return found


def after(walk: Walk, node: Node, text: bytes) -> Node | None:
    """Return the node after walking the bytes, None if they leave the names."""
    here: Node | None = node
    for byte in text:
        if here is None:
            return None
        here = walk.step(here, byte)
    return here


def token_bytes(tokenizer: Any) -> tuple[bytes, ...]:
    """Return by id the bytes that a token adds inside a text; special tokens add none.

    A token that begins a word brings its space. The rule is read off the tokenizer's own decoder.

    Raises:
        UnghostError: The decoder is of an unknown kind.
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise UnghostError("this tokenizer has no tokenizer.json: convert it to the fast format")
    kinds = _decoder_kinds(json.loads(backend.to_str()).get("decoder"))
    added = tokenizer.added_tokens_decoder
    found = []
    table = _byte_level_table() if "ByteLevel" in kinds else {}
    for token_id in range(len(tokenizer)):
        if token_id in added:
            token = added[token_id]
            found.append(b"" if token.special else token.content.encode())
            continue
        text = backend.id_to_token(token_id)
        found.append(b"" if text is None else _bytes_of(text, kinds, table))
    return tuple(found)


def _decoder_kinds(decoder: dict[str, Any] | None) -> frozenset[str]:
    parts = [] if decoder is None else decoder.get("decoders", [decoder])
    kinds = frozenset(part["type"] for part in parts)
    if not kinds & {"ByteLevel", "Metaspace", "ByteFallback", "Replace", "WordPiece"}:
        raise UnghostError(
            "the tokenizer's decoder is neither byte-level nor SentencePiece nor WordPiece: its"
            " tokens' bytes are unknown, so take an objective that needs no allowed tokens"
        )
    return kinds


def _bytes_of(text: str, kinds: frozenset[str], table: Mapping[str, int]) -> bytes:
    if "ByteLevel" in kinds:
        return bytes(table[letter] for letter in text if letter in table)
    if "WordPiece" in kinds:
        return (text[2:] if text.startswith("##") else f" {text}").encode()
    if "ByteFallback" in kinds and len(text) == 6 and text.startswith("<0x"):
        return bytes([int(text[3:5], 16)])
    return text.replace("\u2581", " ").encode()


def _byte_level_table() -> dict[str, int]:
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    letters = bytes_to_unicode()  # type: ignore[no-untyped-call]
    return {letter: byte for byte, letter in letters.items()}
