"""Packages in Jupyter notebooks: imports and commands of code cells, commands in Markdown.

Source: nbformat 4 (found). Outputs and raw cells are skipped: nobody runs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from unghost.ecosystems.spot import Spot
from unghost.mentions.commands.installs import find_installs, find_installs_by_line
from unghost.mentions.imports import find_imports, language_of, typed_languages
from unghost.mentions.prose.spoken import find_installs_in_prose
from unghost.syntax.document import Table, Value, strings, tables
from unghost.syntax.json_text import read_json
from unghost.syntax.located import located
from unghost.syntax.word import Word, WordBuilder

_SHELL = ("%%bash", "%%sh", "%%script bash", "%%script sh", "%%system", "%%!", "%%cmd")


def find_in_notebook(text: str) -> list[Spot]:
    """Find the packages that a notebook names, with offsets in its JSON."""
    root = read_json(text)
    if not isinstance(root, Table):
        return []
    language = _language(root)
    document = Word(text, 0, len(text))
    cells = [*tables(root.get("cells"))]
    # Up to version 3 cells lay in worksheets.
    for sheet in tables(root.get("worksheets")):
        cells += tables(sheet.get("cells"))
    return [spot for cell in cells for spot in _of_cell(cell, language, document)]


def _language(root: Table) -> str:
    for path in (("kernelspec", "language"), ("language_info", "name")):
        named = root.text("metadata", *path)
        if named:
            known = language_of(named)
            return known.name if known is not None else ""
    return typed_languages()[0].name


def _of_cell(cell: Table, language: str, document: Word) -> Iterator[Spot]:
    kind = cell.text("cell_type")
    source = _joined(cell.get("source") or cell.get("input"), document)
    if source is None:
        return
    text = source.text
    if kind == "markdown":
        found = find_installs_in_prose(text)
    elif kind == "code" and text.lstrip().startswith(_SHELL):
        first = text.find("\n") + 1 or len(text)
        found = [spot.moved(first) for spot in find_installs(text[first:])]
    elif kind == "code":
        found = find_imports(text, language)
        known = language_of(language)
        if known is not None and known.cells is not None and not known.cells.parses(text):
            found += find_installs_by_line(text)
    else:
        return
    for spot in found:
        start, end = source.span(spot.start, spot.end)
        yield replace(spot, start=start, end=end)


def _joined(value: Value | None, document: Word) -> Word | None:
    """Join the lines of a cell, each character with its place in the document."""
    builder = WordBuilder(document)
    for scalar in strings(value):
        line = located(document, scalar)
        if line is None:
            return None
        if not line.places:
            builder.add(line.text, line.start)
            continue
        for number, (offset, _) in enumerate(line.places):
            stop = line.places[number + 1][0] if number + 1 < len(line.places) else len(line.text)
            builder.add(line.text[offset:stop], line.at(offset))
    return builder.word(0) if builder.size else None
