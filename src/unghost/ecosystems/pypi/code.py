"""Requirements in Python code that builds or tests a project: ``setup.py`` and ``noxfile.py``.

The code is parsed and never run. Literals count, and names that literals are assigned to.
Source: the documentation of setuptools' keywords and of Nox's sessions; found.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from unghost.ecosystems.pypi.commands import COMMANDS
from unghost.ecosystems.pypi.imports import Places, parse
from unghost.ecosystems.pypi.names import canonical
from unghost.ecosystems.pypi.sources import PYPI, Sources
from unghost.ecosystems.pypi.specifiers import requirement_spots, without_comment
from unghost.ecosystems.spot import Spot
from unghost.syntax.word import Word

_LONGEST = 1_000_000
_MOST = 400_000
"""Expressions that are looked at, again for each call that is given them: names can stand for names
that stand for lists, and calls can take them all."""
_AS_MUCH = 3
"""Characters of requirements that are as much work as an expression."""
_LISTS = frozenset({"install_requires", "setup_requires", "tests_require", "extras_require"})
_GROWING = frozenset({"append", "extend", "update"})
_PIP = COMMANDS[0]


def read_setup(text: str) -> list[Spot]:
    """Read what the call of ``setup`` in a ``setup.py`` requires."""
    code = _Code(text)
    keywords = [pair for call in code.calls("setup") for pair in code.keywords(call)]
    own = {value for key, node in keywords if key == "name" for value in code.texts(node)}
    sources = Sources({canonical(name): "workspace" for name in own})
    required = [node for key, node in keywords if key in _LISTS]
    spots = [spot for node in code.leaves(required) for spot in code.spots(node, sources)]
    return sorted(spots, key=lambda spot: spot.start)


def read_nox(text: str) -> list[Spot]:
    """Read what the sessions of a ``noxfile.py`` install."""
    code = _Code(text)
    spots: list[Spot] = []
    for call in code.calls("install"):
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            spots += _of_install(code, call)
    return sorted(spots, key=lambda spot: spot.start)


def _of_install(code: _Code, call: ast.Call) -> list[Spot]:
    spots: list[Spot] = []
    sources, skip = PYPI, False
    for node in code.leaves(call.args):
        value = code.text_of(node)
        if not skip and value.startswith("-"):
            flag, equals, _ = value.partition("=")
            if flag in _PIP.elsewhere and flag != "--extra-index-url":
                sources = Sources(rest="index")
            skip = not equals and flag in _PIP.valued | _PIP.elsewhere
            continue
        if not skip:
            spots += code.spots(node, sources)
        skip = False
    return spots


class _Code:
    """A parsed text, with what its names are assigned to."""

    def __init__(self, text: str) -> None:
        self._text = text[:_LONGEST]
        # The parser refuses a byte order mark.
        tree = parse(self._text.removeprefix("\ufeff"))
        self._nodes = [] if tree is None else list(ast.walk(tree))
        self._places = Places(self._text)
        self._left = _MOST
        self._assigned: dict[str, list[ast.expr]] = defaultdict(list)
        for node in self._nodes:
            for target, value in _assignments(node):
                self._assign(target, value)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Subscript):
            value = ast.Dict([target.slice], [value])
            target = target.value
        if isinstance(target, ast.Name):
            self._assigned[target.id].append(value)

    def calls(self, function: str) -> Iterator[ast.Call]:
        """Return the calls of a function or method of a name."""
        for node in self._nodes:
            if isinstance(node, ast.Call):
                called = node.func
                name = (
                    called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                )
                if name == function:
                    yield node

    def keywords(self, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
        """Return a call's keywords, those of dictionaries after two stars too."""
        for keyword in call.keywords:
            if keyword.arg is not None:
                yield keyword.arg, keyword.value
                continue
            named = keyword.value.id if isinstance(keyword.value, ast.Name) else ""
            for value in [keyword.value, *self._assigned.get(named, ())]:
                for entry in _entries(value):
                    self._left -= 1
                    yield entry
                self._left -= 1
                if self._left < 0:
                    return

    def leaves(self, nodes: Iterable[ast.expr]) -> list[ast.expr]:
        """Return the strings in literals and in what names stand for, each place once."""
        stack = list(nodes)[::-1]
        found: list[ast.expr] = []
        seen: set[int | str] = set()
        while stack and self._left > 0:
            self._left -= 1
            node = stack.pop()
            key = node.id if isinstance(node, ast.Name) else id(node)
            if key in seen:
                continue
            seen.add(key)
            if isinstance(node, ast.Constant | ast.JoinedStr):
                found.append(node)
            elif isinstance(node, ast.Name):
                stack += self._assigned.get(node.id, [])[::-1]
            else:
                stack += _inside(node)[::-1]
        return found

    def texts(self, node: ast.expr) -> list[str]:
        """Return the strings that an expression may be."""
        return [self.text_of(leaf) for leaf in self.leaves([node])]

    def text_of(self, node: ast.expr) -> str:
        """Return a string's value, with empty braces where a format string has fields."""
        if isinstance(node, ast.JoinedStr):
            return "".join(self.text_of(part) or "{}" for part in node.values)
        value = node.value if isinstance(node, ast.Constant) else None
        return value if isinstance(value, str) else ""

    def spots(self, node: ast.expr, sources: Sources) -> list[Spot]:
        """Read the requirements in a string, one a line."""
        value = self.text_of(node)
        self._left -= len(value) // _AS_MUCH
        if self._left < 0 or not value.strip():
            return []
        begin, end = self._content(node)
        if self._text[begin:end] == value:
            return _by_line(value, begin, sources)
        # Escapes or several strings in a row: only the names have to stand in the text.
        found: list[Spot] = []
        for spot in _by_line(value, 0, sources):
            place = self._text.find(spot.name, begin, end)
            if place < 0:
                break
            # Of a format string nobody knows the version.
            version = spot.version if isinstance(node, ast.Constant) else None
            found.append(replace(spot.moved(place - spot.start), version=version))
            begin = found[-1].end
        return found

    def _content(self, node: ast.expr) -> tuple[int, int]:
        """Return where a string's content stands, without prefix and quotes."""
        begin = self._places.of(node.lineno, node.col_offset)
        end = self._places.of(node.end_lineno or node.lineno, node.end_col_offset or 0)
        while begin < end and self._text[begin] not in "\"'":
            begin += 1
        quotes = 3 if self._text[begin : begin + 3] in ('"""', "'''") else 1
        return begin + quotes, max(begin + quotes, end - quotes)


def _by_line(text: str, begin: int, sources: Sources) -> list[Spot]:
    spots: list[Spot] = []
    for line in text.splitlines(keepends=True):
        word = Word(line, begin, begin + len(line))
        spots += requirement_spots(without_comment(word), sources)
        begin += len(line)
    return spots


def _assignments(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Return what is assigned or added to what."""
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        grown = node.args if node.func.attr in _GROWING else ()
        yield from ((node.func.value, argument) for argument in grown)


def _entries(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Return the entries of a literal dictionary, in braces or as a call of ``dict``."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        yield from ((keyword.arg, keyword.value) for keyword in node.keywords if keyword.arg)


def _inside(node: ast.expr) -> list[ast.expr]:
    """Return the parts of an expression that are lists or strings where it is one."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return node.elts
    if isinstance(node, ast.Dict):
        # Without a key it is another dictionary, unpacked.
        return node.values
    if isinstance(node, ast.Call):
        named = isinstance(node.func, ast.Name) and node.func.id
        if named in ("list", "tuple", "set", "sorted"):
            return node.args
        return [value for _, value in _entries(node)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [node.left, node.right]
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.Starred | ast.Subscript):
        return [node.value]
    return []
