"""Names of Maven artifacts: ``group:artifact``.

Source: the characters that Maven's model validator lets through in a group or artifact, found.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_PART = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
_LONGEST = 200
"""Characters of a group or an artifact; no limit is documented, and none known is near it."""


class Coordinates(NamedTuple):
    """A written ``group:artifact:version``; ``length`` is that of the name at its beginning."""

    name: str
    length: int
    version: str | None


def canonical(name: str) -> str:
    """Return an artifact's canonical form, which is the written one: case matters."""
    return name


def is_valid(name: str) -> bool:
    """Return whether a text can be an artifact's name."""
    group, colon, artifact = name.partition(":")
    return bool(colon) and is_part(group) and is_part(artifact)


def is_part(text: str) -> bool:
    """Return whether a text can be a group or an artifact."""
    if len(text) > _LONGEST or not _PART.fullmatch(text):
        return False
    return any(char not in ".-_" for char in text)


def read_coordinates(text: str) -> Coordinates | None:
    """Read ``group:artifact[:version[:classifier]][@type]``; None if it is something else.

    A version that holds a variable is not known.
    """
    known, variable, _ = text.partition("$")
    parts = known.partition("@")[0].split(":", 4)
    if not (3 if variable else 2) <= len(parts) <= 4:
        return None
    if not is_part(parts[0]) or not is_part(parts[1]):
        return None
    name = f"{parts[0]}:{parts[1]}"
    version = parts[2].strip() if len(parts) > (3 if variable else 2) else ""
    return Coordinates(name, len(name), version or None)
