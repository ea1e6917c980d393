"""Files of any kind made into texts that parsers may read, and offsets in them."""

from __future__ import annotations

import os
import stat
from bisect import bisect_right
from pathlib import Path

LONGEST = 64 * 2**20
"""Bytes of a file that are read; nothing larger is a manifest, a lock file or source."""
_PROBE = 8192
_BINARY = getattr(os, "O_BINARY", 0)
"""Windows alone has it; without it line ends would be changed there."""
_CONTINUING = bytes(range(0x80, 0xC0))


def read_file(path: Path, limit: int) -> bytes | str:
    """Read a file that anybody may have put there.

    Args:
        path: The file.
        limit: Bytes that are read at most.

    Returns:
        Its bytes, or in words why it was not read: a device or a pipe could be read for ever.
    """
    try:
        # Without O_NONBLOCK the opening of a pipe waits for somebody to write.
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
        if not stat.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            return "it is not a regular file"
        with os.fdopen(number, "rb", buffering=0) as file:
            parts, left = [], limit
            while left > 0 and (part := file.read(min(left, 1 << 24))):
                parts.append(part)
                left -= len(part)
            return b"".join(parts)
    except OSError as error:
        return error.strerror or str(error)


def decode(data: bytes) -> str | None:
    """Decode a file; None if it is binary.

    A byte order mark stays the first character, so that offsets are those of the file; UTF-16 is
    read by its mark, which its codec takes off; bytes that are not UTF-8 become replacement
    characters. Only the first :data:`LONGEST` bytes are read.
    """
    data = data[:LONGEST]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:_PROBE]:
        return None
    return data.decode("utf-8", "replace")


class ByteOffsets:
    """Turns offsets in a text's UTF-8 bytes into offsets in its characters.

    Args:
        text: The text; lone surrogates count as three bytes.
    """

    _STRIDE = 1024

    def __init__(self, text: str) -> None:
        self.data = text.encode("utf-8", "surrogatepass")
        self._ascii = len(self.data) == len(text)
        self._chars: list[int] = []
        self._bytes: list[int] = []
        if not self._ascii:
            self._index(text)

    def char(self, byte: int) -> int:
        """Return the character that begins at a byte, or that the byte is inside of."""
        if self._ascii:
            return byte
        mark = bisect_right(self._bytes, byte) - 1
        # A character begins where no byte continues one; that holds for lone surrogates too.
        between = self.data[self._bytes[mark] : byte + 1].translate(None, _CONTINUING)
        return self._chars[mark] + len(between) - (byte < len(self.data))

    def _index(self, text: str) -> None:
        position = 0
        for start in range(0, len(text), self._STRIDE):
            self._chars.append(start)
            self._bytes.append(position)
            chunk = text[start : start + self._STRIDE]
            position += len(chunk.encode("utf-8", "surrogatepass"))
