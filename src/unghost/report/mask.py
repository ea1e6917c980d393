"""Ghosts partly masked, so that no report is a shopping list of names that could be registered."""

from __future__ import annotations

import string
from collections.abc import Iterable

KEPT = 3
"""Characters of a ghost that stay readable."""
DOT = "•"
_FOLD = str.maketrans(string.ascii_uppercase + "_.", string.ascii_lowercase + "--")


def mask_name(name: str) -> str:
    """Return the first three characters (one of a name of up to three), dots for the rest."""
    kept = KEPT if len(name) > KEPT else 1
    return name[:kept] + DOT * (len(name) - kept)


class Masker:
    """Masks ghosts wherever a text holds them.

    A module is written in other letters than its package, so case is ignored, and ``-``, ``_`` and
    ``.`` are alike.

    Args:
        ghosts: The names.
        shortest: Shorter ones are left out, for such words occur in any text.
    """

    def __init__(self, ghosts: Iterable[str], shortest: int = 4) -> None:
        folded = {ghost.translate(_FOLD) for ghost in ghosts if len(ghost) >= shortest}
        self._ghosts = sorted(folded, key=lambda ghost: (-len(ghost), ghost))

    def __call__(self, text: str) -> str:
        """Return the text, of the same length, with its ghosts masked."""
        folded = text.translate(_FOLD)
        for ghost in self._ghosts:
            at = folded.find(ghost)
            while at >= 0:
                end = at + len(ghost)
                if not (folded[at - 1 : at].isalnum() or folded[end : end + 1].isalnum()):
                    text = text[:at] + mask_name(text[at:end]) + text[end:]
                at = folded.find(ghost, at + 1)
        return text
