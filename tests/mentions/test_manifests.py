"""Which files are manifests, of which ecosystems, and how quickly that is said."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.ecosystems import all_ecosystems
from unghost.ecosystems.base import Manifest
from unghost.mentions.documents.manifests import Lookup, find_declared, is_manifest

PATTERNS = [p for eco in all_ecosystems() for m in eco.manifests for p in m.patterns]
LETTERS = st.text("abx.-*?[]", min_size=1, max_size=6)
PATHS = st.lists(LETTERS, min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("folder", ["", "a/", "/a/b.c/", "C:\\a\\", "./"])
def test_every_declared_kind_of_file_is_a_manifest(pattern: str, folder: str) -> None:
    assert is_manifest(folder + pattern.replace("*", "x"))


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "requirements.txt/",
        "src/main.py",
        "xpyproject.toml",
        "pyproject.toml.bak",
        "PYPROJECT.TOML",
        "xdebian/control",
        "control",
        "requirements/a/b/c/d.txt",
        "notes.txt",
        "a\nrequirements.txt\n",
        "." * 10_000,
        "a/" * 10_000,
    ],
)
def test_other_files_are_none(path: str) -> None:
    assert not is_manifest(path)
    assert find_declared("requests==1.0\n", path) == []


@given(st.lists(PATHS, min_size=1, max_size=6), PATHS)
def test_the_lookup_is_the_plain_comparison_of_all_patterns(patterns: list[str], path: str) -> None:
    kinds = [Manifest((pattern,), lambda text: ()) for pattern in patterns]
    expected = []
    for pattern, kind in zip(patterns, kinds, strict=True):
        end = path.split("/")[-pattern.count("/") - 1 :]
        if len(end) == len(pattern.split("/")) and fnmatchcase("/".join(end), pattern):
            expected.append(kind)
    found = Lookup(kinds).matching(path)
    assert sorted(map(id, found)) == sorted(map(id, expected))


def test_spots_of_all_ecosystems_are_in_order_and_each_is_there_once() -> None:
    text = "b==1\na\nc @ git+https://git.example/c\n"
    spots = find_declared(text, "requirements-requirements.txt")
    assert [text[spot.start : spot.end] for spot in spots] == ["b", "a", "c"]
    assert [spot.origin for spot in spots] == ["registry", "registry", "git"]


def test_a_file_that_two_ecosystems_read_gives_what_both_find() -> None:
    both = [Manifest(("x.toml",), lambda text: ()), Manifest(("*.toml", "x.*"), lambda text: [])]
    assert Lookup(both).matching("a/x.toml") == both
    assert Lookup(both).matching("a/y.toml") == both[1:]
