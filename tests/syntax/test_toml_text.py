from __future__ import annotations

import tomllib
from collections.abc import Callable

import pytest
from document_cases import assert_within, growth, plain, scalars
from hypothesis import given
from hypothesis import strategies as st

from unghost.syntax.document import Table
from unghost.syntax.toml_text import DEEPEST, read_toml


def as_texts(value: object) -> object:
    if isinstance(value, dict):
        return {key: as_texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_texts(item) for item in value]
    return value


_BARE = st.text("ab1-_", min_size=1, max_size=2)
_CONTENT = st.text("a'\"\\#=[]\né\U0001f600", max_size=6)


def _escaped(content: str) -> str:
    return content.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _literal(content: str) -> str:
    return content.replace("'", "").replace("\n", "")


_STRINGS = st.one_of(
    _CONTENT.map(lambda c: f'"{_escaped(c)}"'),
    _CONTENT.map(lambda c: f"'{_literal(c)}'"),
    _CONTENT.map(lambda c: '"""' + c.replace("\\", "\\\\").replace('"', '\\"') + '"""'),
    _CONTENT.map(lambda c: '"""\n' + _escaped(c) + '\\\n   z"""'),
    _CONTENT.map(lambda c: "'''\n" + c.replace("'", "") + "'''"),
    st.just("''''a'''''"),
)
_KEYS = st.lists(_BARE | _CONTENT.map(lambda c: f'"{_escaped(c)}"'), min_size=1, max_size=2).map(
    " . ".join
)
_SPACE = st.sampled_from([" ", "\n", ' # ]"\n '])
_VALUES = st.recursive(
    _STRINGS,
    lambda inner: (
        st.tuples(_SPACE, st.lists(inner, max_size=3)).map(
            lambda pair: "[" + pair[0] + ("," + pair[0]).join(pair[1]) + pair[0] + "]"
        )
        | st.lists(st.tuples(_KEYS, inner), max_size=2).map(
            lambda pairs: "{" + ", ".join(f"{key} = {value}" for key, value in pairs) + "}"
        )
    ),
    max_leaves=6,
)
_LINES = st.one_of(
    st.tuples(_KEYS, _VALUES).map(" = ".join),
    _KEYS.map(lambda key: f"[{key}]"),
    _KEYS.map(lambda key: f"[[ {key} ]] # c"),
    st.just("# a = 'b'"),
)


@given(st.lists(_LINES, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_it_reads_what_the_standard_library_reads(lines: list[str], ending: str) -> None:
    text = ending.join(line.replace("\n", ending) for line in lines)
    read = read_toml(text)
    assert_within(read, text)
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert plain(read) == as_texts(expected)
    for scalar in scalars(read):
        raw = text[scalar.start : scalar.end]
        assert raw.replace("\r\n", "\n") == scalar.text or "\\" in raw


def test_a_whole_document() -> None:
    text = """\
title = "x" # y
[project]
dependencies = [
  "a>=1", # "b"
  'c',
]
optional.d = ["e"]
[[package]]
name = "f"
[package.source]
git = "g"
[[package]]
name = "h"
when = 1979-05-27 07:32:00
yes = true
"""
    assert plain(read_toml(text)) == {
        "title": "x",
        "project": {"dependencies": ["a>=1", "c"], "optional": {"d": ["e"]}},
        "package": [
            {"name": "f", "source": {"git": "g"}},
            {"name": "h", "when": "1979-05-27 07:32:00", "yes": "true"},
        ],
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("\ufeffa = 'b'", {"a": "b"}),
        ("a = \nb = 'c'", {"b": "c"}),
        ("a = 'b\nc = 'd'", {"c": "d"}),
        ("nonsense\nb = 'c'", {"b": "c"}),
        ("[a\nb = 'c'", {"a": {"b": "c"}}),
        ("[]\nb = 'c'\n[d]\ne = 'f'", {"d": {"e": "f"}}),
        ("a = ['b' 'c']", {"a": ["b", "c"]}),
        ("a = ['b',\n  'c'\n[d]\ne = 'f'", {"a": ["b", "c"], "d": {"e": "f"}}),
        ("a = [['b'\n[d]\ne = 'f'", {"a": [["b"]], "d": {"e": "f"}}),
        ("a = ['b'\nd = 'e'", {"a": ["b"], "d": "e"}),
        ("a = {b = 'c'", {"a": {"b": "c"}}),
        ("a = ['b', 'c", {"a": ["b"]}),
        ('a = "\\q"', {"a": "\\q"}),
        ("a = 'b'\na.c = 'd'", {"a": "b"}),
        ("a = 'b' 'c'", {"a": "b"}),
        ("a = '''b", {}),
    ],
)
def test_broken_text(text: str, expected: object) -> None:
    assert plain(read_toml(text)) == expected


def test_a_place_is_in_characters() -> None:
    text = "é = 'ü'\nname = { version = '1', package = \"q\\u0041\" }"
    root = read_toml(text)
    assert root is not None
    spec = root.table("name")
    assert text[spec.start : spec.end].startswith("{ version")
    scalar = spec.get("package")
    assert scalar is not None
    assert not isinstance(scalar, Table)
    assert text[scalar.start : scalar.end] == "q\\u0041"
    assert spec.text("package") == "qA"


def test_what_is_nested_too_deeply_is_left_out() -> None:
    deep = DEEPEST + 5
    assert plain(read_toml("b = 'c'\na = " + "[" * deep + "]" * deep)) is not None
    assert plain(read_toml(".".join(["a"] * deep) + " = 'x'\nb = 'c'")) == {"b": "c"}


@given(st.text("[]{}\"'=,.#\\ab \n\r\ud800é", max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert_within(read_toml(text), text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda n: "a=" + "[" * n,
        lambda n: "[" * n,
        lambda n: "a={a=" * n,
        lambda n: "".join(f"[[a]]\nb{i}=1\n" for i in range(n)),
        lambda n: "[[a]]\n" * n,
        lambda n: "".join(f"a{i}=1\n" for i in range(n)),
        lambda n: "a.b.c=1\n" * n,
        lambda n: 'a="""' + '\\"""' * n,
        lambda n: 'a="""\\""\n' * n,
        lambda n: "a='''\n" * n,
        lambda n: "a=" + '"' * n,
        lambda n: 'a="' + "\\" * n,
        lambda n: "a=[1" + "\n" * n,
        lambda n: "a=" + "[" * 90 + "1" + "\n" * n,
        lambda n: "a=[1\n" * n,
        lambda n: "a=[" + "#\n" * n,
        lambda n: "a=[" + "'\n" * n,
        lambda n: "a" * n,
        lambda n: "a." * n,
        lambda n: "\n" * n,
    ],
)
def test_time_is_linear(make: Callable[[int], str]) -> None:
    assert growth(read_toml, make, 3000) < 24
