"""One file of a tar archive, read from a stream."""

from __future__ import annotations

import tarfile
from collections.abc import AsyncIterator, Callable

from unghost.registries.streams import cut_off, damaged

_BLOCK = tarfile.BLOCKSIZE


async def member(
    chunks: AsyncIterator[bytes], wanted: Callable[[str], bool], url: str
) -> AsyncIterator[tuple[str, bytes]]:
    """Return the first file whose path is wanted, in pieces, each with the path; no more is read.

    Raises:
        UnghostError: There is none, or the archive is damaged or cut off.
    """
    data, left, padding, name = b"", 0, 0, ""
    async for chunk in chunks:
        data += chunk
        while data:
            if left:
                piece, data = data[:left], data[left:]
                left -= len(piece)
                if name:
                    yield name, piece
                    if not left:
                        return
            elif padding:
                skipped = min(padding, len(data))
                data, padding = data[skipped:], padding - skipped
            elif len(data) < _BLOCK:
                break
            else:
                block, data = data[:_BLOCK], data[_BLOCK:]
                if not block.strip(b"\0"):
                    continue
                name, left = _header(block, wanted, url)
                padding = -left % _BLOCK
    raise cut_off(url)


def _header(block: bytes, wanted: Callable[[str], bool], url: str) -> tuple[str, int]:
    """Read a header: the path if it is a wanted file, and how many bytes follow."""
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "replace")
    except tarfile.HeaderError as error:
        raise damaged(url) from error
    return info.name if info.isreg() and wanted(info.name) else "", max(info.size, 0)
