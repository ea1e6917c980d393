"""The index of a Maven repository, as repositories publish it for indexers.

Source: the transfer format of Maven's indexer and its published descriptions; found. A gzip stream:
a byte of version, eight of time, then documents. A document is a number of fields, a field one byte
of flags, a name after two bytes of length, and a value after four. Of the fields, ``u`` is group,
artifact and version with ``|`` between them, and ``i`` has the file's time in milliseconds as its
second part.
"""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

from unghost.registries.streams import cut_off, damaged

_HEADER = struct.Struct(">Bq")
_NUMBER = struct.Struct(">i")
_SHORT = struct.Struct(">H")
_MOST_FIELDS = 4096
_LARGEST_DOCUMENT = 1 << 26
_VERSION = 1

Artifact = tuple[str, str | None]
"""``group:artifact`` and the day of its file."""


class _Short(Exception):
    """The document goes on in the next piece."""


async def artifacts(chunks: AsyncIterator[bytes], url: str) -> AsyncIterator[list[Artifact]]:
    """Return the artifacts of an index, many at once; each version of one is one more.

    Raises:
        UnghostError: It is not an index, damaged or cut off.
    """
    data, begun = b"", False
    async for chunk in chunks:
        data += chunk
        if len(data) > _LARGEST_DOCUMENT:
            raise damaged(url)
        place = 0
        if not begun:
            if len(data) < _HEADER.size:
                continue
            if _HEADER.unpack_from(data)[0] != _VERSION:
                raise damaged(url)
            begun, place = True, _HEADER.size
        found = []
        try:
            for fields, end in _documents(data, place, url):
                place = end
                artifact = _artifact(fields)
                if artifact is not None:
                    found.append(artifact)
        except _Short:
            pass
        data = data[place:]
        if found:
            yield found
    if data or not begun:
        raise cut_off(url)


def _documents(data: bytes, place: int, url: str) -> Iterator[tuple[dict[bytes, bytes], int]]:
    """Return the documents that are there as a whole, each with where it ends."""
    size = len(data)
    while place < size:
        if size - place < 4:
            raise _Short
        (count,) = _NUMBER.unpack_from(data, place)
        if not 0 <= count <= _MOST_FIELDS:
            raise damaged(url)
        place += 4
        fields = {}
        for _ in range(count):
            if size - place < 3:
                raise _Short
            name_start = place + 3
            name_end = name_start + _SHORT.unpack_from(data, place + 1)[0]
            if size - name_end < 4:
                raise _Short
            (length,) = _NUMBER.unpack_from(data, name_end)
            place = name_end + 4 + length
            if length < 0:
                raise damaged(url)
            if place > size:
                raise _Short
            fields[data[name_start:name_end]] = data[name_end + 4 : place]
        yield fields, place


def _artifact(fields: dict[bytes, bytes]) -> Artifact | None:
    """Read what a document is of; None for one of the index itself, or of a removal.

    A removal is of one version, so the name may still be there.
    """
    name = fields.get(b"u")
    if name is None:
        return None
    parts = name.decode("utf-8", "replace").split("|", 2)
    if len(parts) < 2:
        return None
    return f"{parts[0]}:{parts[1]}", _day(fields.get(b"i", b""))


def _day(info: bytes) -> str | None:
    parts = info.split(b"|", 2)
    if len(parts) < 2 or not parts[1].isdigit():
        return None
    try:
        return datetime.fromtimestamp(int(parts[1]) / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return None
