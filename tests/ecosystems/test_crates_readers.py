"""crates.io: its readers on broken and hostile text, and what its table does not show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_laws import assert_is_linear, assert_reads_anything, broken_texts

from unghost.ecosystems import ecosystem
from unghost.ecosystems.crates.manifests import read_lock, read_manifest

CRATES = ecosystem("crates")
UNITS = [
    "a = '1'\n",
    "[[package]]\nname = 'a'\n",
    "[dependencies.a]\n",
    "[target.'x'.dependencies]\na = 1\n",
    "[patch.crates-io]\na = {path = 'x'}\n",
    "a = {",
    "a.",
    "[",
    '"',
    '"a:1" = 1\n',
]


@given(broken_texts("crates"))
def test_broken_text_is_read_as_far_as_it_goes(text: str) -> None:
    assert_reads_anything(CRATES, text)


@pytest.mark.parametrize("unit", UNITS)
def test_time_is_linear(unit: str) -> None:
    assert_is_linear(CRATES, unit, 1000)
    assert_is_linear(CRATES, "[dependencies]\n" + unit, 1000)


@given(st.text(alphabet="aZ_-1@:+./$ ", max_size=20))
def test_any_argument_is_read(word: str) -> None:
    for command in CRATES.commands:
        found = command.read(word)
        assert found is None or (found.start, word[: found.end]) == (0, found.name)


@given(st.from_regex(r"[a-zA-Z][a-zA-Z0-9_-]{0,63}", fullmatch=True))
def test_a_crate_and_its_path_in_code_are_one(name: str) -> None:
    assert CRATES.is_valid(name)
    imported = name.replace("-", "_")
    assert CRATES.candidates(f"{imported}::x", "rust").names == (CRATES.canonical(name),)


def test_names_stand_where_they_are_written() -> None:
    text = "\ufeff# 💥 ü\r\n[dependencies]\r\n\"a_b\" = '1'\r\nx = {package='real'}\r\n"
    spots = read_manifest(text)
    assert [text[spot.start : spot.end] for spot in spots] == ["a_b", "real"]
    text = '# 💥\n[[package]]\nname = "a"\nversion = "1"\n[[package]]\nname = 3\n[[package]]\n'
    (spot,) = read_lock(text)
    assert (text[spot.start : spot.end], spot.version) == ("a", "1")


@pytest.mark.parametrize(
    ("key", "name"),
    [("a:1.0", "a"), ("a", "a"), ("https://github.com/x#a:1", "a"), ("https://x.example#a", "a")],
)
def test_what_is_replaced(key: str, name: str) -> None:
    text = f'[replace]\n"{key}" = {{ git = "https://git.example/a" }}\n'
    (spot,) = read_manifest(text)
    assert (spot.name, text[spot.start : spot.end], spot.origin) == (name, name, "git")


def test_a_patch_of_another_source_moves_no_crate_of_the_registry() -> None:
    text = '[dependencies]\na = "1"\n[patch."https://git.example/x"]\na = { path = "a" }\n'
    assert [spot.origin for spot in read_manifest(text)] == ["registry", "path"]
