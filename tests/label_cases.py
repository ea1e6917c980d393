"""A tiny world for labels: a few names, a tokenizer of chosen pieces, answers made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tokenizers import Tokenizer, decoders
from tokenizers.models import BPE
from transformers import PreTrainedTokenizerFast
from transformers.convert_slow_tokenizer import bytes_to_unicode

from unghost.domains.packages.domain import PackagesDomain
from unghost.names.universe import load_universe
from unghost.records import Completion, Mention, Prompt, Sampling, TokenSpan, Verdict

REAL = frozenset(
    {"numpy", "numpydoc", "pandas", "requests", "requests-html", "reserved-one", "é-x"}
)
UNTRUSTED = frozenset({"numpydoc"})
MODULES = frozenset({"numpy", "google", "yaml"})


class PrefixWalk:
    """All prefixes of a set of names, upper and lower case alike; a node is the prefix itself."""

    root = b""

    def __init__(self, names: Iterable[bytes]) -> None:
        self.names = frozenset(names)
        self.prefixes = {name[:end] for name in self.names for end in range(len(name) + 1)}

    def step(self, node: bytes, byte: int) -> bytes | None:
        longer = node + bytes([byte]).lower()
        return longer if longer in self.prefixes else None

    def is_name(self, node: bytes) -> bool:
        return node in self.names

    def children(self, node: bytes) -> Iterator[tuple[int, bytes]]:
        for byte in range(256):
            if node + bytes([byte]) in self.prefixes:
                yield byte, node + bytes([byte])


class World(PackagesDomain):
    """Packages, a few of them."""

    def __init__(self) -> None:
        super().__init__(load_universe("demo"))

    def walk(self, kind: str) -> PrefixWalk:  # type: ignore[override]
        names = MODULES if kind == "import" else REAL
        return PrefixWalk(name.encode() for name in names)

    def trusted(self, mention: Mention, verdict: Verdict) -> bool:
        as_written = mention.kind == "import" or verdict.resolved_by == "name"
        known = verdict.canonical in REAL | MODULES and verdict.canonical not in UNTRUSTED
        return as_written and known


def tokenizer_of(pieces: Iterable[bytes]) -> PreTrainedTokenizerFast:
    """Make a byte-level tokenizer; id 0 is <eos>, the pieces follow in order."""
    letters = bytes_to_unicode()
    words = ["".join(letters[byte] for byte in piece) for piece in pieces]
    vocabulary = {"<eos>": 0} | {word: index for index, word in enumerate(words, 1)}
    backend = Tokenizer(BPE(vocab=vocabulary, merges=[]))
    backend.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<eos>")


class Scene:
    """Answers put together of pieces, with the verdicts on the names in them."""

    def __init__(self) -> None:
        self.pieces: dict[bytes, int] = {}
        self.prompts = [self.prompt("p")]
        self.completions: list[Completion] = []
        self.mentions: list[Mention] = []
        self.verdicts: list[Verdict] = []

    def prompt(self, name: str, split: str = "discover") -> Prompt:
        return Prompt(name, name, (), "packages", "", "seed", "none", split)

    def answer(
        self,
        *pieces: str | bytes,
        names: dict[str, str],
        kind: Any = "list",
        eos: bool = True,
        finish: Any = "stop",
        prompt: str = "p",
    ) -> None:
        """Add an answer; ``names`` gives the status of each name, in order of appearance."""
        texts = [piece.encode() if isinstance(piece, str) else piece for piece in pieces]
        ids = [self.pieces.setdefault(text, len(self.pieces) + 1) for text in texts]
        spans, at = [], 0
        for text in texts:
            spans.append(TokenSpan(at, at + len(text), 0, 0))
            at += len(text)
        if eos:
            ids.append(0)
            spans.append(TokenSpan(at, at, 0, 0))
        number = len(self.completions)
        whole = b"".join(texts).decode()
        self.completions.append(
            Completion(
                f"c{number}", prompt, "m", 0, number, whole, finish, Sampling(), tuple(ids),
                tuple(spans),
            )
        )  # fmt: skip
        start = 0
        for place, (raw, status) in enumerate(names.items()):
            start = whole.index(raw, start)
            mention = f"c{number}-{place}"
            self.mentions.append(
                Mention(
                    mention, f"c{number}", start, start + len(raw), 1, 1, raw, raw, "pypi", kind
                )
            )
            self.verdicts.append(Verdict(mention, raw.lower(), status, "name", "s", "d"))  # type: ignore[arg-type]
            start += len(raw)

    def tokenizer(self, *more: str) -> PreTrainedTokenizerFast:
        """Make a tokenizer of the pieces used so far and some more."""
        for piece in more:
            self.pieces.setdefault(piece.encode(), len(self.pieces) + 1)
        return tokenizer_of(self.pieces)
