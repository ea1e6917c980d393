"""Go: its readers on broken and hostile text, and what its table does not show."""

from __future__ import annotations

import pytest
from hypothesis import given
from reader_laws import assert_is_linear, assert_reads_anything, broken_texts

from unghost.ecosystems import ecosystem

GO = ecosystem("go")


@given(broken_texts("go"))
def test_broken_text_is_read_as_far_as_it_goes(text: str) -> None:
    assert_reads_anything(GO, text)


@pytest.mark.parametrize(
    "unit",
    [
        "require a.b/c v1\n",
        "replace a.b/c => a.b/d v1\n",
        "tool a.b/c/d\n",
        "a/",
        "(",
        '"',
        "// ",
        "require (\n",
        "# a.b/c v1 => ",
    ],
)
def test_time_is_linear(unit: str) -> None:
    assert_is_linear(GO, unit, 2000)


def test_candidates_of_an_endless_path_are_few() -> None:
    assert len(GO.candidates("a.b/" + "c/" * 100_000, "go").names) < 20


def test_many_tools_are_matched_with_many_modules() -> None:
    modules = "".join(f"require a.b/m{n} v1\n" for n in range(2000))
    tools = "".join(f"tool a.b/m{n}/cmd/x\n" for n in range(2001))
    (read_mod, *_) = (manifest.read for manifest in GO.manifests)
    assert [spot.name for spot in read_mod(modules + tools)][2000:] == ["a.b/m2000/cmd/x"]
