"""The grammar of Debian's package names.

Source: Debian Policy, section 5.6.1, found: at least two characters, lower case, and one form only.
"""

from __future__ import annotations

from string import ascii_lowercase, digits

_FIRST = frozenset(ascii_lowercase + digits)
_REST = _FIRST | frozenset("+-.")
_LONGEST = 200
"""Characters of a name; no limit is documented, and none known is near it."""


def canonical(name: str) -> str:
    """Return a name as it is: it has no other form."""
    return name


def is_valid(name: str) -> bool:
    """Return whether a text is a name by the grammar and has a letter.

    Digits alone are a number far more often than the one package that is called so (2048).
    """
    if not 2 <= len(name) <= _LONGEST or name[0] not in _FIRST or not _REST.issuperset(name):
        return False
    return any(char in ascii_lowercase for char in name)
