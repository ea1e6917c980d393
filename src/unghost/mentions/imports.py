"""Imports in source of every language that an ecosystem declares."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from unghost.ecosystems import all_ecosystems
from unghost.ecosystems.base import Language
from unghost.ecosystems.spot import Spot

_LONGEST = 500
"""Characters of a module's name; nobody writes a longer one."""


def language_of(name: str) -> Language | None:
    """Return the language of a name, a fence, a file's ending or an interpreter, None if unread."""
    return _known().get(name.lower())


@lru_cache(maxsize=1)
def typed_languages() -> tuple[Language, ...]:
    """Return the languages that are typed into notebooks and sessions."""
    languages = (language for eco in all_ecosystems() for language in eco.languages)
    return tuple(language for language in languages if language.cells is not None)


@lru_cache(maxsize=1)
def _known() -> Mapping[str, Language]:
    languages = [language for eco in all_ecosystems() for language in eco.languages]
    words = {
        word: one
        for one in languages
        for word in f"{one.interpreters} {one.tags} {one.suffixes}".split()
    }
    return words | {one.name: one for one in languages}


def find_imports(text: str, language: str) -> list[Spot]:
    """Find the modules that a source imports, with exact offsets, in order.

    A spot's name is the module as its language writes it. What cannot come from a registry by its
    form, such as a relative import, is not a spot; that a module is part of the language or of the
    project itself is decided elsewhere.

    Args:
        text: The source; broken code gives what can be read of it.
        language: Its language by name, tag or suffix; an unknown one gives nothing.
    """
    known = language_of(language)
    found = known.find(text, known.name) if known is not None else ()
    return [spot for spot in found if len(spot.name) <= _LONGEST and spot.name.isprintable()]
