"""Heredocs that the scanner of Ruby's grammar cannot take; found by fuzzing."""

from __future__ import annotations

from collections import deque

_FEW = 3
_HEREDOCS = 200
"""Bytes of open heredocs that Ruby's scanner is given; from 1024 on it writes over other data."""
_WORD = bytes(code for code in range(256) if chr(code).isalnum() or code == 95 or code >= 128)


def without_open_heredocs(data: bytes) -> bytes:
    """Blank the marks of heredocs that begin within another, and too many of one line."""
    if data.count(b"<<") <= _FEW:
        return data
    lines, waiting = data.split(b"\n"), deque[tuple[bytes, bool]]()
    for number, line in enumerate(lines):
        if waiting:
            word, is_indented = waiting[0]
            if (line.strip() if is_indented else line.rstrip(b"\r")) == word:
                waiting.popleft()
                continue
        if b"<<" not in line:
            continue
        words = _heredocs(line)
        if waiting or sum(len(word) + 4 for word, _ in words) > _HEREDOCS:
            lines[number] = line.replace(b"<<", b"  ")
        else:
            waiting.extend(words)
    return b"\n".join(lines)


def _heredocs(line: bytes) -> list[tuple[bytes, bool]]:
    """Return the words that end the heredocs of a line, and whether they may be indented."""
    words = []
    before, *parts = line.split(b"<<")
    for part in parts:
        rest = part.lstrip(b"-~")
        if rest[:1] in (b'"', b"'", b"`"):
            word = rest[1:].partition(rest[:1])[0]
        else:
            word = rest[: len(rest) - len(rest.lstrip(_WORD))]
        # What follows `class` is an object.
        if word and not before.rstrip().endswith(b"class"):
            words.append((word, len(rest) < len(part)))
        before = part
    return words
