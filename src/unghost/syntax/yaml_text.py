"""YAML with positions: no tag is executed, and an alias is left out rather than expanded.

PyYAML's events carry marks and are read with a stack of our own, so that nothing recurses.
Source: YAML 1.1 as libyaml reads it (found, not inferred).
"""

from __future__ import annotations

from typing import Any

from unghost.syntax.document import MOST, Array, Scalar, Table, Value

DEEPEST = 100
"""Levels that are read; one level deeper reading stops, as libyaml takes quadratic time there."""


def read_yaml(text: str) -> Value | None:
    """Read the first document of a YAML text; of a broken one what comes before the error."""
    return next(iter(read_yaml_all(text)), None)


def read_yaml_all(text: str) -> list[Value]:
    """Read all documents of a YAML text; of a broken one what comes before the error."""
    import yaml

    # A mark before the text does not count in libyaml's offsets.
    shift = len(text) - len(text.removeprefix("\ufeff"))
    text = text[shift:]
    try:
        return _read(text, shift)
    except (yaml.reader.ReaderError, UnicodeError):
        # A character that YAML refuses ends no reading of ours.
        return _read("".join(char if _is_allowed(char) else " " for char in text), shift)


def _read(text: str, shift: int) -> list[Value]:
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    reader = _Reader(text, shift)
    try:
        for event in yaml.parse(text, Loader=loader):
            if not reader.take(event):
                break
    except yaml.reader.ReaderError:
        raise
    except yaml.YAMLError:
        pass
    reader.close()
    return reader.documents


def _is_allowed(char: str) -> bool:
    code = ord(char)
    if code < 0x20 or 0x7F <= code <= 0x9F:
        return char in "\t\n\r\x85"
    return not (0xD800 <= code <= 0xDFFF or code in (0xFEFF, 0xFFFE, 0xFFFF))


class _Reader:
    def __init__(self, text: str, shift: int) -> None:
        self._text, self._shift = text, shift
        self.documents: list[Value] = []
        self._open: list[Table | Array] = []
        self._keys: list[Scalar | None] = []
        self._left = MOST

    def take(self, event: Any) -> bool:
        """Process one event; False if nothing more is to be read."""
        name = type(event).__name__
        start, end = event.start_mark.index + self._shift, event.end_mark.index + self._shift
        if name == "ScalarEvent":
            scalar = self._scalar(event)
            scalar.start += self._shift
            scalar.end += self._shift
            self._add(scalar)
        elif name == "AliasEvent":
            self._add(Scalar(start, end, "", is_string=False))
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            if len(self._open) >= DEEPEST:
                return False
            container = Table(start, end) if name == "MappingStartEvent" else Array(start, end)
            self._add(container)
            self._open.append(container)
            self._keys.append(None)
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            self._open.pop().end = end
            self._keys.pop()
        return self._left > 0

    def close(self) -> None:
        """Close open values where the text ends or becomes unreadable."""
        for container in self._open:
            container.end = len(self._text) + self._shift

    def _add(self, value: Value) -> None:
        self._left -= 1
        if not self._open:
            self.documents.append(value)
            return
        container = self._open[-1]
        if isinstance(container, Array):
            container.items.append(value)
            return
        key = self._keys[-1]
        if key is not None:
            container.entries.append((key, value))
            self._keys[-1] = None
        else:
            # A key that is itself a table is read, and its value stands under no name.
            place = (value.start, value.end)
            self._keys[-1] = value if isinstance(value, Scalar) else Scalar(*place, "")

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        if event.anchor or event.tag:
            while self._text[start : start + 1] in ("&", "!"):
                start = self._behind_property(start, end)
        if event.style in ("'", '"'):
            return Scalar(start + 1, end - 1, event.value)
        if event.style in ("|", ">"):
            newline = self._text.find("\n", start, end)
            return Scalar(newline + 1 if newline >= 0 else end, end, event.value)
        return Scalar(start, end, event.value, is_string=not _is_plain_value(event.value))

    def _behind_property(self, start: int, end: int) -> int:
        """Return what follows an anchor or a tag, which a scalar's mark includes."""
        while start < end and not self._text[start].isspace():
            start += 1
        while start < end and self._text[start].isspace():
            start += 1
        return start if start < end else end


def _is_plain_value(text: str) -> bool:
    """Return whether a plain scalar is a number, a truth value or nothing."""
    if text.lower() in ("", "~", "null", "true", "false", "yes", "no", "on", "off"):
        return True
    try:
        float(text.replace("_", ""))
    except ValueError:
        return False
    return True
