r"""Names of Composer packages, and which packages a class of PHP may be of.

Source: the schema of ``composer.json``, found. How namespaces become names
(``Symfony\Component\Yaml`` is of symfony/yaml) is a custom: inferred.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from unghost.ecosystems.base import Candidates

_NAME = re.compile(r"[a-z0-9]+(?:[_.-][a-z0-9]+)*/[a-z0-9]+(?:(?:[_.]|--?)[a-z0-9]+)*", re.ASCII)
_OWN = frozenset({"App", "Database", "Tests"})
"""Namespaces that the skeletons of Laravel and Symfony give to the code of a project itself."""
_DEEPEST = 4
_LONGEST = 200


def canonical(name: str) -> str:
    """Return a package's one form: lower case."""
    return name.lower()


def is_valid(name: str) -> bool:
    """Return whether a text can be a package's name, which is ``vendor/package``."""
    return len(name) <= _LONGEST and name.isascii() and _NAME.fullmatch(name.lower()) is not None


def is_builtin(module: str, language: str) -> bool:
    """Return whether a class is of PHP itself, which has no namespace, or of a skeleton."""
    first, separator, _ = module.lstrip("\\").partition("\\")
    return first in _OWN or (not separator and "/" not in module)


def candidates(module: str, language: str) -> Candidates:
    """Return the packages that a class may be of: parts of its namespace, written in kebab."""
    parts = module[:_LONGEST].lstrip("\\").split("\\", _DEEPEST)[:_DEEPEST]
    vendors = dict.fromkeys((parts[0].lower(), _kebab(parts[0])))
    names = (f"{vendor}/{product}" for vendor in vendors for product in _products(vendor, parts))
    found = dict.fromkeys(name for name in names if is_valid(name))
    return Candidates(tuple(found), tuple(f"{vendor}/" for vendor in vendors))


def _products(vendor: str, parts: list[str]) -> Iterator[str]:
    kebab = [_kebab(part) for part in parts[1:3]]
    if kebab:
        yield kebab[0]
        yield parts[1].lower()
    if len(kebab) > 1:
        yield kebab[1]
        yield "-".join(kebab)
    yield vendor


def _kebab(part: str) -> str:
    """Write ``HttpFoundation`` as ``http-foundation`` and ``ORM`` as ``orm``."""
    written = []
    for place, char in enumerate(part):
        begins = char.isupper() and place > 0 and part[place - 1] not in "_-"
        if begins and (part[place - 1].islower() or part[place + 1 : place + 2].islower()):
            written.append("-")
        written.append("-" if char == "_" else char.lower())
    return "".join(written)
