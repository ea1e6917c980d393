"""The three splits, fixed by a hash of the package name before anything is trained."""

from __future__ import annotations

import hashlib
from typing import Literal, get_args

Split = Literal["discover", "validate", "heldout"]
SPLITS: tuple[Split, ...] = get_args(Split)

_SALT = b"unghost-split-v1:"
_DISCOVER_BELOW = 0.6
_VALIDATE_BELOW = 0.7


def unit_hash(salt: bytes, text: str) -> float:
    """Map a text to a number in [0, 1) that depends on nothing but the salt and the text."""
    digest = hashlib.sha256(salt + text.encode("utf-8")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def split_of(canonical_name: str) -> Split:
    """Return the split that a package, and so every task whose right answer it is, belongs to.

    Args:
        canonical_name: The package name in its ecosystem's normal form (PEP 503 for PyPI).

    Returns:
        ``discover`` for 60 % of all names, ``validate`` for 10 %, ``heldout`` for 30 %.
    """
    u = unit_hash(_SALT, canonical_name)
    if u < _DISCOVER_BELOW:
        return "discover"
    return "validate" if u < _VALIDATE_BELOW else "heldout"
