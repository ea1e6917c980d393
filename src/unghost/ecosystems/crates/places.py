"""Places where a Rust source may name crates, found in its bytes alone; the tree decides."""

from __future__ import annotations

from unghost.ecosystems.source import is_remark, skip_blanks, word_end, words

OWN = frozenset({"crate", "self", "super", "Self"})
_OWN = frozenset(word.encode() for word in OWN)
_LANGUAGE = frozenset(
    b"alloc bool char core f32 f64 i128 i16 i32 i64 i8 isize proc_macro std str test u128 u16 u32"
    b" u64 u8 usize clippy diagnostic miri rust_analyzer rustdoc rustfmt".split()
)
"""What paths begin with that need no ``use``: parts of the language, and tools in attributes."""
_KNOWN = _LANGUAGE | _OWN
_LONGEST_USE = 10_000
_LONGEST_NAME = 64
_FLAT = bytes(
    code if chr(code).isalnum() or code == 95 or code >= 128 else 32 for code in range(256)
)


def roots(data: bytes) -> dict[bytes, list[int]]:
    """Return the words in small letters that paths begin with, each with its places."""
    found: dict[bytes, list[int]] = {}
    flat = data.translate(_FLAT)
    end = data.find(b"::")
    while end >= 0:
        start = flat.rfind(b" ", max(0, end - _LONGEST_NAME), end) + 1
        word = data[start:end]
        # After `.` stands a method, before `::<` a function: neither begins the path of a crate.
        is_root = data[start - 1 : start] not in (b":", b".") and data[end + 2 : end + 3] != b"<"
        if word[:1].islower() and is_root and word not in _KNOWN and not _is_remark(data, start):
            found.setdefault(word, []).append(start)
        end = data.find(b"::", end + 2)
    return found


def uses(data: bytes, roots: set[bytes]) -> list[int]:
    """Return where crates may be used or declared, and what tells own modules from them.

    Of the uses of own modules and of the modules declared only those count that give one of the
    roots, or a word that a use begins with.
    """
    found, of_own = [], []
    firsts = set(roots)
    for place in words(data, b"use"):
        if _is_remark(data, place):
            continue
        if _is_own(data, place):
            of_own.append(place)
        elif _may_be_use(data, place + 3):
            found.append(place)
            firsts |= _firsts(data, place + 3)
    found += [place for place in words(data, b"extern") if b"crate" in data[place : place + 100]]
    found += [place for place in of_own if not firsts.isdisjoint(_statement(data, place + 3))]
    found += [place for place in words(data, b"mod") if first_word(data, place + 3) in firsts]
    return sorted(found)


def own_uses(data: bytes) -> list[int]:
    """Return where the crate's own modules may be used."""
    return [place for place in words(data, b"use") if _is_own(data, place)]


def first_word(data: bytes, place: int) -> bytes:
    """Return the word that follows, empty if something else does."""
    place = skip_blanks(data, place)
    return data[place : word_end(data, place)]


def statement_end(data: bytes, start: int) -> int:
    """Return where a statement ends, if it is of a length that people write."""
    end = data.find(b";", start, start + _LONGEST_USE)
    return start if end < 0 else end + 1


def _is_remark(data: bytes, place: int) -> bool:
    return is_remark(data, place, b"//")


def _is_own(data: bytes, place: int) -> bool:
    return first_word(data, place + 3) in _OWN


def _may_be_use(data: bytes, place: int) -> bool:
    """Return whether it may be a use, not prose: a part of one must follow the first word."""
    place = skip_blanks(data, place)
    if data.startswith((b"{", b"::", b"/", b"r#"), place):
        return True
    end = word_end(data, place)
    return end > place and data.startswith((b"::", b";", b"as", b"/"), skip_blanks(data, end))


def _firsts(data: bytes, place: int) -> set[bytes]:
    word = first_word(data, place)
    return {word} if word else _statement(data, place)


def _statement(data: bytes, place: int) -> set[bytes]:
    return set(data[place : statement_end(data, place)].translate(_FLAT).split())
