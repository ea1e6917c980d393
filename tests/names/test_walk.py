from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from unghost.names.normalise import canonical
from unghost.names.walk import Node, NormalisedWalk, TrieWalk, Walk

canonical_names = st.from_regex(r"[a-z0-9]([a-z0-9]|-[a-z0-9]){0,5}", fullmatch=True)
name_sets = st.sets(canonical_names, min_size=1, max_size=20)


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
    walk = NormalisedWalk(TrieWalk(names))
    node = walked(walk, written.encode())
    assert (node is not None and walk.is_name(node)) == (canonical(written) in names)


def test_separators_wait_for_what_follows() -> None:
    walk = NormalisedWalk(TrieWalk({"zope-interface", "zope"}))
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
