from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.mentions.documents.notebooks import find_in_notebook


def notebook(*cells: dict[str, Any], language: str = "python", **options: Any) -> str:
    root = {
        "cells": list(cells),
        "metadata": {"kernelspec": {"language": language, "name": "x"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(root, **options)


def cell(source: str | list[str], kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "outputs": [], "source": source}


def names(text: str) -> list[str]:
    found = find_in_notebook(text)
    assert [text[spot.start : spot.end] for spot in found] == [spot.name for spot in found]
    return [spot.name for spot in found]


@pytest.mark.parametrize("options", [{}, {"indent": 1}, {"ensure_ascii": False}])
def test_code_and_commands(options: dict[str, Any]) -> None:
    text = notebook(
        cell(["import alpha.beta as b\n", "s = 'é \U0001f600 \"'; from gamma import d\n"]),
        cell("%pip install -q delta\n!pip install 'epsilon>=1'\nimport zeta\n"),
        cell("%%bash\npip install eta\nimport not_code\n"),
        cell("# Title\n\nRun `pip install theta`.", "markdown"),
        cell("import iota", "raw"),
        {**cell("x = 'import kappa'"), "outputs": [{"text": ["import lambda_"]}]},
        **options,
    )
    expected = ["alpha.beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]
    assert sorted(names(text)) == sorted(expected)


def test_other_languages() -> None:
    text = notebook(cell(["use serde::Serialize;\n", "fn f() {}\n"]), language="Rust")
    assert names(text) == ["serde"]
    assert find_in_notebook(text)[0].ecosystem == "crates"
    assert names(notebook(cell("import a"), language="unknown")) == []


def test_older_forms() -> None:
    root = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["import a\n"]}]}]}
    assert names(json.dumps(root)) == ["a"]
    assert names(json.dumps({"cells": [cell("import a")]})) == ["a"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 1}', '{"cells": [1, {}, []]}', "\0"])
def test_what_is_no_notebook_has_none(text: str) -> None:
    assert find_in_notebook(text) == []


@given(st.lists(st.text(max_size=30), max_size=4), st.booleans())
def test_offsets_are_exact_behind_any_text(lines: list[str], ascii_only: bool) -> None:
    before = [f"# {' '.join(line.split())}\n" for line in lines]
    text = notebook(cell([*before, "import alpha"]), ensure_ascii=ascii_only)
    assert names(text) == ["alpha"]
