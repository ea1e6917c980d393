"""The form of names of one kind: all that snapshots and walks must know of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Naming(Protocol):
    """The grammar of one kind of names; every ecosystem is one, and so is a declared domain's."""

    @property
    def name(self) -> str:
        """Identifier of the kind, such as ``pypi``."""
        ...

    @property
    def title(self) -> str:
        """The kind in texts, such as ``PyPI``."""
        ...

    @property
    def separators(self) -> bytes:
        """Bytes that count as one, the canonical one first."""
        ...

    @property
    def folds_case(self) -> bool:
        """True if upper case counts as lower case, which is canonical."""
        ...

    @property
    def folds_runs(self) -> bool:
        """True if a run of separators counts as one."""
        ...

    @property
    def terminators(self) -> Mapping[str, tuple[bytes, ...]]:
        """Bytes that may follow a finished name beside blanks, by the kind of place."""
        ...

    def canonical(self, name: str, /) -> str:
        """Return a valid name's one form."""
        ...

    def is_valid(self, name: str, /) -> bool:
        """Return whether a text can be a name."""
        ...
