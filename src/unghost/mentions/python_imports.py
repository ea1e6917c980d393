"""Imports in Python source, by the parser of Python itself; broken code gives what can be read."""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_right
from collections.abc import Iterator

from unghost.mentions.spot import Spot

_LONGEST = 1_000_000
"""Characters of source that are read; the rest of a larger text is not code that anyone wrote."""
_LONGEST_LINE = 10_000
_PROMPTS = (">>>", "...")


def find_imports(source: str) -> list[Spot]:
    """Find the modules that a source imports, with exact offsets.

    Relative imports name no package and are left out. Of code that does not parse, what is typed
    behind the prompts of a session is read, or else each line that is a whole import statement.
    """
    source = source[:_LONGEST]
    tree = _parse(source)
    if tree is not None:
        return list(_of_tree(tree, source))
    code, starts, shifts = _typed(source)
    if code:
        tree = _parse(code)
        found = _of_lines(code) if tree is None else _of_tree(tree, code)
        return [spot.moved(shifts[bisect_right(starts, spot.start) - 1]) for spot in found]
    return list(_of_lines(source))


def parses(source: str) -> bool:
    """Say whether a text is Python code, by grammar alone: a lone word is."""
    return _parse(source[:_LONGEST]) is not None


def is_python(source: str) -> bool:
    """Say whether a text is Python code with at least one import, definition or assignment."""
    source = source[:_LONGEST]
    tree = _parse(source) or _parse(_typed(source)[0])
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign)
    return tree is not None and any(isinstance(node, kinds) for node in tree.body)


def _typed(source: str) -> tuple[str, list[int], list[int]]:
    """Give the code behind prompts, where its lines begin in it, and how far each has moved."""
    code: list[str] = []
    starts: list[int] = []
    shifts: list[int] = []
    position, length, inside = 0, 0, False
    for line in source.splitlines(keepends=True):
        begin = len(line) - len(line.lstrip()) + 3
        prompt, gap = line[max(0, begin - 3) : begin], line[begin : begin + 1]
        # Dots go on with what the lines before began; elsewhere they are prose.
        inside = prompt in _PROMPTS[: 1 + inside] and (not gap or gap.isspace())
        if inside:
            begin += gap == " "
            code.append(line[begin:])
            starts.append(length)
            shifts.append(position + begin - length)
            length += len(line) - begin
        position += len(line)
    return "".join(code), starts, shifts


def _parse(source: str) -> ast.Module | None:
    # The parser takes quadratic time for a dotted name, and nobody writes such lines.
    if any(len(line) > _LONGEST_LINE for line in source.splitlines()):
        return None
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
