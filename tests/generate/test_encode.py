from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unghost import Prompt, UnghostError
from unghost.generate.encode import Decoder, check_round_trip, encode_prompt
from unghost.records import Message

text = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=40)
relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)


def prompt(*contents: str) -> Prompt:
    messages = tuple(Message("user", content) for content in contents)
    return Prompt("p", "t", messages, "packages", "task", "f", "o", "discover")


@given(text=text)
@relaxed
def test_byte_level_spans_are_the_tokens_own_bytes(byte_level: Any, text: str) -> None:
    ids = byte_level(text, add_special_tokens=False)["input_ids"]
    decoded, spans = Decoder(byte_level)(ids)
    assert decoded == text
    data, position = text.encode(), 0
    for span in spans:
        assert span.byte_start == position
        position = span.byte_end
        piece = data[span.byte_start : span.byte_end]
        covered = text[span.char_start : span.char_end].encode()
        assert piece in covered
    assert position == len(data)


@given(ids=st.lists(st.integers(0, 319), max_size=30))
@relaxed
def test_any_ids_have_orderly_spans(byte_level: Any, ids: list[int]) -> None:
    ids = [i % len(byte_level) for i in ids]
    decoded, spans = Decoder(byte_level)(ids)
    assert len(spans) == len(ids)
    assert decoded == byte_level.decode(
        [i for i in ids if i not in (0, 1)], clean_up_tokenization_spaces=False
    )
    for before, after in pairwise(spans):
        assert before.byte_start <= before.byte_end == after.byte_start
        assert before.char_start <= before.char_end
    if spans:
        assert spans[-1].byte_end <= len(decoded.encode("utf-8"))


@given(text=text.map(lambda t: t.replace("\u2581", "")))
@relaxed
def test_sentencepiece_spans_cover_the_text(sentencepiece_like: Any, text: str) -> None:
    ids = sentencepiece_like(text, add_special_tokens=False)["input_ids"]
    decoded, spans = Decoder(sentencepiece_like)(ids)
    assert decoded == text
    assert sum(span.byte_end - span.byte_start for span in spans) == len(text.encode())


def test_a_split_character_belongs_to_all_its_tokens(byte_level: Any) -> None:
    ids = byte_level("\u0800", add_special_tokens=False)["input_ids"]
    assert len(ids) == 3
    _, spans = Decoder(byte_level)(ids)
    assert [(s.byte_start, s.byte_end) for s in spans] == [(0, 1), (1, 2), (2, 3)]
    assert {(s.char_start, s.char_end) for s in spans} == {(0, 1)}


def test_special_tokens_have_no_place(byte_level: Any) -> None:
    ids = byte_level("os", add_special_tokens=False)["input_ids"]
    decoded, spans = Decoder(byte_level)([*ids, 1])
    assert decoded == "os"
    assert (spans[-1].byte_start, spans[-1].byte_end) == (2, 2)
    assert (spans[-1].char_start, spans[-1].char_end) == (2, 2)


def test_a_lossless_tokenizer_passes(byte_level: Any, sentencepiece_like: Any) -> None:
    check_round_trip(byte_level)
    check_round_trip(sentencepiece_like)


def test_a_lossy_tokenizer_is_refused_in_one_line(word_piece: Any) -> None:
    with pytest.raises(UnghostError, match="do not round-trip") as caught:
        check_round_trip(word_piece)
    assert "\n" not in str(caught.value)


def test_word_piece_spans_cover_what_it_decodes(word_piece: Any) -> None:
    ids = word_piece("import requests", add_special_tokens=False)["input_ids"]
    decoded, spans = Decoder(word_piece)(ids)
    assert decoded == "import requests"
    assert spans[-1].byte_end == len(decoded)


def test_prompts_use_the_chat_template_if_there_is_one(byte_level: Any) -> None:
    plain = encode_prompt(byte_level, prompt("pip", "os"), system="import")
    assert byte_level.decode(plain) == "import\n\npip\n\nos\n"
    byte_level.chat_template = (
        "{% for m in messages %}[{{ m['role'] }}]{{ m['content'] }}\n{% endfor %}"
        "{% if add_generation_prompt %}[assistant]{% endif %}"
    )
    try:
        ids = encode_prompt(byte_level, prompt("pip"), system="os")
    finally:
        byte_level.chat_template = None
    assert byte_level.decode(ids) == "[system]os\n[user]pip\n[assistant]"
