"""Names of crates.io, and the crate that a path in Rust begins with.

Source: Cargo's reference on the registry index and crates.io's rules for names, found: ASCII
letters, digits, ``-`` and ``_``, a letter first, at most 64; names that differ only in case or in
``-`` and ``_`` are one. Which crates come with the compiler: the Rust reference, found.
"""

from __future__ import annotations

import string

from unghost.ecosystems.base import Candidates

LONGEST = 64
_LETTERS = frozenset(string.ascii_letters)
_CHARS = _LETTERS | frozenset(string.digits + "-_")
_SYSROOT = frozenset({"std", "core", "alloc", "proc_macro", "test"})
_KEYWORDS = frozenset({"crate", "self", "super", "Self", "$crate"})


def canonical(name: str) -> str:
    """Return a name's one form: lower case, with hyphens."""
    return name.lower().replace("_", "-")


def is_valid(text: str) -> bool:
    """Return whether a text can be a name."""
    return 0 < len(text) <= LONGEST and text[0] in _LETTERS and _CHARS.issuperset(text)


def is_builtin(module: str, language: str) -> bool:
    """Return whether a path begins with a crate of the compiler, or with this crate itself."""
    root = _root(module)
    return root in _SYSROOT or root in _KEYWORDS


def candidates(module: str, language: str) -> Candidates:
    """Return the crate that a path begins with; hyphens of its name are underscores in code."""
    root = _root(module)
    return Candidates((canonical(root),) if is_valid(root) else ())


def _root(module: str) -> str:
    return module.removeprefix("::").partition("::")[0].removeprefix("r#")
