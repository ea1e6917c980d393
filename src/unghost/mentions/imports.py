"""Imports in source of every language, found by the language's own grammar."""

from __future__ import annotations

from collections.abc import Callable

from unghost.mentions.languages import csharp, go, javascript, jvm, php, ruby, rust
from unghost.syntax import python
from unghost.syntax.spot import Spot

_FINDERS: dict[str, Callable[[str], list[Spot]]] = {
    "csharp": csharp.find_imports,
    "go": go.find_imports,
    "java": lambda text: jvm.find_imports(text, "java"),
    "javascript": lambda text: javascript.find_imports(text, "javascript"),
    "kotlin": lambda text: jvm.find_imports(text, "kotlin"),
    "php": php.find_imports,
    "python": python.find_imports,
    "ruby": ruby.find_imports,
    "rust": rust.find_imports,
    "svelte": javascript.find_in_page,
    "tsx": lambda text: javascript.find_imports(text, "tsx"),
    "typescript": lambda text: javascript.find_imports(text, "typescript"),
    "vue": javascript.find_in_page,
}
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
    """Give the language that a fence or a file's ending names; None if its imports are not read."""
    name = name.lower()
    name = _ALIASES.get(name, name)
    return name if name in _FINDERS else None


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
    found = _FINDERS[known](text) if known is not None else []
    return [spot for spot in found if len(spot.name) <= _LONGEST and spot.name.isprintable()]
