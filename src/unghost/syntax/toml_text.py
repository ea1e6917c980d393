"""TOML with positions: all tables of a text merged into one, as the specification says.

The standard library's reader does not say where things stand, so tables and keys are read here and
only strings with escapes are given to it. Source: TOML 1.0.0 (found, not inferred).
"""

from __future__ import annotations

import re

from unghost.syntax.document import MOST, Array, Scalar, Table, Value

DEEPEST = 100
"""Levels that are kept; what is nested deeper is skipped."""
_BLANKS = re.compile(r"[ \t]*")
_SPACE = re.compile("[ \t\r\n\ufeff]*")
_SPACE_AND_COMMAS = re.compile("[ \t\r\n\ufeff,]*")
_BARE = re.compile(r"[^ \t\r\n=.,\]}#\"'\[{]*")
_UNQUOTED = re.compile(r"[^,\]}#\r\n]*")
_AFTER_VALUE = frozenset(("", ",", "]", "}", "#", '"', "'"))


def read_toml(text: str) -> Table | None:
    """Read a TOML text; parts of a line that are not TOML are skipped."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self._at, self._size = text, 0, len(text)
        self._root = Table(0, len(text))
        # What each table holds by key: a search among many entries would be quadratic.
        self._held: dict[int, tuple[Table, dict[str, Value]]] = {}
        self._broken = False
        self._left = MOST

    def read(self) -> Table:
        nowhere = Table(0, 0)
        table = self._root
        while True:
            self._skip(_SPACE)
            if self._at >= self._size:
                return self._root
            self._broken = False
            if self._text[self._at] == "[":
                table = self._header() or nowhere
            else:
                self._pair(table, 0)
            self._to_line_end()

    def _header(self) -> Table | None:
        """Read ``[a.b]`` or ``[[a.b]]`` and give the table that the lines below it fill."""
        start = self._at
        doubled = self._text.startswith("[[", start)
        self._at += 2 if doubled else 1
        keys = self._path()
        end = self._text.find("\n", self._at)
        end = self._size if end < 0 else end
        if not keys or len(keys) > DEEPEST:
            return None
        if not doubled:
            return self._below(self._root, keys, start, end)
        parent = self._below(self._root, keys[:-1], start, end)
        return None if parent is None else self._appended(parent, keys[-1], start, end)

    def _appended(self, parent: Table, key: Scalar, start: int, end: int) -> Table | None:
        array = self._get(parent, key)
        if array is None:
            array = Array(start, end)
            self._put(parent, key, array)
        if not isinstance(array, Array):
            return None
        array.end = end
        table = Table(start, end)
        array.items.append(table)
        return table

    def _below(self, table: Table, keys: list[Scalar], start: int, end: int) -> Table | None:
        """Return the table at a path of keys, creating missing tables."""
        for key in keys:
            inner = self._get(table, key)
            if isinstance(inner, Array) and inner.items:
                inner = inner.items[-1]
            if inner is None:
                inner = Table(start, end)
                self._put(table, key, inner)
            if not isinstance(inner, Table):
                return None
            table = inner
        return table

    def _pair(self, table: Table, depth: int) -> None:
        start, keys = self._at, self._path()
        self._skip(_BLANKS)
        if not keys or not self._text.startswith("=", self._at):
            return
        self._at += 1
        self._skip(_BLANKS)
        deep = depth + len(keys)
        value = self._value(deep)
        if value is None or deep > DEEPEST:
            return
        target = self._below(table, keys[:-1], start, self._at)
        if target is not None:
            self._put(target, keys[-1], value)

    def _path(self) -> list[Scalar]:
        keys: list[Scalar] = []
        while True:
            self._skip(_BLANKS)
            quoted = self._text.startswith(('"', "'"), self._at)
            key = self._string() if quoted else self._bare()
            if key is None:
                return []
            keys.append(key)
            self._skip(_BLANKS)
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _bare(self) -> Scalar | None:
        start = self._at
        self._skip(_BARE)
        return Scalar(start, self._at, self._text[start : self._at]) if self._at > start else None

    def _value(self, depth: int) -> Value | None:
        char = self._text[self._at : self._at + 1]
        if char in ('"', "'") and char:
            return self._string()
        if char in ("[", "{") and char:
            # At the limit the rest of the text is left: its brackets would have to be counted.
            if depth >= DEEPEST:
                self._at = self._size
                return None
            return self._array(depth) if char == "[" else self._inline(depth)
        start = self._at
        self._skip(_UNQUOTED)
        raw = self._text[start : self._at].rstrip()
        return Scalar(start, start + len(raw), raw, is_string=False) if raw else None

    def _array(self, depth: int) -> Array:
        array = Array(self._at, self._size)
        self._at += 1
        while self._between():
            if self._text[self._at] == "]":
                self._at += 1
                array.end = self._at
                break
            before = self._at
            value = self._value(depth + 1)
            if value is not None:
                array.items.append(value)
                self._count()
            elif self._at == before:
                self._at += 1
            if self._is_cut():
                array.end = self._at
                break
        return array

    def _is_cut(self) -> bool:
        """Return whether an array ends without a bracket: what follows belongs to no array."""
        if not self._broken:
            after = self._at
            self._skip(_SPACE)
            self._broken = self._text[self._at : self._at + 1] not in _AFTER_VALUE
            if self._broken:
                self._at = after
        return self._broken

    def _inline(self, depth: int) -> Table:
        table = Table(self._at, self._size)
        self._at += 1
        while self._between():
            if self._text[self._at] == "}":
                self._at += 1
                table.end = self._at
                break
            before = self._at
            self._pair(table, depth + 1)
            if self._at == before:
                self._at += 1
            if self._broken:
                break
        return table

    def _between(self) -> bool:
        """Skip blanks, commas and comments; False at the end of the text."""
        while self._at < self._size:
            self._skip(_SPACE_AND_COMMAS)
            if not self._text.startswith("#", self._at):
                return self._at < self._size
            self._to_line_end()
        return False

    def _string(self) -> Scalar | None:
        text, start = self._text, self._at
        quote = text[start] * 3 if text.startswith(text[start] * 3, start) else text[start]
        begin = start + len(quote)
        end = self._closing(quote, begin)
        if end < 0:
            # Nothing closes it: its line is skipped.
            self._to_line_end()
            return None
        self._at = end + len(quote)
        content = text[begin:end]
        if len(quote) == 3:
            # A line end right after three quotes is not part of the content.
            lead = len(content) - len(content.removeprefix("\r\n").removeprefix("\n"))
            begin, content = begin + lead, content[lead:]
        if "\\" in content and quote[0] == '"':
            content = _decoded(text[start : self._at], content)
        return Scalar(begin, end, content.replace("\r\n", "\n"))

    def _closing(self, quote: str, begin: int) -> int:
        """Return where a string's closing quotes stand, -1 without them."""
        text = self._text
        limit = self._size
        if len(quote) == 1:
            newline = text.find("\n", begin)
            limit = self._size if newline < 0 else newline
        at = text.find(quote, begin, limit)
        while at >= 0:
            slashes = 0
            while quote[0] == '"' and at - slashes > begin and text[at - slashes - 1] == "\\":
                slashes += 1
            if slashes % 2 == 0:
                if len(quote) == 3:
                    # Up to two more quotes belong to the content.
                    for _ in range(2):
                        at += text.startswith(quote[0], at + 3)
                return at
            at = text.find(quote, at + 1, limit)
        return -1

    def _skip(self, chars: re.Pattern[str]) -> None:
        found = chars.match(self._text, self._at, self._size)
        if found is not None:
            self._at = found.end()

    def _to_line_end(self) -> None:
        newline = self._text.find("\n", self._at)
        self._at = self._size if newline < 0 else newline

    def _put(self, table: Table, key: Scalar, value: Value) -> None:
        table.entries.append((key, value))
        self._held.setdefault(id(table), (table, {}))[1][key.text] = value
        self._count()

    def _count(self) -> None:
        """Count a value; after the last one nothing is read."""
        self._left -= 1
        if self._left <= 0:
            self._at = self._size

    def _get(self, table: Table, key: Scalar) -> Value | None:
        held = self._held.get(id(table))
        return None if held is None else held[1].get(key.text)


def _decoded(raw: str, content: str) -> str:
    # Few texts have escapes, and it takes long to import.
    import tomllib

    try:
        return str(tomllib.loads(f"v = {raw}")["v"])
    except (ValueError, RecursionError):
        return content
