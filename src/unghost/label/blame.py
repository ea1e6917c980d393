"""Blame: which tokens of an answer hold each name, and which one made it impossible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from unghost.domains.base import Domain
from unghost.errors import UnghostError
from unghost.mentions.thinking import thinking_end
from unghost.records import Completion, Mention, TokenSpan, Verdict

if TYPE_CHECKING:
    from unghost.names.walk import Walk


@dataclass(frozen=True, slots=True)
class Name:
    """One mention, by tokens.

    Attributes:
        mention: Where it stands.
        verdict: What the truth says of it.
        start: Its first byte in the answer.
        end: The byte after its last.
        tokens: Those that hold at least one byte of it.
        trusted: It exists, and existing means something.
        broken_off: The answer ends inside it.
        diverges: The token that doomed it, if it is absent; -1 if there is none.
    """

    mention: Mention
    verdict: Verdict
    start: int
    end: int
    tokens: range
    trusted: bool
    broken_off: bool
    diverges: int = -1

    @property
    def decided(self) -> bool:
        """True if it counts: a whole name that exists or is absent."""
        return self.verdict.status in ("exists", "absent") and not self.broken_off


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """A completion with its names."""

    completion: Completion
    token_ids: tuple[int, ...]
    spans: tuple[TokenSpan, ...]
    names: tuple[Name, ...]

    def reward(self) -> Fraction | None:
        """Return the share of its decided names that exist, None without such a name."""
        decided = [name.verdict.status == "exists" for name in self.names if name.decided]
        return Fraction(sum(decided), len(decided)) if decided else None


def read_answer(
    completion: Completion,
    mentions: Iterable[Mention],
    verdict_of: Mapping[str, Verdict],
    domain: Domain,
    eos: frozenset[int],
) -> ReadAnswer:
    """Find the tokens of an answer's names.

    Raises:
        UnghostError: The answer has no token ids, or a mention has no verdict.
    """
    if completion.token_ids is None or completion.spans is None:
        raise UnghostError(
            f"answer {completion.id} has no token ids (an HTTP endpoint gives none): it can be"
            " measured but not trained on, so generate with local weights"
        )
    answer = ReadAnswer(completion, completion.token_ids, completion.spans, ())
    names = []
    for mention in sorted(mentions, key=lambda each: (each.start, each.end)):
        verdict = verdict_of.get(mention.id)
        if verdict is None:
            raise UnghostError(
                f"mention {mention.id} ({mention.raw}) has no verdict: verify it first"
            )
        names.append(_name(answer, mention, verdict, domain, eos))
    return ReadAnswer(completion, answer.token_ids, answer.spans, tuple(names))


def _name(
    answer: ReadAnswer, mention: Mention, verdict: Verdict, domain: Domain, eos: frozenset[int]
) -> Name:
    text = answer.completion.text
    start = len(text[: mention.start].encode())
    end = start + len(mention.raw.encode())
    tokens = holding(answer.spans, start, end)
    unfinished = answer.completion.finish_reason != "stop"
    broken_off = unfinished and not text[mention.end :].strip("-_.")
    diverges = -1
    if verdict.status == "absent" and not broken_off:
        walk, joiners = domain.walk(mention.kind), domain.joiners(mention.kind)
        dead = first_dead_byte(walk, mention.raw.encode(), joiners)
        if dead is not None:
            diverges = _token_of(answer, tokens.start, start + dead, eos)
    return Name(
        mention=mention,
        verdict=verdict,
        start=start,
        end=end,
        tokens=tokens,
        trusted=_is_trusted(mention, verdict, domain),
        broken_off=broken_off,
        diverges=diverges,
    )


def _is_trusted(mention: Mention, verdict: Verdict, domain: Domain) -> bool:
    """Return whether a name may be reinforced where it stands.

    Names of the other splits are never taught, whichever task they are given for, or the held-out
    figures would measure what training showed.
    """
    return (
        verdict.status == "exists"
        and domain.split_of(verdict.canonical) == "discover"
        and domain.trusted(mention, verdict)
    )


def thinking_tokens(completion: Completion) -> set[int]:
    """Return the tokens of the thinking part; all of them, EOS too, if it never ends."""
    thought = len(completion.text[: thinking_end(completion.text)].encode())
    spans = enumerate(completion.spans or ())
    return {t for t, s in spans if s.byte_start < thought or 0 < s.byte_end <= thought}


def holding(spans: Sequence[TokenSpan], start: int, end: int) -> range:
    """Return the tokens that hold at least one byte of [start, end); an empty range if none."""
    on = [i for i, span in enumerate(spans) if span.byte_start < end and span.byte_end > start]
    return range(on[0], on[-1] + 1) if on else range(0)


def first_dead_byte(walk: Walk, name: bytes, joiners: bytes = b"") -> int | None:
    """Return the index of the byte after which neither a real name nor a prefix of one is left.

    ``len(name)`` if it is the beginning of a real name: then what comes next ends it. None if the
    walk holds the very name, so that no token can be identified as the mistake. One of the joiners
    after a real name begins a part of it, which no walk need know.
    """
    node = walk.root
    for index, byte in enumerate(name):
        step = walk.step(node, byte)
        if step is None:
            begins_part = byte in joiners and walk.is_name(node)
            return index + 1 if begins_part else index
        node = step
    return None if walk.is_name(node) else len(name)


def _token_of(answer: ReadAnswer, first: int, byte: int, eos: frozenset[int]) -> int:
    """Return the first token from ``first`` on that holds the byte or is an EOS, -1 if none is."""
    for index in range(first, len(answer.token_ids)):
        if answer.spans[index].byte_end > byte or answer.token_ids[index] in eos:
            return index
    return -1
