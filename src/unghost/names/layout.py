r"""The layout of a snapshot file: its header, and what must hold before the rest is looked at.

    unghost names 2\n   16 bytes
    length, checksum    two unsigned 32-bit numbers: of the header, CRC-32 of length and header
    header              JSON, blanks after it up to a multiple of 16
    names               a marisa trie of the canonical names; it numbers them from 0
    popular             a bitmap by a name's number, the lowest bit of a byte first
    days                by a name's number, an unsigned 16-bit number of days; only in a dated one

Each part is padded to a multiple of 16. Numbers are little-endian, and so are those of marisa on
every machine that we run on. The format is this project's own.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from unghost.errors import UnghostError

FORMAT_VERSION = 2
MAGIC = b"unghost names %d\n" % FORMAT_VERSION
LONGEST_HEADER = 1 << 20
"""Bytes; a longer header is not written, and a longer length in a file is damage."""

_FAMILY = b"unghost names "
_NUMBERS = struct.Struct("<II")
_ALIGN = 16
_DAY_ZERO = date(1994, 12, 31)
_LAST_DAY = 0xFFFF
_KINDS: dict[Any, type] = {"int": int, "str": str, "bool": bool}


@dataclass(frozen=True, slots=True)
class SnapshotHeader:
    """The header of a snapshot.

    Attributes:
        version: Of the format.
        ecosystem: Such as ``pypi``.
        source: Where the names come from, in words.
        date: The day they were taken, ISO 8601.
        count: How many names there are.
        popular: How many of them there is evidence of popularity for.
        skipped: How many names of the source were left out, for they are none by the grammar.
        complete: Whether a name which is not here did not exist on ``date``; without it a miss
            proves nothing.
        dated: Whether first-seen days are known, of some names at least.
        sizes: Bytes of the three parts.
        sha256: Of the three parts together.
        state: Where a refresh of the list goes on from, as the list's reader gave it.
    """

    version: int
    ecosystem: str
    source: str
    date: str
    count: int
    popular: int
    skipped: int
    complete: bool
    dated: bool
    sizes: tuple[int, int, int]
    sha256: str
    state: Mapping[str, object]


def front(header: SnapshotHeader) -> bytes:
    """Write what stands before the parts.

    Raises:
        UnghostError: The header is too long, which only a state can make it.
    """
    text = json.dumps(asdict(header), sort_keys=True, allow_nan=False).encode("utf-8")
    text += b" " * (-(len(MAGIC) + _NUMBERS.size + len(text)) % _ALIGN)
    if len(text) > LONGEST_HEADER:
        raise UnghostError("the state of the list is too long: pull the names anew")
    return MAGIC + _NUMBERS.pack(len(text), _checksum(text)) + text


def is_snapshot(path: Path) -> bool:
    """Return whether a file begins as snapshots of any version do; False if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(len(_FAMILY)) == _FAMILY
    except OSError:
        return False


def read_front(path: Path, data: memoryview) -> tuple[SnapshotHeader, int]:
    """Read the header and where the parts begin; the header is checked, the parts are not.

    Raises:
        UnghostError: It is not a snapshot, one of another version, or damaged.
    """
    begin = bytes(data[: len(MAGIC)])
    if begin != MAGIC:
        if begin.startswith(_FAMILY):
            raise UnghostError(
                f"{path} is of another version than {FORMAT_VERSION}: build or pull the snapshot"
                " again"
            )
        raise UnghostError(f"{path} is not a snapshot: make one with 'unghost names build'")
    start = len(MAGIC) + _NUMBERS.size
    if len(data) < start:
        raise damaged(path)
    length, checksum = _NUMBERS.unpack(data[len(MAGIC) : start])
    text = bytes(data[start : start + min(length, LONGEST_HEADER)])
    if len(text) != length or _checksum(text) != checksum:
        raise damaged(path)
    header = _parsed(text)
    if header is None or sum(header.sizes) != len(data) - start - length:
        raise damaged(path)
    return header, start + length


def padded(part: bytes) -> bytes:
    """Pad a part, so that the next one begins at an aligned address."""
    return part + b"\0" * (-len(part) % _ALIGN)


def day_number(day: str | None) -> int:
    """Return a day's number in the file; 0 for None and for a day that the numbers do not reach.

    They reach from 1995 to 2174. What a list dates before 1995 is a clock that was not set.

    Raises:
        UnghostError: It is not a day of ISO 8601.
    """
    if day is None:
        return 0
    try:
        number = (date.fromisoformat(day) - _DAY_ZERO).days
    except ValueError:
        raise UnghostError(f"{day[:40]!r} is not a day: write it as YYYY-MM-DD") from None
    return number if 0 < number <= _LAST_DAY else 0


def day_text(number: int) -> str | None:
    """Return the day of a number, None for 0."""
    return (_DAY_ZERO + timedelta(days=number)).isoformat() if number else None


def damaged(path: Path) -> UnghostError:
    """Return the error for a file that is not as it was written."""
    return UnghostError(f"{path} is damaged: build or pull the snapshot again")


def _checksum(text: bytes) -> int:
    return zlib.crc32(text, zlib.crc32(len(text).to_bytes(4, "little")))


def _parsed(text: bytes) -> SnapshotHeader | None:
    try:
        values: Any = json.loads(text)
        values["sizes"] = tuple(values["sizes"])
        header = SnapshotHeader(**values)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    plain = ((field.name, _KINDS[field.type]) for field in fields(header) if field.type in _KINDS)
    sound = all(type(values[name]) is kind for name, kind in plain)
    return header if sound and _fits(header) else None


def _fits(header: SnapshotHeader) -> bool:
    """Return whether the numbers of a header agree with one another."""
    if [type(size) for size in header.sizes] != [int] * 3 or not isinstance(header.state, dict):
        return False
    trie, popular, days = header.sizes
    return (
        header.version == FORMAT_VERSION
        and 0 <= header.popular <= header.count
        and trie >= 0
        and popular == _rounded((header.count + 7) // 8)
        and days == _rounded(2 * header.count * header.dated)
    )


def _rounded(size: int) -> int:
    return size + -size % _ALIGN
