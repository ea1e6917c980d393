"""Names of gems, and which gems a ``require`` may load from.

Source: ``VALID_NAME_PATTERN`` of RubyGems and the limits of rubygems.org (a letter, 255
characters), found; the naming guide of rubygems.org (``a/b`` is of ``a-b``), found.
"""

from __future__ import annotations

import re

from unghost.ecosystems.base import Candidates

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*", re.ASCII)
_LONGEST = 255
_DEEPEST = 4
"""Elements of a required path that a gem's name may be made of."""


def canonical(name: str) -> str:
    """Return a gem's canonical form, which is the written one: case matters."""
    return name


def is_valid(name: str) -> bool:
    """Return whether a text can be a gem's name."""
    return (
        len(name) <= _LONGEST
        and _NAME.fullmatch(name) is not None
        and any(char.isalpha() for char in name)
    )


def candidates(module: str, language: str) -> Candidates:
    """Return the gems that a required path may be of, the longest first.

    ``a/b`` is of ``a-b`` or ``a``. A gem may also write its underscores as hyphens, or not at all
    (``active_support`` is of activesupport).
    """
    parts = module.removesuffix(".rb").split("/", _DEEPEST)[:_DEEPEST]
    joined = ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]
    hyphens = [name.replace("_", "-") for name in joined]
    without = [name.replace("_", "") for name in joined]
    names = dict.fromkeys((*joined, *hyphens, *without))
    return Candidates(tuple(name for name in names if is_valid(name)))
