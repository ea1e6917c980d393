"""Every ecosystem against its table of worked cases: ``tests/ecosystems/<name>.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from unghost.ecosystems import ecosystem, ecosystem_names
from unghost.ecosystems.spot import Spot

FOLDER = Path(__file__).parent
NEEDED = ("canonical", "valid", "invalid", "command", "manifest", "lookup")


def table_of(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _cases(key: str) -> list[Any]:
    return [
        pytest.param(name, case, id=f"{name}-{number}")
        for name in ecosystem_names()
        for number, case in enumerate(table_of(name).get(key, []))
    ]


def _said(spots: list[Spot], text: str) -> list[str]:
    """Write spots as the tables do: ``name``, ``name@origin`` where it is not the registry."""
    for spot in spots:
        assert 0 <= spot.start < spot.end <= len(text), spot
    ordered = sorted(spots, key=lambda spot: (spot.start, spot.end))
    return [s.name if s.origin == "registry" else f"{s.name}@{s.origin}" for s in ordered]


@pytest.mark.parametrize("name", ecosystem_names())
def test_a_table_has_all_that_an_ecosystem_declares(name: str) -> None:
    table = table_of(name)
    assert [key for key in NEEDED if not table.get(key)] == []
    declared = ecosystem(name)
    assert declared.name == name
    if declared.languages:
        assert all(table.get(key) for key in ("import", "builtin", "candidates"))


@pytest.mark.parametrize("name", ecosystem_names())
def test_forms_and_grammar_of_names(name: str) -> None:
    table, declared = table_of(name), ecosystem(name)
    for written, canonical in table["canonical"].items():
        assert declared.canonical(written) == canonical
        assert declared.canonical(canonical) == canonical
    for text in table["valid"]:
        assert declared.is_valid(text), text
    for text in table["invalid"]:
        assert not declared.is_valid(text), text


@pytest.mark.parametrize(("name", "case"), _cases("command"))
def test_install_commands(name: str, case: dict[str, Any]) -> None:
    from unghost.mentions.commands.installs import find_installs

    spots = [spot for spot in find_installs(case["text"]) if spot.ecosystem == name]
    assert _said(spots, case["text"]) == case["names"]
    if "versions" in case:
        assert [spot.version or "" for spot in spots] == case["versions"]


@pytest.mark.parametrize(("name", "case"), _cases("manifest"))
def test_manifests_and_lock_files(name: str, case: dict[str, Any]) -> None:
    from unghost.mentions.documents.manifests import find_declared

    spots = [s for s in find_declared(case["text"], case["path"]) if s.ecosystem == name]
    assert _said(spots, case["text"]) == case["names"]
    if "versions" in case:
        assert [spot.version or "" for spot in spots] == case["versions"]
    for spot in spots:
        assert case.get("escaped") or spot.name in case["text"][spot.start : spot.end]


@pytest.mark.parametrize(("name", "case"), _cases("import"))
def test_imports(name: str, case: dict[str, Any]) -> None:
    from unghost.mentions.imports import find_imports

    spots = find_imports(case["text"], case["language"])
    assert _said(spots, case["text"]) == case["names"]
    assert {spot.ecosystem for spot in spots} <= {name}


@pytest.mark.parametrize(("name", "case"), _cases("builtin"))
def test_builtin_modules(name: str, case: dict[str, Any]) -> None:
    declared = ecosystem(name)
    for module in case["modules"]:
        assert declared.is_builtin(module, case["language"]), module
    for module in case["others"]:
        assert not declared.is_builtin(module, case["language"]), module


@pytest.mark.parametrize(("name", "case"), _cases("candidates"))
def test_candidates(name: str, case: dict[str, Any]) -> None:
    found = ecosystem(name).candidates(case["module"], case["language"])
    assert list(found.names) == case["names"]
    assert list(found.roots) == case.get("roots", [])


@pytest.mark.parametrize(("name", "case"), _cases("lookup"))
def test_single_name_addresses(name: str, case: dict[str, Any]) -> None:
    assert ecosystem(name).registry.lookup(case["base"], case["name"]) == case["url"]
