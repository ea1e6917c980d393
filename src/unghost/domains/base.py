"""What a domain is: it finds in an answer what can be a ghost, and says what exists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from unghost.records import Completion, Mention, Prompt, Verdict


class Domain(Protocol):
    """One kind of names that models invent; packages are the first."""

    def find(self, prompt: Prompt, completion: Completion) -> list[Mention]:
        """Find what a completion names."""
        ...

    def verify(self, mentions: Sequence[Mention]) -> list[Verdict]:
        """Judge mentions, one verdict each, in their order."""
        ...
