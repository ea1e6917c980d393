"""Maven: its readers on broken and hostile text, and what its table does not show."""

from __future__ import annotations

import pytest
from hypothesis import given
from reader_laws import assert_is_linear, assert_reads_anything, broken_texts

from unghost.ecosystems import ecosystem
from unghost.mentions.documents.manifests import known

MAVEN = ecosystem("maven")


@given(broken_texts("maven"))
def test_broken_text_is_read_as_far_as_it_goes(text: str) -> None:
    assert_reads_anything(MAVEN, text)


@pytest.mark.parametrize(
    "unit",
    [
        "dependencies { implementation 'a:b:1' ",
        "exclude(",
        "a:b:1=c\n",
        "<dependency><groupId>a</groupId><artifactId>b</artifactId></dependency>",
        "<project><properties><a>",
        "<dependency>",
        '"${',
        "'''",
        "/* ",
        "x = /",
        "[libraries]\na = 'b:c:1'\n",
    ],
)
def test_time_is_linear(unit: str) -> None:
    assert_is_linear(MAVEN, unit, 1000)


def test_properties_do_not_multiply() -> None:
    (read_pom, *_) = (manifest.read for manifest in MAVEN.manifests)
    text = (
        f"<project><properties><p>{'x' * 10_000}</p></properties>"
        f"<dependency><groupId>a</groupId><artifactId>{'${p}' * 10_000}</artifactId></dependency>"
        "<dependency><groupId>a</groupId><artifactId>b${p</artifactId></dependency>"
        "<dependency><groupId>a</groupId><artifactId>b</artifactId></dependency></project>"
    )
    assert [spot.name for spot in read_pom(text)] == ["a:b"]


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("dependencies {\n implementation(\n  'a.b:c:1',\n  'd.e:f:1'\n )\n}", ["a.b:c", "d.e:f"]),
        ("dependencies {\n api group: 'a.b',\n  name: 'c'\n}", ["a.b:c"]),
        ("dependencies { exclude group: 'a', name: 'b'; api 'c:d:1' }", ["c:d"]),
        ('dependencies { api "a:b:${x ? "c" : "d:e:f"}" }\nval s = "g:h:1"', ["a:b"]),
        ("kotlin { sourceSets { main { dependencies { api('a:b:1') } } } }", ["a:b"]),
        ("x = ~/it's/\ndependencies { api 'a:b:1' }", ["a:b"]),
        ("dependencies { api x ? 'a:b:1' : 'c:d:1' }", ["a:b", "c:d"]),
        ("dependencies { def lib = 'a:b:1' }", []),
        ('versionCatalogs { libs { library("x", "a.b:c:1") } }', ["a.b:c"]),
        ("dependencies { modules { module('a:b') { replacedBy('c:d') } } }", []),
        ("project('x') {\n dependencies { api('a:b:1') { because 'c:d' } }\n}", ["a:b"]),
        ("} ) ]\ndependencies { api 'a:b:1'", ["a:b"]),
    ],
)
def test_forms_of_build_scripts(script: str, names: list[str]) -> None:
    (kind,) = known().matching("build.gradle")
    assert [spot.name for spot in kind.read(script)] == names
