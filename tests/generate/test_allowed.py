from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders
from tokenizers.models import BPE, WordPiece
from transformers import PreTrainedTokenizerFast

from domain_cases import PACKAGES
from label_cases import PrefixWalk, tokenizer_of
from unghost.ecosystems import ecosystem
from unghost.errors import UnghostError
from unghost.generate.allowed import AllowedTokens, Vocabulary, after, token_bytes
from unghost.names.walk import NormalisedWalk, TrieWalk

PIECES = [b"num", b"py", b"p", b"y", b"pydoc", b"\n", b"=", b"==1", b"=x", b" num", b" ", b" x"]
PIECES += [b"py==", b"py=", b"pyx", b"py\nnum", b"N", b"\xff", b"y\xff", b", pan", b"doc", b"."]
NAMES = (b"numpy", b"numpydoc", b"pandas")
EOS = 0
ENDS = PACKAGES.terminators("list")


@pytest.fixture
def allowed() -> AllowedTokens:
    walk = PrefixWalk(NAMES)
    return AllowedTokens(tokenizer_of(PIECES), walk, (b"\n", b"=="), eos_ids=[EOS])


def texts(allowed: AllowedTokens, ids: tuple[int, ...]) -> set[bytes]:
    return {allowed.vocabulary.bytes_of[token] or b"EOS" for token in ids}


def test_at_the_start_only_beginnings_of_names(allowed: AllowedTokens) -> None:
    assert texts(allowed, allowed.ids_at(b"")) == {b"num", b"p", b"N"}


def test_inside_a_name_what_goes_on_or_finishes_it(allowed: AllowedTokens) -> None:
    wanted = {b"p", b"py", b"pydoc", b"py==", b"py=", b"py\nnum"}
    assert texts(allowed, allowed.ids_at(b"num")) == wanted


def test_a_finished_name_ends_or_goes_on_with_a_terminator(allowed: AllowedTokens) -> None:
    found = texts(allowed, allowed.ids_at(b"numpy"))
    assert found == {b"\n", b"=", b"==1", b"doc", b"EOS"}


def test_a_prefix_in_the_same_token_is_matched(allowed: AllowedTokens) -> None:
    assert texts(allowed, allowed.ids_at(b"", b" ")) == {b" ", b" num"}
    assert texts(allowed, allowed.ids_at(b"", b", ")) == {b", pan"}


def _naive(bytes_of: tuple[bytes, ...], walk: PrefixWalk, node: bytes, prefix: bytes) -> set[int]:
    ends = ENDS
    found = {EOS} if walk.is_name(node) and not prefix else set()
    for token, text in enumerate(bytes_of):
        if not text or not text.startswith(prefix):
            continue
        text = text[len(prefix) :]
        here: bytes | None = node
        for at in range(len(text) + 1):
            if here is None:
                break
            rest = text[at:]
            if not rest or (
                walk.is_name(here)
                and any(rest.startswith(end) or end.startswith(rest) for end in ends)
            ):
                found.add(token)
            here = walk.step(here, rest[0]) if rest else None
    return found


BYTES = st.lists(st.sampled_from(b"ab-.=\n \xff"), min_size=1, max_size=5).map(bytes)


@given(st.sets(BYTES, min_size=1, max_size=40), st.sets(BYTES, min_size=1, max_size=8), st.data())
def test_the_joint_walk_finds_what_trying_every_token_finds(
    pieces: set[bytes], names: set[bytes], data: st.DataObject
) -> None:
    walk = PrefixWalk(names)
    vocabulary = Vocabulary(tokenizer_of(sorted(pieces)))
    allowed = AllowedTokens(vocabulary, walk, ENDS, eos_ids=[EOS])
    node = data.draw(st.sampled_from(sorted(walk.prefixes)))
    prefix = data.draw(st.sampled_from([b"", b"", b" ", b"\n ", b"\xff"]))
    ids = allowed.ids_at(node, prefix)
    assert list(ids) == sorted(_naive(vocabulary.bytes_of, walk, node, prefix))


def test_bytes_of_a_byte_level_tokenizer() -> None:
    assert token_bytes(tokenizer_of(PIECES)) == (b"", *PIECES)


def _sentencepiece() -> PreTrainedTokenizerFast:
    words = ["<s>", "\u2581num", "py", "<0xC3>", "é", "<0xZ", "\u2581"]
    vocabulary = {word: index for index, word in enumerate(words)}
    backend = Tokenizer(BPE(vocab=vocabulary, merges=[], byte_fallback=True))
    backend.decoder = decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    return PreTrainedTokenizerFast(tokenizer_object=backend, bos_token="<s>")


def test_bytes_of_a_sentencepiece_tokenizer() -> None:
    wanted = (b"", b" num", b"py", b"\xc3", "é".encode(), b"<0xZ", b" ")
    assert token_bytes(_sentencepiece()) == wanted


def test_bytes_of_a_wordpiece_tokenizer() -> None:
    backend = Tokenizer(WordPiece(vocab={"[UNK]": 0, "num": 1, "##py": 2}, unk_token="[UNK]"))
    backend.decoder = decoders.WordPiece()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="[UNK]")
    assert token_bytes(tokenizer) == (b"", b" num", b"py")


def test_an_ordinary_added_token_stands_for_its_text() -> None:
    tokenizer = tokenizer_of([b"a"])
    tokenizer.add_tokens(["<tool>"])
    assert token_bytes(tokenizer) == (b"", b"a", b"<tool>")


def test_an_unknown_decoder_is_refused() -> None:
    backend = Tokenizer(BPE(vocab={"a": 0}, merges=[]))
    with pytest.raises(UnghostError, match="decoder is neither"):
        token_bytes(PreTrainedTokenizerFast(tokenizer_object=backend))
    with pytest.raises(UnghostError, match=r"no tokenizer\.json"):
        token_bytes(object())


def test_after_walks_bytes() -> None:
    walk = PrefixWalk(NAMES)
    assert after(walk, walk.root, b"nump") == b"nump"
    assert after(walk, walk.root, b"numx") is None


def test_names_as_a_text_spells_them() -> None:
    walk = NormalisedWalk(TrieWalk(["zope-interface", "zope"]), ecosystem("pypi"))
    pieces = [b"Zope", b".", b"_Inter", b"face", b".\n", b". It", b"-x", b"-"]
    allowed = AllowedTokens(tokenizer_of(pieces), walk, ENDS, eos_ids=[EOS])
    assert texts(allowed, allowed.ids_at(walk.root)) == {b"Zope"}
    zope = after(walk, walk.root, b"Zope")
    found = texts(allowed, allowed.ids_at(zope))
    assert found == {b".", b"_Inter", b".\n", b". It", b"-", b"EOS"}
    after_dot = after(walk, zope, b".")
    assert texts(allowed, allowed.ids_at(after_dot)) == {b".", b"_Inter", b"-"}
