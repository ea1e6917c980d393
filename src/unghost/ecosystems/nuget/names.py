"""Identifiers of NuGet packages, and which packages a namespace may be of.

Source: ``PackageIdValidator`` of the NuGet client (word characters between dots and hyphens, 100 at
most), found; identifiers are compared without regard to case, found.
"""

from __future__ import annotations

import re

from unghost.ecosystems.base import Candidates

_ID = re.compile(r"\w+(?:[.-]\w+)*")
_LONGEST = 100
_DEEPEST = 8
_PLATFORM = frozenset(
    {"Microsoft.CSharp", "Microsoft.VisualBasic", "Microsoft.Win32", "System", "Windows"}
)


def canonical(name: str) -> str:
    """Return an identifier's one form: lower case."""
    return name.lower()


def is_valid(name: str) -> bool:
    """Return whether a text can be a package's identifier."""
    return len(name) <= _LONGEST and _ID.fullmatch(name) is not None


def is_builtin(module: str, language: str) -> bool:
    """Return whether a namespace is of .NET itself; NuGet keeps ``System.`` for its makers."""
    first, _, rest = module.removeprefix("global::").partition(".")
    second = rest.partition(".")[0]
    return first in _PLATFORM or f"{first}.{second}" in _PLATFORM


def candidates(module: str, language: str) -> Candidates:
    """Return the packages that a namespace may be of: all its beginnings, the longest first."""
    parts = canonical(module.removeprefix("global::")).split(".", _DEEPEST)[:_DEEPEST]
    names = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return Candidates(tuple(name for name in names if is_valid(name)), (f"{parts[0]}.",))
