"""Imports in Python source, by the parser of Python itself; broken code gives what can be read."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from unghost.mentions.spot import Spot

_LONGEST = 1_000_000
"""Characters of source that are read; the rest of a larger text is not code that anyone wrote."""
_LONGEST_LINE = 10_000


def find_imports(source: str) -> list[Spot]:
    """Find the modules that a source imports, with exact offsets.

    Relative imports name no package and are left out. Of code that does not parse, each line that
    is a whole import statement by itself is read.
    """
    source = source[:_LONGEST]
    tree = _parse(source)
    if tree is not None:
        return list(_of_tree(tree, source))
    return list(_of_lines(source))


def is_python(source: str) -> bool:
    """Say whether a text is Python code with at least one import, definition or assignment."""
    tree = _parse(source[:_LONGEST])
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign)
    return tree is not None and any(isinstance(node, kinds) for node in tree.body)


def _parse(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _of_tree(tree: ast.Module, source: str) -> Iterator[Spot]:
    lines = _line_starts(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _spot(source, lines, alias.lineno, alias.col_offset, alias.name)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            # The tree does not say where the module stands: behind the keyword, past any blanks
            # and line continuations.
            start = _offset(source, lines, node.lineno, node.col_offset) + len("from")
            while start < len(source) and source[start] in " \t\\\r\n\f":
                start += 1
            yield from _at(source, start, node.module)


def _of_lines(source: str) -> Iterator[Spot]:
    start = 0
    for line in source.splitlines(keepends=True):
        stripped = line.strip()
        indent = len(line) - len(line.lstrip())
        if stripped.startswith(("import ", "from ")) and len(stripped) <= _LONGEST_LINE:
            statement = stripped
            # An opening bracket without its end is completed: the module is whole already.
            if statement.count("(") > statement.count(")") and " import " in statement:
                statement = statement[: statement.index("(")] + "_"
            tree = _parse(statement)
            if tree is not None:
                shift = start + indent
                yield from (s.moved(shift) for s in _of_tree(tree, stripped) if s)
        start += len(line)


def _line_starts(source: str) -> list[int]:
    """Give where each line begins, as the parser counts lines (three kinds of line ends)."""
    starts, position = [0], 0
    while position < len(source):
        if source[position] == "\r" and source[position + 1 : position + 2] == "\n":
            position += 1
        if source[position] in "\r\n":
            starts.append(position + 1)
        position += 1
    return starts


def _offset(source: str, lines: list[int], line: int, column: int) -> int:
    """Turn the parser's line and UTF-8 column into a character offset."""
    start = lines[line - 1] if line <= len(lines) else len(source)
    if line == 1 and source.startswith("\ufeff"):
        start += 1
    end = lines[line] if line < len(lines) else len(source)
    text = source[start:end].encode("utf-8", "surrogatepass")
    return start + len(text[:column].decode("utf-8", "ignore"))


def _spot(source: str, lines: list[int], line: int, column: int, name: str) -> Iterator[Spot]:
    return _at(source, _offset(source, lines, line, column), name)


def _at(source: str, start: int, name: str) -> Iterator[Spot]:
    # A dotted name may be written with blanks in it, and identifiers are normalised by the parser;
    # such a name keeps its first part only if even that cannot be found as written.
    for written in (name, name.partition(".")[0]):
        if source.startswith(written, start):
            yield Spot(start, start + len(written), written, "import", "python")
            return
