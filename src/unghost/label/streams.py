"""Verdicts to token weights."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, get_args

from unghost.errors import UnghostError
from unghost.generate.allowed import Vocabulary
from unghost.label.blame import Name, ReadAnswer, read_answer, thinking_tokens
from unghost.label.credit import advantages
from unghost.label.positions import AllowedPositions
from unghost.records import Completion, Mention, Prompt, Verdict, by_source

if TYPE_CHECKING:
    from unghost.domains.base import Domain

Stream = Literal["suppress", "reinforce", "stop", "retain", "distill"]
STREAMS: tuple[Stream, ...] = get_args(Stream)
Blame = Literal["divergence", "tail", "span", "credit"]
BLAMES: tuple[Blame, ...] = get_args(Blame)


@dataclass(frozen=True, slots=True)
class Labels:
    """The purpose of each generated token of one completion.

    Attributes:
        completion_id: The completion.
        streams: By stream one weight >= 0 a token; a token has weight in at most one of them.
        allowed: (token position, ids that keep a real name possible) at the positions of decided
            names, up to and including the divergence.
        segments: By token the number of the name that it belongs to, -1 outside names; the token
            that is blamed for ending a ghost belongs to it.
    """

    completion_id: str
    streams: dict[str, tuple[float, ...]]
    allowed: tuple[tuple[int, tuple[int, ...]], ...]
    segments: tuple[int, ...]


def label(
    prompts: Iterable[Prompt],
    completions: Sequence[Completion],
    mentions: Iterable[Mention],
    verdicts: Iterable[Verdict],
    *,
    domain: Domain,
    tokenizer: Any,
    blame: Blame,
    eos_ids: Collection[int],
) -> list[Labels]:
    """Compute token weights from the verdicts on answers.

    Args:
        prompts: The prompts of the completions; none of them held out or for validation.
        completions: The answers, with token ids; for ``credit`` two or more of each prompt.
        mentions: The names found in them.
        verdicts: One for each mention.
        domain: What exists, and which names are trusted.
        tokenizer: Needed for the allowed ids; None leaves :attr:`Labels.allowed` empty.
        blame: ``divergence`` weighs the first token after which no real name is possible, ``tail``
            from it to the name's end, ``span`` the whole name, ``credit`` each token by the change
            of V (:func:`unghost.label.credit.advantages`).
        eos_ids: Ids that end an answer.

    Returns:
        One a completion, in their order.

    Raises:
        UnghostError: Unknown blame, an answer without token ids, a mention without verdict, or a
            prompt that training must not see.
    """
    if blame not in BLAMES:
        raise UnghostError(f"no blame is called {blame}: take one of {', '.join(BLAMES)}")
    _refuse_unseen(prompts, completions)
    verdict_of = {verdict.mention_id: verdict for verdict in verdicts}
    found = by_source(mentions)
    eos = frozenset(eos_ids)
    answers = [
        read_answer(each, found.get(each.id, ()), verdict_of, domain, eos) for each in completions
    ]
    allowed = None
    if tokenizer is not None:
        allowed = AllowedPositions(Vocabulary(tokenizer), domain, eos)
    change = advantages(answers) if blame == "credit" else [()] * len(answers)
    return [
        Labels(
            answer.completion.id,
            _streams(answer, _weights(answer, blame, changes), eos),
            () if allowed is None else allowed.of(answer),
            _segments(answer),
        )
        for answer, changes in zip(answers, change, strict=True)
    ]


def _refuse_unseen(prompts: Iterable[Prompt], completions: Iterable[Completion]) -> None:
    split_of = {prompt.id: prompt.split for prompt in prompts}
    for completion in completions:
        split = split_of.get(completion.prompt_id)
        if split is None:
            raise UnghostError(f"the prompt of answer {completion.id} is missing: give it as well")
        if split in ("validate", "heldout"):
            raise UnghostError(
                f"prompt {completion.prompt_id} is of split {split}, which training must not see:"
                " label answers to discover prompts only"
            )


class _Weights:
    """Token weights by position, before the order of the streams is applied."""

    def __init__(self) -> None:
        self.suppress: dict[int, float] = {}
        self.reinforce: dict[int, float] = {}


def _weights(answer: ReadAnswer, blame: Blame, changes: Sequence[Fraction]) -> _Weights:
    weights = _Weights()
    for name in answer.names:
        if not name.decided:
            continue
        blamed = _blamed(name, blame)
        if blame == "credit":
            falls = {t: float(-changes[t]) for t in {*blamed, *name.tokens} if changes[t] < 0}
            rises = {t: float(changes[t]) for t in name.tokens if changes[t] > 0}
            weights.suppress |= falls
        else:
            weights.suppress |= dict.fromkeys(blamed, 1.0)
            rises = dict.fromkeys(name.tokens, 1.0)
        if name.trusted:
            weights.reinforce |= rises
    return weights


def _blamed(name: Name, blame: Blame) -> Iterable[int]:
    """Return the tokens of an absent name that its blame is laid on."""
    if name.verdict.status != "absent":
        return ()
    if blame == "span":
        return name.tokens
    if name.diverges < 0:
        return ()
    if blame == "tail":
        return range(name.diverges, max(name.diverges + 1, name.tokens.stop))
    return (name.diverges,)


def _streams(
    answer: ReadAnswer, weights: _Weights, eos: frozenset[int]
) -> dict[str, tuple[float, ...]]:
    count = len(answer.token_ids)
    streams: dict[str, list[float]] = {stream: [0.0] * count for stream in STREAMS}
    silent = _silent(answer)
    named = any(name.decided and name.verdict.status == "exists" for name in answer.names)
    for token, token_id in enumerate(answer.token_ids):
        if token in weights.suppress:
            streams["suppress"][token] = weights.suppress[token]
        elif token in silent:
            continue
        elif token in weights.reinforce:
            streams["reinforce"][token] = weights.reinforce[token]
        elif named and token == count - 1 and token_id in eos:
            streams["stop"][token] = 1.0
        else:
            streams["retain"][token] = 1.0
    return {stream: tuple(column) for stream, column in streams.items()}


def _silent(answer: ReadAnswer) -> set[int]:
    """Return the tokens that no stream may hold: thinking, undecided names, names broken off."""
    silent = thinking_tokens(answer.completion)
    for name in answer.names:
        if name.verdict.status == "unknown":
            silent.update(name.tokens)
        if name.broken_off:
            silent.update(range(name.tokens.start, len(answer.token_ids)))
    return silent


def _segments(answer: ReadAnswer) -> tuple[int, ...]:
    """Number the names; where two share a token, an absent one has it, else the first."""
    segments = [-1] * len(answer.token_ids)
    order = sorted(enumerate(answer.names), key=lambda pair: pair[1].verdict.status != "absent")
    for number, name in order:
        for token in {*name.tokens, name.diverges} - {-1}:
            if segments[token] < 0:
                segments[token] = number
    return tuple(segments)
