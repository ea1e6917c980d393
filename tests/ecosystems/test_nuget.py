"""NuGet: its readers on broken and hostile text, and what its table does not show."""

from __future__ import annotations

import pytest
from hypothesis import given
from reader_laws import assert_is_linear, assert_reads_anything, broken_texts

from unghost.ecosystems import ecosystem

NUGET = ecosystem("nuget")


@given(broken_texts("nuget"))
def test_broken_text_is_read_as_far_as_it_goes(text: str) -> None:
    assert_reads_anything(NUGET, text)


@pytest.mark.parametrize(
    "unit",
    [
        '#r "nuget: A, 1"\n',
        '"',
        '@"',
        "'\\",
        "/* ",
        "(*",
        "nuget A 1\n",
        "NUGET\n  remote: x\n    A (1)\n",
        '<Project><PackageReference Include="A;B"/>',
        "a;",
        '{"dependencies": {"net": {"A": {',
        "#addin nuget:?package=A\n",
    ],
)
def test_time_is_linear(unit: str) -> None:
    assert_is_linear(NUGET, unit, 1000)


def test_a_long_list_of_packages_is_read_once() -> None:
    (read_project, *_) = (manifest.read for manifest in NUGET.manifests)
    names = [f"P{number}" for number in range(5000)]
    text = f'<Project><PackageReference Include="{";".join(names)}"/></Project>'
    spots = list(read_project(text))
    assert [text[spot.start : spot.end] for spot in spots] == names


def test_candidates_of_an_endless_namespace_are_few() -> None:
    assert len(NUGET.candidates("A." * 100_000, "csharp").names) < 20
