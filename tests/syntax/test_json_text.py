from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from document_cases import assert_within, growth, plain, scalars
from hypothesis import given
from hypothesis import strategies as st

from unghost.syntax.document import Array, Scalar, Table
from unghost.syntax.json_text import DEEPEST, read_json

_LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def as_texts(value: object) -> object:
    if isinstance(value, dict):
        return {key: as_texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_texts(item) for item in value]
    return value if isinstance(value, str) else json.dumps(value)


@given(_VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_it_reads_what_the_standard_library_writes(value: object, ascii: bool, indent: int) -> None:
    text = json.dumps({"v": value}, ensure_ascii=ascii, indent=indent)
    read = read_json(text)
    assert plain(read) == {"v": as_texts(value)}
    for scalar in scalars(read):
        raw = text[scalar.start : scalar.end]
        assert (json.loads(f'"{raw}"') if scalar.is_string else raw) == scalar.text
        assert not scalar.is_string or text[scalar.start - 1] == text[scalar.end] == '"'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('// a\n{"a": /* b */ 1, // c\n "b": [1, 2,],}', {"a": "1", "b": ["1", "2"]}),
        ("{'a': 'it\\'s', b: \"c\"}", {"a": "it\\'s", "b": "c"}),
        ('\ufeff{"a": "b"}\r\n', {"a": "b"}),
        ('{"a": "C:\\dir", "b": "c"}', {"a": "C:\\dir", "b": "c"}),
        ('{"a": "b\nc"}', {"a": "b\nc"}),
        ('{"a": "\\ud800", "b": "\\ud83d\\ude00"}', {"a": "\ud800", "b": "\U0001f600"}),
        ('{"a": {"b": ["c", "d', {"a": {"b": ["c"]}}),
        ('{"a", "b": "c"}', {"b": "c"}),
        ('{"a": "b"} {"c": "d"}', {"a": "b"}),
        ('{"a": ["b"}, "c": "d"}', {"a": ["b"], "c": "d"}),
        ('"only"', "only"),
        ("17", None),
        ("", None),
        ("// nothing", None),
        ("}", None),
        ('{"a": \0, "b": "\0"}', {"a": "\0", "b": "\0"}),
    ],
)
def test_broken_and_commented_text(text: str, expected: object) -> None:
    assert plain(read_json(text)) == expected


def test_places() -> None:
    text = '{"é": ["b", {"c": 1}]}'
    root = read_json(text)
    assert isinstance(root, Table)
    array = root.array("é")
    assert text[array.start : array.end] == '["b", {"c": 1}]'
    assert isinstance(array, Array)
    inner = array.items[1]
    assert text[inner.start : inner.end] == '{"c": 1}'
    assert (root.start, root.end) == (0, len(text))
    assert isinstance(array.items[0], Scalar)


def test_values_may_be_read_one_after_the_other() -> None:
    text = '{"a": 1}\n{"a": 2}\n'
    first = read_json(text)
    assert first is not None
    second = read_json(text, first.end)
    assert plain(second) == {"a": "2"}


def test_what_is_nested_too_deeply_is_left_out() -> None:
    text = '{"a": ' + "[" * 300 + '"x"' + "]" * 300 + ', "b": "c"}'
    root = read_json(text)
    assert isinstance(root, Table)
    assert root.text("b") == "c"
    assert "x" not in [scalar.text for scalar in scalars(root)]
    within = '{"a": ' + "[" * (DEEPEST - 1) + '"x"' + "]" * (DEEPEST - 1) + "}"
    assert "x" in [scalar.text for scalar in scalars(read_json(within))]


@given(st.text("{}[]\",:/*\\u1aé\n \ud800'", max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert_within(read_json(text), text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda n: "[" * n,
        lambda n: '{"a":' * n,
        lambda n: '"' * n,
        lambda n: "[" + '"\\q",' * n,
        lambda n: '["' + '\\"' * n,
        lambda n: "[" + "\\" * n + '"',
        lambda n: "[" + "/**/" * n,
        lambda n: "[" + "/*" * n,
        lambda n: " " * n + "[",
        lambda n: "[" + "a" * n,
        lambda n: "]" * n,
        lambda n: "{" + '"a":1,' * n,
        lambda n: "['" + "\\'" * n,
    ],
)
def test_time_is_linear(make: Callable[[int], str]) -> None:
    assert growth(read_json, make, 3000) < 24
