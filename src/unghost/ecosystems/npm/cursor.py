"""A JSON object read member by member, for lock files of which a whole tree would fill the memory.

Only keys are read here, with their places; values are decoded by the standard library, one at
a time, and what is broken or nested too deeply for it by :mod:`unghost.syntax.json_text`.
"""

from __future__ import annotations

from json.decoder import (  # type: ignore[attr-defined]
    JSONDecodeError,
    JSONDecoder,
    scanstring,
)

from unghost.syntax.document import Scalar, Table
from unghost.syntax.json_text import read_json

Fields = dict[str, str]
"""The strings and numbers among an object's members."""
_BLANK = " \t\r\n\ufeff"
_STRIDE = 256
_DECODER = JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=str)


class Cursor:
    """A place in a JSON text, which moves on from one member of an object to the next.

    Args:
        text: A JSON document.

    Attributes:
        at: Where it stands.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.at = 0

    def enter(self) -> bool:
        """Step into the object that begins here, if one does."""
        if self._next() != "{":
            return False
        self.at += 1
        return True

    def key(self) -> Scalar | None:
        """Read the next member's key and step to its value.

        Returns:
            None after the last member, where it steps out of the object; and at the text's end or
            at an error, where it stays.
        """
        char = self._next()
        if char == ",":
            self.at += 1
            char = self._next()
        if char == "}":
            self.at += 1
            return None
        if char != '"':
            self._stop()
            return None
        begin = self.at + 1
        try:
            content, end = scanstring(self._text, begin, False)
        except JSONDecodeError:
            self._stop()
            return None
        self.at = end
        if self._next() != ":":
            self._stop()
            return None
        self.at += 1
        return Scalar(begin, end - 1, content)

    def string(self) -> Scalar | None:
        """Read the value here and step over it; give it if it is a string."""
        if self._next() != '"':
            self.skip()
            return None
        begin = self.at + 1
        try:
            content, self.at = scanstring(self._text, begin, False)
        except JSONDecodeError:
            self._stop()
            return None
        return Scalar(begin, self.at - 1, content)

    def fields(self) -> Fields:
        """Read the value here and step over it; give what is plain in it if it is an object."""
        self._next()
        try:
            value, self.at = _DECODER.raw_decode(self._text, self.at)
        except (ValueError, RecursionError):
            return self._broken()
        if not isinstance(value, dict):
            return {}
        return {key: item for key, item in value.items() if isinstance(item, str)}

    def skip(self) -> None:
        """Step over the value here."""
        self.fields()

    def _broken(self) -> Fields:
        value = read_json(self._text, self.at)
        if not isinstance(value, Table):
            self._stop()
            return {}
        self.at = value.end
        return {key.text: item.text for key, item in value.entries if isinstance(item, Scalar)}

    def _next(self) -> str:
        """Step over blanks; give the character after them."""
        text = self._text
        while self.at < len(text) and text[self.at] in _BLANK:
            some = text[self.at : self.at + _STRIDE]
            self.at += len(some) - len(some.lstrip(_BLANK))
        return text[self.at : self.at + 1]

    def _stop(self) -> None:
        self.at = len(self._text)
