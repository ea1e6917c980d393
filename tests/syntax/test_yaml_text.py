from __future__ import annotations

from collections.abc import Callable

import pytest
from document_cases import assert_within, growth, plain, scalars
from hypothesis import given
from hypothesis import strategies as st

from unghost.syntax.document import Scalar
from unghost.syntax.yaml_text import DEEPEST, read_yaml, read_yaml_all


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b\nc:\n- d\n- e: f\n", {"a": "b", "c": ["d", {"e": "f"}]}),
        ("\ufeffa: b\nc: d", {"a": "b", "c": "d"}),
        ("a: 'it''s'\nb: \"x\\ty\" # c", {"a": "it's", "b": "x\ty"}),
        ("a: [b, {c: d}] \n", {"a": ["b", {"c": "d"}]}),
        ("a: &x {b: c}\nd: *x\n", {"a": {"b": "c"}, "d": ""}),
        ("a: !!python/object/apply:os.system ['x']\n", {"a": ["x"]}),
        ("a: b\0c\nd: e", {"a": "b c", "d": "e"}),
        ("a: \ud800b\nd: e", {"a": "b", "d": "e"}),
        ("a: b\nc:\n  d: e\n f: g\n", {"a": "b", "c": {"d": "e"}}),
        ("a: [b, c,\n", {"a": ["b", "c"]}),
        ("? [a]\n: b\nc: d", {"": "b", "c": "d"}),
        ("a: |\r\n  b\r\n  c\r\n", {"a": "b\nc\n"}),
        ("", None),
        ("# a: b", None),
        ("%", None),
    ],
)
def test_values(text: str, expected: object) -> None:
    assert plain(read_yaml(text)) == expected


@pytest.mark.parametrize(
    ("text", "raw", "content"),
    [
        ("a: |\n  x\n  y\nb: 1\n", "  x\n  y\n", "x\ny\n"),
        ("a: |  # c\n  x\n\n   y\n# d\nb: 1", "  x\n\n   y\n", "x\n\n y\n"),
        ("é: >-\n  x\n  y", "  x\n  y", "x y"),
        ("- a: |2\n      x\n  b: c", "      x\n", "  x\n"),
        ("a: !t &b |\n  x\n", "  x\n", "x\n"),
    ],
)
def test_the_place_of_a_block(text: str, raw: str, content: str) -> None:
    found = [scalar for scalar in scalars(read_yaml(text)) if scalar.text == content]
    assert [text[scalar.start : scalar.end] for scalar in found] == [raw]


def test_the_place_of_everything_else() -> None:
    text = "\ufeffü: &x !t pläin\n\"k\": 'sing''le'\n? c\n: [d, 1]\n"
    places = {scalar.text: text[scalar.start : scalar.end] for scalar in scalars(read_yaml(text))}
    expected = {name: name for name in ("ü", "pläin", "k", "c", "d", "1")}
    assert places == {**expected, "sing'le": "sing''le"}


def test_what_is_a_string() -> None:
    found = scalars(read_yaml("[a, '1', 1, 1.5, true, null, 2024-01-01x]"))
    kinds = {(scalar.text, scalar.is_string) for scalar in found}
    strings = {("a", True), ("1", True), ("2024-01-01x", True)}
    assert kinds == strings | {(text, False) for text in ("1", "1.5", "true", "null")}


def test_all_documents() -> None:
    assert [plain(one) for one in read_yaml_all("a: b\n---\n- c\n...\n---\nd\n")] == [
        {"a": "b"},
        ["c"],
        "d",
    ]


def test_aliases_of_aliases_do_not_grow() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]" for i in range(1, 60)]
    assert sum(1 for _ in scalars(read_yaml("\n".join(lines)))) < 400


def test_deep_nesting_ends_the_reading() -> None:
    root = read_yaml("a: b\nc: " + "[" * (DEEPEST + 1))
    assert root is not None
    assert not isinstance(root, Scalar)
    assert "b" in [scalar.text for scalar in scalars(root)]


@given(st.text("ab:-?|>'\"#&*!%[]{},. \n\t\r\0é\ud800", max_size=60))
def test_any_text_is_read(text: str) -> None:
    for value in read_yaml_all(text):
        assert_within(value, text)
        assert all(0 <= one.start <= one.end <= len(text) for one in scalars(value))


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda n: "[" * n,
        lambda n: "{a: " * n,
        lambda n: "- " * n,
        lambda n: "? " * n,
        lambda n: "a: |\n" * n,
        lambda n: "- |\n  a\n" * n,
        lambda n: "- &a !b c\n" * n,
        lambda n: "[" + "a," * n,
        lambda n: "---\n" * n,
        lambda n: '- "a\\n\n  b"\n' * n,
        lambda n: "[[a,b],\n" * 90 + "[a, b],\n" * n,
        lambda n: "a: b\0\n" * n,
        lambda n: "".join(" " * min(i, 80) + "a:\n" for i in range(n)),
        lambda n: "*" * n,
        lambda n: "#" * n,
    ],
)
def test_time_is_linear(make: Callable[[int], str]) -> None:
    assert growth(read_yaml_all, make, 3000) < 24
