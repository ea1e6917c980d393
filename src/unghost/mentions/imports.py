"""Imports in source of every language, found by the language's own grammar."""

from __future__ import annotations

from unghost.syntax import python
from unghost.syntax.spot import Spot

_LANGUAGES = {"csharp", "go", "java", "javascript", "kotlin", "php", "python", "ruby", "rust"}
_LANGUAGES |= {"svelte", "tsx", "typescript", "vue"}
_LONGEST = 500
"""Characters of a module's name; nobody writes a longer one."""
_ALIASES = {
    "c#": "csharp",
    "cjs": "javascript",
    "cs": "csharp",
    "cts": "typescript",
    "golang": "go",
    "ipython": "python",
    "javascriptreact": "javascript",
    "js": "javascript",
    "jsx": "javascript",
    "kt": "kotlin",
    "kts": "kotlin",
    "mjs": "javascript",
    "mts": "typescript",
    "node": "javascript",
    "nodejs": "javascript",
    "py": "python",
    "pycon": "python",
    "pyi": "python",
    "python3": "python",
    "rb": "ruby",
    "rs": "rust",
    "ts": "typescript",
    "typescriptreact": "tsx",
}


def language_of(name: str) -> str | None:
    """Return the language that a fence or a file's ending names; None if it is not read."""
    name = name.lower()
    name = _ALIASES.get(name, name)
    return name if name in _LANGUAGES else None


def find_imports(text: str, language: str) -> list[Spot]:
    """Find the modules that a source imports, with exact offsets, in order.

    A spot's name is the module as its language writes it. What cannot come from a registry by its
    form, such as a relative import, is no spot; that a module is part of the language or of the
    project itself is for others to say.

    Args:
        text: The source; broken code gives what can be read of it.
        language: Its language by name or alias; an unknown one gives nothing.
    """
    known = language_of(language)
    found = _found(text, known) if known is not None else []
    return [spot for spot in found if len(spot.name) <= _LONGEST and spot.name.isprintable()]


def _found(text: str, language: str) -> list[Spot]:
    # Most projects have one language, so what reads the others is imported where it is needed.
    match language:
        case "csharp":
            from unghost.mentions.languages import csharp

            return csharp.find_imports(text)
        case "go":
            from unghost.mentions.languages import go

            return go.find_imports(text)
        case "java" | "kotlin":
            from unghost.mentions.languages import jvm

            return jvm.find_imports(text, language)
        case "javascript" | "tsx" | "typescript":
            from unghost.mentions.languages import javascript

            return javascript.find_imports(text, language)
        case "svelte" | "vue":
            from unghost.mentions.languages import javascript

            return javascript.find_in_page(text)
        case "php":
            from unghost.mentions.languages import php

            return php.find_imports(text)
        case "ruby":
            from unghost.mentions.languages import ruby

            return ruby.find_imports(text)
        case "rust":
            from unghost.mentions.languages import rust

            return rust.find_imports(text)
    return python.find_imports(text)
