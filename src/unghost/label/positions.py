"""Allowed ids at the name positions of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unghost.generate.allowed import AllowedTokens, Vocabulary, after
from unghost.label.blame import Name, ReadAnswer
from unghost.records import MentionKind

if TYPE_CHECKING:
    from unghost.domains.base import Domain


class AllowedPositions:
    """Finds them, with one joint walk for each kind of place.

    Args:
        vocabulary: The tokenizer's.
        domain: What exists, and what may follow it.
        eos: Ids that end an answer.
    """

    def __init__(self, vocabulary: Vocabulary, domain: Domain, eos: frozenset[int]) -> None:
        self._vocabulary, self._domain, self._eos = vocabulary, domain, eos
        self._by_kind: dict[MentionKind, AllowedTokens] = {}

    def of(self, answer: ReadAnswer) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """Return (token position, allowed ids) at decided names, up to and incl. the divergence."""
        found: dict[int, tuple[int, ...]] = {}
        for name in answer.names:
            if name.decided:
                stop = name.tokens.stop if name.diverges < 0 else name.diverges + 1
                for token in range(name.tokens.start, stop):
                    ids = self._at(answer, name, token)
                    # The token taken is allowed until the divergence and not there; where this
                    # fails, our grammar of names is too narrow for the place and says nothing.
                    if ids and (answer.token_ids[token] in ids) == (token != name.diverges):
                        found.setdefault(token, ids)
        return tuple(sorted(found.items()))

    def _at(self, answer: ReadAnswer, name: Name, token: int) -> tuple[int, ...]:
        kind = name.mention.kind
        if kind not in self._by_kind:
            walk, ends = self._domain.walk(kind), self._domain.terminators(kind)
            self._by_kind[kind] = AllowedTokens(self._vocabulary, walk, ends, eos_ids=self._eos)
        allowed, span = self._by_kind[kind], answer.spans[token]
        walked = name.mention.raw.encode()[: max(0, span.byte_start - name.start)]
        node = after(allowed.walk, allowed.walk.root, walked)
        if node is None:
            return ()
        text = self._vocabulary.bytes_of[answer.token_ids[token]]
        inside = span.byte_end - max(span.byte_start, name.start)
        # Counted from the end: at the start of a text some tokenizers swallow a token's space.
        prefix = text[: max(0, len(text) - inside)] if span.byte_start <= name.start else b""
        return allowed.ids_at(node, prefix)
