"""Imports in Python source, by the parser of Python itself; broken code gives what can be read.

Only what stands before the last ``import`` of a text is parsed: a cut between two statements of the
outermost level leaves all statements before it as they are, and elsewhere the part does not parse.
"""

from __future__ import annotations

import ast
import sys
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from unghost.ecosystems.pypi.broken import logical_lines, typed, without_formats, without_magics
from unghost.ecosystems.spot import Spot
from unghost.syntax.text import ByteOffsets

_LONGEST = 4_000_000
"""Characters of source that are read; the rest of a larger text is not code that anyone wrote."""
_LONG_LINE, _MANY_DOTS, _MANY_FIELDS = 1_000, 400, 1_000
_NO_FILE = ""
"""Of an error the parser opens the file of this name, to quote from it; any other may exist."""
_LONGEST_NAME = 500
_TRIES = 2
_GOES_ON = ("except", "finally")
_CALLS = ("__import__", "import_module")
_HOLDERS = ("builtins", "importlib")
_UNREADABLE = dict.fromkeys(range(0xD800, 0xE000), "\ufffd") | {0: " "}
"""What the parser refuses, and what takes as many bytes as it and is let pass in strings."""
_BLOCKS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.AsyncFor: ("body", "orelse"),
    ast.AsyncFunctionDef: ("body",),
    ast.AsyncWith: ("body",),
    ast.ClassDef: ("body",),
    ast.ExceptHandler: ("body",),
    ast.For: ("body", "orelse"),
    ast.FunctionDef: ("body",),
    ast.If: ("body", "orelse"),
    ast.Match: ("cases",),
    ast.Module: ("body",),
    ast.Try: ("body", "handlers", "orelse", "finalbody"),
    ast.TryStar: ("body", "handlers", "orelse", "finalbody"),
    ast.While: ("body", "orelse"),
    ast.With: ("body",),
    ast.match_case: ("body",),
}


def find_imports(source: str, language: str = "python") -> list[Spot]:
    """Find the modules that a source imports, with exact offsets.

    Relative imports name no package and are left out. Of code that does not parse, each line that
    is a whole import statement is read, or else what is typed after the prompts of a session.
    """
    source = source[:_LONGEST]
    found = _of_whole(source)
    if found is not None:
        return found
    found = _of_broken(source)
    if found:
        return found
    code, starts, shifts = typed(source)
    found = (_of_whole(code) or _of_broken(code)) if code else []
    return [spot.moved(shifts[bisect_right(starts, spot.start) - 1]) for spot in found]


def _of_whole(source: str) -> list[Spot] | None:
    """Read code that parses, None if it does not."""
    last = source.rfind("import")
    if last < 0:
        return []
    for part in _parts(source, last):
        tree = parse(part)
        if tree is not None:
            return _of_tree(tree, part)
    return None


def _of_broken(source: str) -> list[Spot]:
    code = without_magics(source)
    tree = parse(code) if code != source else None
    return _of_lines(code) if tree is None else _of_tree(tree, code)


def parse(source: str) -> ast.Module | None:
    """Parse a source; None if it is not Python, or the parser would take too long.

    A byte order mark is skipped; :class:`Places` counts it.
    """
    source = source.removeprefix("\ufeff")
    if _has_long_name(source):
        return None
    if sys.version_info < (3, 12) and source.count("{") > _MANY_FIELDS:
        # Each field of a format string is looked for from the string's beginning.
        source = without_formats(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return ast.parse(source, _NO_FILE)
            except ValueError:
                return ast.parse(source.translate(_UNREADABLE), _NO_FILE)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def parses(source: str) -> bool:
    """Return whether a text is Python code, by grammar alone: a lone word is."""
    return parse(source[:_LONGEST]) is not None


def is_python(source: str) -> bool:
    """Return whether a text is Python code with at least one import, definition or assignment."""
    source = source[:_LONGEST]
    tree = parse(source) or parse(typed(source)[0])
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign)
    return tree is not None and any(isinstance(node, kinds) for node in tree.body)


def _parts(source: str, last: int) -> Iterator[str]:
    """Return what to parse in turn, the last time all: each part holds the last import."""
    end = last
    for _ in range(_TRIES):
        end = _next_statement(source, end)
        if end > 0.9 * len(source):
            break
        yield source[:end]
        end += end // 4
    yield source


def _next_statement(source: str, start: int) -> int:
    """Return where the next line begins that looks like a new statement of the outermost level."""
    while (start := source.find("\n", start) + 1) > 0:
        first = source[start : start + 1]
        if (first.isalnum() or first in "_@") and not source.startswith(_GOES_ON, start):
            return start
    return len(source)


