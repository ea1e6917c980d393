"""A name's one canonical form, and whether a text can be a name at all, by its ecosystem."""

from __future__ import annotations

from unghost.ecosystems import ecosystem as declared


def canonical(name: str, ecosystem: str = "pypi") -> str:
    """Return a valid name's canonical form.

    Raises:
        UnghostError: The ecosystem is not known.
    """
    return declared(ecosystem).canonical(name)


def is_valid(name: str, ecosystem: str = "pypi") -> bool:
    """Return whether a text is a name by the ecosystem's grammar.

    Raises:
        UnghostError: The ecosystem is not known.
    """
    return declared(ecosystem).is_valid(name)
