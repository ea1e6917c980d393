from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.ecosystems import ecosystem, ecosystem_names
from unghost.ecosystems.pypi.names import canonical
from unghost.names.walk import Node, NormalisedWalk, TrieWalk, Walk

canonical_names = st.from_regex(r"[a-z0-9]([a-z0-9]|-[a-z0-9]){0,5}", fullmatch=True)
name_sets = st.sets(canonical_names, min_size=1, max_size=20)

WRITTEN = ["serde-json", "flask", "a-b", "@types/node-env", "org.a-b:core-api", "symfony/http-kit"]
WRITTEN += ["github.com/spf13/cobra-x", "libssl-dev", "Newtonsoft.Json-x"]


@dataclass
class Written:
    """A naming, as far as walks need it."""

    separators: bytes
    folds_case: bool = False
    folds_runs: bool = True


PYPI = ecosystem("pypi")


def walked(walk: Walk, text: bytes) -> Node | None:
    node: Node | None = walk.root
    for byte in text:
        if node is None:
            return None
        node = walk.step(node, byte)
    return node


@given(names=name_sets, probe=canonical_names)
def test_a_walk_is_membership(names: set[str], probe: str) -> None:
    walk = TrieWalk(names)
    for text in [*names, probe]:
        node = walked(walk, text.encode())
        assert (node is not None and walk.is_name(node)) == (text in names)
        assert (node is not None) == any(name.startswith(text) for name in names)


@given(names=name_sets)
def test_children_are_exactly_the_next_bytes(names: set[str]) -> None:
    walk = TrieWalk(names)
    for name in names:
        for length in range(len(name)):
            node = walked(walk, name[:length].encode())
            assert node is not None
            wanted = {
                ord(other[length])
                for other in names
                if other.startswith(name[:length]) and len(other) > length
            }
            assert {byte for byte, _ in walk.children(node)} == wanted
    assert not walk.is_name(walk.root)


@given(names=name_sets, written=st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,6}[a-zA-Z0-9])?"))
def test_a_normalised_walk_agrees_with_the_canonical_form(names: set[str], written: str) -> None:
    written = written.strip()
    walk = NormalisedWalk(TrieWalk(names), PYPI)
    node = walked(walk, written.encode())
    assert (node is not None and walk.is_name(node)) == (canonical(written) in names)


def test_separators_wait_for_what_follows() -> None:
    walk = NormalisedWalk(TrieWalk({"zope-interface", "zope"}), PYPI)
    node = walked(walk, b"Zope._")
    assert node is not None
    assert not walk.is_name(node)
    assert [chr(byte) for byte, _ in walk.children(node)] == ["-", ".", "I", "_", "i"]
    finished = walked(walk, b"Zope._INTERFACE")
    assert finished is not None
    assert walk.is_name(finished)
    assert walked(walk, b"zopei") is None
    assert walked(walk, b"-zope") is None


def test_bytes_that_are_no_text_lead_nowhere() -> None:
    assert walked(TrieWalk({"a"}), b"\xff") is None


def test_bytes_beyond_ascii_are_walked() -> None:
    walk = TrieWalk({"naïve", "na"})
    assert [byte for byte, _ in walk.children(b"na")] == [0xC3]
    assert walk.is_name("naïve".encode())


@given(names=st.sets(st.from_regex(r"[a-z_-]{1,4}", fullmatch=True), min_size=1), data=st.data())
def test_other_separators_and_cases_fold_as_declared(names: set[str], data: st.DataObject) -> None:
    folded = {name.replace("-", "_") for name in names if "--" not in name.replace("_", "-")}
    walk = NormalisedWalk(TrieWalk(folded), Written(b"_-"))
    text = data.draw(
        st.sampled_from(sorted(names)) | st.from_regex(r"[A-Ca-c_-]{1,4}", fullmatch=True)
    )
    form = "".join(
        char for i, char in enumerate(text) if char not in "_-" or text[i - 1 : i] not in ("_", "-")
    )
    node = walked(walk, text.encode())
    assert (node is not None and walk.is_name(node)) == (form.replace("-", "_") in folded)


@given(names=st.sets(st.from_regex(r"[A-Ba-b._/-]{1,4}", fullmatch=True), min_size=1))
def test_without_separators_a_name_is_what_it_is(names: set[str]) -> None:
    walk = NormalisedWalk(TrieWalk(names), Written(b""))
    for text in [*names, *(name.swapcase() for name in names), *(f"{name}-" for name in names)]:
        node = walked(walk, text.encode())
        assert (node is not None and walk.is_name(node)) == (text in names)


@pytest.mark.parametrize("kind", ecosystem_names())
@given(data=st.data())
def test_every_ecosystem_folds_in_the_walk_as_in_its_canonical_form(
    kind: str, data: st.DataObject
) -> None:
    eco = ecosystem(kind)
    texts = st.sampled_from(WRITTEN).flatmap(lambda name: st.sampled_from(variants(name)))
    written = data.draw(st.lists(texts.filter(eco.is_valid), max_size=4))
    names = {eco.canonical(name) for name in written} | {"other"}
    walk = NormalisedWalk(TrieWalk(names), eco)
    for probe in [*written, *filter(eco.is_valid, data.draw(st.lists(texts, max_size=9)))]:
        node = walked(walk, probe.encode())
        assert (node is not None and walk.is_name(node)) == (eco.canonical(probe) in names)


def variants(name: str) -> list[str]:
    """Write a name as a hurried hand might."""
    dashed = [name.replace("-", mark) for mark in ("-", "_", ".", "--", "-_")]
    return [form for text in dashed for form in (text, text.title(), text.upper())]
