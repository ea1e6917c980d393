"""Reading what comes in pieces, in bounded memory; what is cut off or damaged is an error."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import AsyncIterator, Collection
from typing import Any, Protocol

from unghost.errors import UnghostError
from unghost.registries.address import shown

_STEP = 1 << 18
"""Bytes that a decoder gives at once, so that no piece can grow without bound."""
_LONGEST_LINE = 1 << 24


class _Decoder(Protocol):
    """The common interface of the decoders of bz2 and lzma."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


async def bounded(chunks: AsyncIterator[bytes], limit: int, url: str) -> AsyncIterator[bytes]:
    """Return pieces until they are more than a limit.

    Raises:
        UnghostError: They are more.
    """
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise UnghostError(
                f"{shown(url)} sends more than {limit >> 20} MiB: this is no list of names"
            )
        yield chunk


async def gunzipped(chunks: AsyncIterator[bytes], url: str) -> AsyncIterator[bytes]:
    """Decompress gzip, also of several members.

    Raises:
        UnghostError: It is damaged or cut off.
    """
    inflater, begun = zlib.decompressobj(31), False
    try:
        async for chunk in chunks:
            data = chunk
            while data:
                if not begun and not data.strip(b"\0"):
                    break  # padding behind the last member
                begun = True
                piece = inflater.decompress(data, _STEP)
                data = inflater.unconsumed_tail
                if piece:
                    yield piece
                if inflater.eof:
                    data, inflater, begun = inflater.unused_data, zlib.decompressobj(31), False
        while begun and (piece := inflater.decompress(b"", _STEP)):
            yield piece
    except zlib.error as error:
        raise damaged(url) from error
    if begun and not inflater.eof:
        raise cut_off(url)


async def unpacked(chunks: AsyncIterator[bytes], name: str, url: str) -> AsyncIterator[bytes]:
    """Decompress by the ending of a name: ``.gz``, ``.xz``, ``.bz2``, or nothing.

    Raises:
        UnghostError: It is damaged or cut off.
    """
    if name.endswith(".gz"):
        async for piece in gunzipped(chunks, url):
            yield piece
    elif name.endswith((".xz", ".lzma")):
        async for piece in _decoded(chunks, lzma.LZMADecompressor(memlimit=1 << 28), url):
            yield piece
    elif name.endswith(".bz2"):
        async for piece in _decoded(chunks, bz2.BZ2Decompressor(), url):
            yield piece
    else:
        async for piece in chunks:
            yield piece


async def _decoded(
    chunks: AsyncIterator[bytes], decoder: _Decoder, url: str
) -> AsyncIterator[bytes]:
    try:
        async for chunk in chunks:
            data = chunk
            while not decoder.eof and (data or not decoder.needs_input):
                piece = decoder.decompress(data, _STEP)
                data = b""
                if piece:
                    yield piece
                elif decoder.needs_input:
                    break
    except (lzma.LZMAError, OSError, EOFError) as error:
        raise damaged(url) from error
    if not decoder.eof:
        raise cut_off(url)


async def lines(chunks: AsyncIterator[bytes], url: str) -> AsyncIterator[list[bytes]]:
    """Return lines without their ends, many at once; the last one needs no end.

    Raises:
        UnghostError: A line is too long.
    """
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        if len(rest) > _LONGEST_LINE:
            raise damaged(url)
        if whole:
            yield whole
    if rest:
        yield [rest]


async def json_values(
    chunks: AsyncIterator[bytes], wanted: Collection[tuple[str, str]], url: str
) -> AsyncIterator[list[tuple[str, Any]]]:
    """Return values out of a JSON text, many at once, each with where it stands.

    Args:
        chunks: The text.
        wanted: Pairs of a path and a kind of event, as ijson names them:
            ``("projects.item.name", "string")`` or ``("packages", "map_key")``.
        url: For messages.

    Raises:
        UnghostError: The text is not JSON, or cut off.
    """
    import ijson

    events = ijson.sendable_list()
    reader = ijson.parse_coro(events)
    try:
        async for chunk in chunks:
            reader.send(chunk)
            found = [(path, value) for path, kind, value in events if (path, kind) in wanted]
            del events[:]
            if found:
                yield found
        reader.close()
    except ijson.IncompleteJSONError as error:
        raise cut_off(url) from error
    except (ijson.JSONError, UnicodeDecodeError, StopIteration) as error:
        raise damaged(url) from error
    found = [(path, value) for path, kind, value in events if (path, kind) in wanted]
    if found:
        yield found


def cut_off(url: str) -> UnghostError:
    """Return the error for a truncated list."""
    return UnghostError(f"the list of {shown(url)} is cut off: run the same command again")


def damaged(url: str) -> UnghostError:
    """Return the error for a list that cannot be parsed."""
    return UnghostError(
        f"the list of {shown(url)} cannot be read: see that this is the address of a list"
    )
