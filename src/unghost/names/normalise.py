"""A name's one canonical form, and whether a text can be a name at all.

Source: PEP 503 for the form, PEP 508 for the grammar; both found, not inferred.
"""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name

from unghost.errors import UnghostError

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)


def canonical(name: str, ecosystem: str = "pypi") -> str:
    """Give a name's canonical form: lower case, each run of ``-``, ``_`` and ``.`` one hyphen."""
    _check(ecosystem)
    return canonicalize_name(name)


def is_valid(name: str, ecosystem: str = "pypi") -> bool:
    """Say whether a text is a name by the ecosystem's grammar."""
    _check(ecosystem)
    return _NAME.fullmatch(name) is not None


def _check(ecosystem: str) -> None:
    if ecosystem != "pypi":
        raise UnghostError(f"the ecosystem {ecosystem!r} is not known: use pypi")
