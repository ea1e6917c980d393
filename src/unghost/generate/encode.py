"""Between text and token ids: prompts in, answers with each token's place in the text out.

Answers are never encoded again: where a token stands follows from the ids as they were generated.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from unghost.errors import UnghostError
from unghost.generate.allowed import token_bytes
from unghost.records import Prompt, TokenSpan

_PROBES = (
    "pip install requests",
    "import os\n\n    x = 1",
    "na\u00efve caf\u00e9 \u2615",
    "a  b\tc",
    "Flask_Login==1.0, Zope.Interface",
)
_UNFINISHED = "\ufffd"


def encode_prompt(tokenizer: Any, prompt: Prompt, system: str | None = None) -> list[int]:
    """Encode a prompt as the model expects it: by its chat template, or plainly without one.

    Where the last turn is the model's own, the model goes on with it.
    """
    turns = [{"role": turn.role, "content": turn.content} for turn in prompt.messages]
    if system is not None:
        turns.insert(0, {"role": "system", "content": system})
    if getattr(tokenizer, "chat_template", None) is None:
        text = "\n\n".join(turn["content"] for turn in turns) + "\n"
        return list(tokenizer(text)["input_ids"])
    begun = turns[-1]["role"] == "assistant"
    text = tokenizer.apply_chat_template(
        turns, tokenize=False, add_generation_prompt=not begun, continue_final_message=begun
    )
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


class Decoder:
    """The one function from generated ids to text, with the tokenizer's tables made once.

    Args:
        tokenizer: Any tokenizer with a Rust backend.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._special = frozenset(tokenizer.all_special_ids)
        self._bytes = token_bytes(tokenizer) if _is_byte_level(tokenizer) else None

    def __call__(self, ids: Sequence[int]) -> tuple[str, tuple[TokenSpan, ...]]:
        """Decode ids into text and each token's place in it.

        A token that holds a part of a character has the bytes that are its own and the characters
        that it takes part in; a special token has an empty span.

        Returns:
            The text without special tokens, and one span a token.
        """
        if self._bytes is None:
            return self._incremental(ids)
        pieces = [b"" if i in self._special else self._bytes[i] for i in ids]
        whole = b"".join(pieces)
        try:
            text = whole.decode("utf-8")
        except UnicodeDecodeError:
            # Bytes that are not text: the replacement characters have other lengths than the bytes,
            # so spans come from what the decoder makes of growing prefixes.
            return self._incremental(ids)
        return text, _spans(text, [len(piece) for piece in pieces])

    def _incremental(self, ids: Sequence[int]) -> tuple[str, tuple[TokenSpan, ...]]:
        """Decode ever longer prefixes; what a prefix adds is its last token's.

        While a character is unfinished the prefix ends in a replacement character; the token that
        finishes it gets its bytes, and those before it an empty place at its start.
        """
        text, lengths = "", []
        for end, token_id in enumerate(ids, start=1):
            if token_id in self._special:
                lengths.append(0)
                continue
            grown = self._decode(ids[:end])
            unfinished = grown.endswith(_UNFINISHED) and end < len(ids)
            if unfinished or not grown.startswith(text):
                lengths.append(0)
                continue
            lengths.append(len(grown[len(text) :].encode("utf-8", "surrogatepass")))
            text = grown
        whole = self._decode(ids)
        if whole != text:
            missing = len(whole.encode("utf-8", "surrogatepass")) - sum(lengths)
            if lengths and whole.startswith(text):
                lengths[-1] += missing
            else:
                lengths = [0] * len(ids)
        return whole, _spans(whole, lengths)

    def _decode(self, ids: Sequence[int]) -> str:
        kept = [i for i in ids if i not in self._special]
        text: str = self._tokenizer.decode(kept, clean_up_tokenization_spaces=False)
        return text


def check_round_trip(tokenizer: Any) -> None:
    """Check that encoding and decoding a text returns the same text.

    Raises:
        UnghostError: It does not: labels would then stand at the wrong tokens.
    """
    decode = Decoder(tokenizer)
    for probe in _PROBES:
        ids = tokenizer(probe, add_special_tokens=False)["input_ids"]
        text, spans = decode(ids)
        if text.strip(" ") != probe or any(s.byte_end < s.byte_start for s in spans):
            raise UnghostError(
                f"this tokenizer's ids do not round-trip ({probe!r} comes back as {text!r}):"
                " unghost cannot place labels with it, so choose a model with a lossless tokenizer"
            )


def _is_byte_level(tokenizer: Any) -> bool:
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise UnghostError("this tokenizer has no tokenizer.json: convert it to the fast format")
    decoder = json.loads(backend.to_str()).get("decoder") or {}
    kinds = {part.get("type") for part in decoder.get("decoders", [decoder])}
    return kinds == {"ByteLevel"}


def _spans(text: str, lengths: Sequence[int]) -> tuple[TokenSpan, ...]:
    """Return the spans in a text of consecutive tokens with the given byte lengths."""
    sizes = [len(char.encode("utf-8", "surrogatepass")) for char in text]
    owner = [index for index, size in enumerate(sizes) for _ in range(size)]
    owner.append(len(text))
    total = len(owner) - 1
    spans, start = [], 0
    for end in accumulate(lengths):
        stop = min(end, total)
        begins = owner[min(start, total)]
        ends = begins if stop <= start else owner[stop - 1] + 1
        spans.append(TokenSpan(start, end, begins, ends))
        start = end
    return tuple(spans)
