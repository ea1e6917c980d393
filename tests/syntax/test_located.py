from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.syntax.document import Scalar
from unghost.syntax.json_text import read_json
from unghost.syntax.located import located
from unghost.syntax.word import Word
from unghost.syntax.yaml_text import read_yaml


def value(text: str) -> Word:
    document = read_json(text) if text.startswith("{") else read_yaml(text)
    scalar = document.get("a") if document is not None and hasattr(document, "get") else None
    assert isinstance(scalar, Scalar)
    word = located(Word(text, 0, len(text)), scalar)
    assert word is not None
    assert word.text == scalar.text
    return word


@pytest.mark.parametrize(
    "text",
    [
        "a: x name y",
        "a: x\n  name y",
        "a: 'x ''name'' y'",
        'a: "x \\"name\\" \\u00e9 name"',
        'a: "x \\\n  name y"',
        "a: |\n  x\n    name\n\n  y\n",
        "a: |\r\n  x\r\n  name\r\n",
        "a: >-\n  x\n  name\n\n  y\n",
        "a: |2\n    x\n  name\n",
        '{"a": "x name y"}',
        '{"a": "\\\\ \\n \\ud83d\\ude00 \\/ name"}',
        '{"a": "\U0001f600\\tname"}',
    ],
)
def test_a_name_is_found_where_it_is_written(text: str) -> None:
    word = value(text)
    begin = word.text.rindex("name")
    assert word.span(begin, begin + 4) == (text.rindex("name"), text.rindex("name") + 4)
    part = word.part(begin, begin + 4)
    assert (part.text, text[part.start : part.end]) == ("name", "name")


def test_what_the_source_does_not_hold_has_no_place() -> None:
    assert located(Word("abc", 0, 3), Scalar(0, 3, "xyz")) is None
    assert located(Word("", 0, 0), Scalar(0, 0, "")) == Word("", 0, 0)


@given(st.text('ab"\\\n\té\U0001f600 ', max_size=20), st.booleans())
def test_each_character_of_json_has_its_place(content: str, ascii_only: bool) -> None:
    text = json.dumps({"a": content}, ensure_ascii=ascii_only)
    word = value(text)
    places = [word.at(index) for index in range(len(content))]
    assert places == sorted(places)
    for char, place in zip(content, places, strict=True):
        assert text[place] in (char, "\\")


@given(st.text(max_size=30), st.text(max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_any_scalar_is_placed_within_the_source(raw: str, text: str, begin: int, size: int) -> None:
    begin = min(begin, len(raw))
    scalar = Scalar(begin, min(begin + size, len(raw)), text)
    word = located(Word(raw, 0, len(raw)), scalar)
    if word is not None:
        assert all(0 <= word.at(index) <= len(raw) for index in range(len(text)))