def _has_long_name(source: str) -> bool:
    """Return whether the parser may take quadratic time: it does to join a dotted name."""
    for continued in ("\\\r\n", "\\\n", "\\\r"):
        source = source.replace(continued, "")
    return any(
        len(line) > _LONG_LINE
        and line.count(".") > _MANY_DOTS
        and ("import" in line or "from" in line)
        for line in source.splitlines()
    )


def _of_tree(tree: ast.Module, source: str) -> list[Spot]:
    places = Places(source)
    spots: list[Spot] = []
    calls = any(name in source for name in _CALLS)
    for node in ast.walk(tree) if calls else _statements(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                spots += _at(source, places.of(alias.lineno, alias.col_offset), alias.name)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            # The tree does not say where the module stands: after the keyword, past any blanks
            # and line continuations.
            start = places.of(node.lineno, node.col_offset) + len("from")
            while start < len(source) and source[start] in " \t\\\r\n\f":
                start += 1
            spots += _at(source, start, node.module)
        elif isinstance(node, ast.Call):
            spots += _of_call(node, source, places)
    return sorted(spots, key=lambda spot: spot.start)


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Return all statements; no expression is looked into, since none holds a statement."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        for field in _BLOCKS[type(node)]:
            for inner in getattr(node, field):
                if type(inner) in _BLOCKS:
                    pending.append(inner)
                else:
                    yield inner


def _of_call(node: ast.Call, source: str, places: Places) -> list[Spot]:
    """Read a call that imports a module by its name, where the name is written out."""
    called, argument = node.func, node.args[0] if node.args else None
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        is_import = called.value.id in _HOLDERS and called.attr in _CALLS
    else:
        is_import = isinstance(called, ast.Name) and called.id in _CALLS
    if not is_import or not isinstance(argument, ast.Constant) or _is_relative(node):
        return []
    module = argument.value
    if not isinstance(module, str) or not all(part.isidentifier() for part in module.split(".")):
        return []
    start = places.of(argument.lineno, argument.col_offset)
    while source[start : start + 1] in ("r", "R", "u", "U"):
        start += 1
    start += 3 if source.startswith(('"""', "'''"), start) else 1
    return _at(source, start, module)


def _is_relative(node: ast.Call) -> bool:
    """Return whether ``__import__`` is given a level."""
    levels = [keyword.value for keyword in node.keywords if keyword.arg == "level"] + node.args[4:]
    return any(not isinstance(level, ast.Constant) or level.value != 0 for level in levels)


def _of_lines(source: str) -> list[Spot]:
    """Read each line on its own; strings that go over lines hold no statements."""
    spots: list[Spot] = []
    for start, line, bare in logical_lines(source):
        if "import" not in bare or len(line) > 10 * _LONG_LINE:
            continue
        statement = line
        # An opening bracket without its end is completed: the module is whole already.
        if bare.count("(") > bare.count(")") and " import " in bare:
            statement = line[: bare.index("(")] + "_"
        tree = parse(statement)
        colon = bare.find(":") + 1
        if tree is None and colon:
            # A header without its block, or a block without its header.
            statement = line[colon:].lstrip()
            start += len(line) - len(statement)
            tree = parse(statement)
        if tree is not None:
            spots += [spot.moved(start) for spot in _of_tree(tree, statement)]
    return spots


class Places:
    """Turns the parser's lines and columns of UTF-8 into character offsets.

    Args:
        source: What was parsed.
    """

    def __init__(self, source: str) -> None:
        self._offsets = ByteOffsets(source)
        # Three kinds of line ends count as one.
        data = self._offsets.data.replace(b"\r\n", b" \n").replace(b"\r", b"\n")
        self._lines = list(accumulate((len(line) + 1 for line in data.split(b"\n")), initial=0))
        if source.startswith("\ufeff"):
            self._lines[0] = len("\ufeff".encode())

    def of(self, line: int, column: int) -> int:
        """Return the character at a line, from 1, and a byte of it."""
        return self._offsets.char(self._lines[min(line, len(self._lines)) - 1] + column)


def _at(source: str, start: int, name: str) -> list[Spot]:
    # A dotted name may be written with blanks in it, and identifiers are normalised by the parser:
    # of such a name the first part is taken, and nothing if even that is not written so.
    for written in (name, name.partition(".")[0]):
        if len(written) <= _LONGEST_NAME and source.startswith(written, start):
            return [Spot(start, start + len(written), written, "import", "pypi", "python")]
    return []
