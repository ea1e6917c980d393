from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.report.mask import mask_examples, mask_name

ROLES = ["plain", "ghost", "real", "blamed", "reinforced"]


def _token(text: str, role: str = "plain") -> dict[str, Any]:
    return {"text": text, "role": role, "kl": None}


def _masked(before: list[dict[str, Any]], question: str = "") -> tuple[str, list[str]]:
    example = {"question": question, "before": before, "after": []}
    result = mask_examples([example])[0]
    return result["question"], [token["text"] for token in result["before"]]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("qzvplotrix", "qzv•••••••"), ("qzvp", "qzv•"), ("qzv", "q••"), ("q", "q"), ("", "")],
)
def test_three_characters_stay(name: str, shown: str) -> None:
    assert mask_name(name) == shown


def test_a_name_of_several_tokens_is_masked_as_one() -> None:
    tokens = [_token("use"), _token(" qz", "ghost"), _token("vx", "blamed"), _token("yw", "ghost")]
    assert _masked(tokens)[1] == ["use", " qz", "v•", "••"]


def test_two_names_are_masked_apart_and_real_ones_stay() -> None:
    tokens = [_token("qzvpl", "ghost"), _token(", "), _token("flask", "real"), _token(", ")]
    tokens.append(_token("wkjtt", "ghost"))
    assert _masked(tokens)[1] == ["qzv••", ", ", "flask", ", ", "wkj••"]


def test_later_uses_and_the_question_are_masked_too() -> None:
    tokens = [_token("import "), _token("qzvpl", "ghost"), _token("\nQZVPL.run()")]
    question, texts = _masked(tokens, "what is qzvpl?")
    assert question == "what is qzv••?"
    assert texts[2] == "\nQZV••.run()"


@given(
    st.lists(st.tuples(st.text("abc -\n", max_size=6), st.sampled_from(ROLES)), max_size=8),
    st.text("abc -", max_size=12),
)
def test_masking_keeps_lengths_roles_and_blanks(rows: list[tuple[str, str]], text: str) -> None:
    tokens = [_token(t, role) for t, role in rows]
    question, texts = _masked(tokens, text)
    assert [len(t) for t in texts] == [len(t) for t, _ in rows]
    assert len(question) == len(text)
    for shown, (original, _) in zip(texts, rows, strict=True):
        assert all(s in (o, "•") for s, o in zip(shown, original, strict=True))
