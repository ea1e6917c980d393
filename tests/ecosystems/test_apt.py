"""apt: its readers on broken and hostile text, and what its table does not show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_laws import assert_is_linear, assert_reads_anything, broken_texts

from unghost.ecosystems import ecosystem
from unghost.ecosystems.apt.commands import read_package
from unghost.ecosystems.apt.relations import relations

APT = ecosystem("apt")
NAMES = st.from_regex(r"[a-z][a-z0-9.]{1,8}[a-z0-9]", fullmatch=True)


@given(broken_texts("apt"))
def test_broken_text_is_read_as_far_as_it_goes(text: str) -> None:
    assert_reads_anything(APT, text)


@pytest.mark.parametrize(
    "unit",
    [
        "Depends: ab\n",
        "Depends:",
        " ab,\n",
        "ab | ",
        "(",
        ",",
        "ab (>= 1) [x] <y>, ",
        "Package: ab\n",
        "ab=1 ",
    ],
)
def test_time_is_linear(unit: str) -> None:
    assert_is_linear(APT, unit, 2000)


@given(
    NAMES,
    st.sampled_from(["", ":amd64", ":any"]),
    st.sampled_from(["", "=1.2-3", "=1:2.0~rc1+b1", "/bookworm"]),
    st.sampled_from(["", "+"]),
)
def test_a_word_of_a_command_is_read_whatever_is_behind_the_name(
    name: str, architecture: str, version: str, mark: str
) -> None:
    word = f"{name}{architecture}{version}{mark}"
    found = read_package(word)
    assert found is not None
    assert (found.name, word[found.start : found.end]) == (name, name)
    assert found.version == (f"{version}{mark}"[1:] if "=" in version else None)
    assert read_package(f"{word}-") is None


@given(
    st.lists(
        st.tuples(
            NAMES,
            st.sampled_from(["", ":any"]),
            st.sampled_from(["", "(= 1)", "(>=2.0~)", "( << ${source:Version} )"]),
            st.sampled_from(["", "[amd64 !i386]", "<!nocheck> <x y>"]),
            st.sampled_from(["", " ", "\n "]),
        )
    ),
    st.sampled_from([",", "|", " ,\n ", " | "]),
)
def test_relations_are_read_one_by_one(
    given_relations: list[tuple[str, str, str, str, str]], between: str
) -> None:
    written = [f"{n}{a}{gap}{v}{gap}{limits}" for n, a, v, limits, gap in given_relations]
    text = between.join(written)
    found = list(relations(text))
    assert [text[f.start : f.end] for f in found] == [name for name, *_ in given_relations]
    versions = [v.strip("()").strip() or None for _, _, v, _, _ in given_relations]
    assert [f.version for f in found] == versions
