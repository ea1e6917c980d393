"""JSON with positions, also broken or with comments and trailing commas.

The standard library reads JSON in full but does not say where things stand; its scanner of strings
does, and is used here. Source of the grammar: RFC 8259; comments and trailing commas as in the
files of TypeScript and Bun, bare keys and single quotes as in JSON5 (found, not inferred).
"""

from __future__ import annotations

from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]

from unghost.syntax.document import MOST, Array, Scalar, Table, Value

DEEPEST = 200
"""Levels that are kept; what is nested deeper is skipped."""
_BETWEEN = " \t\r\n,:\ufeff"
_STRIDE = 64
_ENDS = frozenset(" \t\r\n,:]}{[\"'/")
_QUOTES = "\"'"


def read_json(text: str, start: int = 0) -> Value | None:
    """Read the first JSON value of a text, from ``start`` on.

    Returns:
        The value; of a broken text what comes before the error, with the containers open there.
        None without a value.
    """
    return _Reader(text, start).read()


class _Reader:
    """One pass over the text with a stack of open containers, so that nothing recurses."""

    def __init__(self, text: str, start: int) -> None:
        self._text, self._at = text, start
        self._left = MOST
        self._root: Value | None = None
        self._open: list[Table | Array] = []
        self._keys: list[Scalar | None] = []
        self._beyond = 0

    def read(self) -> Value | None:
        text, size = self._text, len(self._text)
        while self._at < size and (self._root is None or self._open) and self._left:
            char = text[self._at]
            if char in _BETWEEN:
                some = text[self._at : self._at + _STRIDE]
                blank = len(some) - len(some.lstrip(_BETWEEN))
                if self._keys and self._keys[-1] is not None and "," in some[:blank]:
                    # A key without a value.
                    self._keys[-1] = None
                self._at += blank
            elif char in _QUOTES:
                if not self._string(char):
                    break
            elif char in "{[":
                self._begin(Table if char == "{" else Array)
            elif char in "}]":
                self._finish()
            elif char == "/":
                if not self._comment():
                    break
            else:
                self._literal()
        for container in self._open:
            container.end = size
        return self._root

    def _string(self, quote: str) -> bool:
        start = self._at + 1
        end = self._closing(quote, start)
        if end < 0:
            return False
        self._at = end + 1
        content = self._text[start:end]
        if "\\" in content and quote == '"':
            content = _unescaped(content)
        self._add(Scalar(start, end, content))
        return True

    def _closing(self, quote: str, start: int) -> int:
        """Return where the quote that ends a string stands, -1 without one."""
        text = self._text
        end = text.find(quote, start)
        while end > start and text[end - 1] == "\\":
            before = end - 1
            while before > start and text[before - 1] == "\\":
                before -= 1
            if (end - before) % 2 == 0:
                return end
            end = text.find(quote, end + 1)
        return end

    def _literal(self) -> None:
        start = self._at
        while self._at < len(self._text) and self._text[self._at] not in _ENDS:
            self._at += 1
        self._at = max(self._at, start + 1)
        self._add(Scalar(start, self._at, self._text[start : self._at], is_string=False))

    def _comment(self) -> bool:
        ends = {"//": "\n", "/*": "*/"}
        end = ends.get(self._text[self._at : self._at + 2])
        found = -1 if end is None else self._text.find(end, self._at + 2)
        if end is None or found < 0:
            return False
        self._at = found + len(end)
        return True

    def _begin(self, kind: type[Table] | type[Array]) -> None:
        if len(self._open) >= DEEPEST or self._beyond:
            self._beyond += 1
        else:
            container = kind(self._at, self._at + 1)
            self._add(container)
            self._open.append(container)
            self._keys.append(None)
        self._at += 1

    def _finish(self) -> None:
        self._at += 1
        if self._beyond:
            self._beyond -= 1
        elif self._open:
            self._open.pop().end = self._at
            self._keys.pop()

    def _add(self, value: Value) -> None:
        if self._beyond:
            return
        self._left -= 1
        if not self._open:
            if self._root is None and (not isinstance(value, Scalar) or value.is_string):
                self._root = value
            elif self._root is None:
                # A bare word or number is not a document that we read.
                self._at = len(self._text)
            return
        container = self._open[-1]
        if isinstance(container, Array):
            container.items.append(value)
            return
        key = self._keys[-1]
        if key is not None:
            container.entries.append((key, value))
            self._keys[-1] = None
        elif isinstance(value, Scalar):
            self._keys[-1] = value


def _unescaped(content: str) -> str:
    try:
        return str(scanstring(content + '"', 0, False)[0])
    except JSONDecodeError:
        # An escape that JSON does not know leaves the string as it is written.
        return content
