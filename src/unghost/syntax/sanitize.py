"""Removal of text that nobody writes, on which grammars would use all memory or crash.

A tree-sitter grammar is C code within this process. Where a statement is nested deeply and broken,
it takes quadratic memory; the scanners of some grammars have faults of their own. Both were found
by fuzzing, and a fuzz test keeps watch.
"""

from __future__ import annotations

from collections.abc import Callable

_LONGEST_CHAIN = 600
_ENDS = b",;})]"
_NO_OPERATORS = bytes(
    code
    for code in range(256)
    if chr(code).isalnum() or code >= 128 or chr(code) in " \t\r\n\"'_.\\"
)
_FEW_OPERATORS = 12
_IMPORTING = (b"import", b"require", b"use", b"using", b"<?")
_NO_REMARKS = (b"#{", b"#[")
_BREAK = bytes(10 if code in _ENDS else code for code in range(256))
_MARKED = bytes(0 if code in _ENDS else code or 32 for code in range(256))
_DEEPEST = 500
"""Brackets that may be open. At an error inside so many the parser goes through all ways of closing
them, in one step of quadratic time in which it cannot be stopped."""
_CLOSING = dict(zip(b"([{", b")]}", strict=True))
_NEWLINE, _SLASH, _STAR = b"\n/*"
_NO_MARKS = bytes(set(range(256)) - set(b"()[]{}/*\n"))


def sanitized(
    data: bytes,
    remarks: tuple[bytes, ...] = (),
    prepare: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """Blank what a grammar cannot take; all else keeps its place.

    A line end is added: a scanner may never come back from an annotation at the end of a text.

    Args:
        data: The text.
        remarks: What the lines of comments begin with.
        prepare: Blanks what this grammar alone cannot take.
    """
    data = data[: _readable(data)]
    chains = data.translate(_BREAK, _NO_OPERATORS).split(b"\n")
    if max(map(len, chains)) > _LONGEST_CHAIN:
        data = _without_chains(data, remarks)
    if prepare is not None:
        data = prepare(data)
    return data + b"\n"


def _without_chains(data: bytes, remarks: tuple[bytes, ...]) -> bytes:
    """Blank what has many operators and nothing that ends an expression, such as ``f<f<f<f<``."""
    code = _without_remarks(data, remarks) if remarks else data
    pieces, start = [], 0
    for length in map(len, code.translate(_MARKED).split(b"\0")):
        begin, start = start, start + length + 1
        piece, bare = data[begin : begin + length], code[begin : begin + length]
        is_chain = len(bare.translate(None, _NO_OPERATORS)) > _LONGEST_CHAIN
        pieces += [_thinned(piece, bare) if is_chain else piece, data[start - 1 : start]]
    return b"".join(pieces)


def _thinned(piece: bytes, code: bytes) -> bytes:
    """Blank a chain but for the lines that may import, as many as are not a chain themselves.

    Where no mark ends a statement, an import and a string of six hundred signs are one piece.
    """
    left, lines = _LONGEST_CHAIN, piece.split(b"\n")
    for number, line in enumerate(code.split(b"\n")):
        cost = 1 + len(line.translate(None, _NO_OPERATORS))
        if cost <= _FEW_OPERATORS and cost <= left and any(word in line for word in _IMPORTING):
            left -= cost
        else:
            lines[number] = b" " * len(line)
    return b"\n".join(lines)


def _without_remarks(data: bytes, marks: tuple[bytes, ...]) -> bytes:
    """Blank the lines that are comments: a banner of hash signs is not an expression."""
    lines = data.split(b"\n")
    for number, line in enumerate(lines):
        bare = line.lstrip()
        if bare.startswith(marks) and not bare.startswith(_NO_REMARKS):
            lines[number] = b" " * len(line)
    return b"\n".join(lines)


def _readable(data: bytes) -> int:
    """Return where the line begins that is nested too deep, the text's end if none is."""
    if sum(map(data.count, (b"(", b"[", b"{"))) <= _DEEPEST:
        return len(data)
    marks = data.translate(None, _NO_MARKS)
    for pair in (b"()", b"[]", b"{}", b"()"):
        marks = marks.replace(pair, b"")
    line = _deep_line(marks)
    return len(data) if line is None else len(data) - len(data.split(b"\n", line)[-1])


def _deep_line(marks: bytes) -> int | None:
    """Return the number of the line that is nested too deep, from 0, by brackets and comments."""
    depths, line, before, in_block = dict.fromkeys(b")]}", 0), 0, 0, False
    # What a comment closes was opened in it.
    floors = depths.copy()
    for mark in marks:
        if mark in _CLOSING:
            depths[_CLOSING[mark]] += 1
            if sum(depths.values()) > _DEEPEST:
                return line
        elif mark in depths:
            depths[mark] -= depths[mark] > floors[mark]
        elif mark == _NEWLINE:
            line += 1
            floors = floors if in_block else dict.fromkeys(depths, 0)
        elif before == _SLASH and not in_block:
            floors, in_block = depths.copy(), mark == _STAR
        elif before == _STAR and mark == _SLASH:
            floors, in_block = dict.fromkeys(depths, 0), False
        before = mark
    return None
