"""Names of npm: their grammar, and the package that a module belongs to.

Source of the grammar: the rules of npm's own name validation for old packages, found. New names
must be lower case and without ``!~*'()``, but the registry keeps older ones: ``JSONStream`` and
``jsonstream`` are two packages, so that a name's canonical form is the name as it is written.
"""

from __future__ import annotations

import string

from unghost.ecosystems.base import Candidates

LONGEST = 214
"""Characters of a name, its scope included."""
_LETTERS = frozenset(string.ascii_letters + string.digits)
_URL_SAFE = _LETTERS | frozenset("-_.!~*'()")
_TAKEN = frozenset({"node_modules", "favicon.ico"})
_TYPES = "@types/"


def canonical(name: str) -> str:
    """Return a name's one form, which is the name itself."""
    return name


def is_valid(text: str) -> bool:
    """Return whether a text can be a name, with or without a scope."""
    if len(text) > LONGEST:
        return False
    if not text.startswith("@"):
        return _is_part(text) and text[0] not in "-_." and text.lower() not in _TAKEN
    scope, _, name = text[1:].partition("/")
    return _is_part(scope) and _is_part(name) and "." not in (scope[0], name[0])


def candidates(module: str, language: str) -> Candidates:
    """Return the package that a module belongs to; types may come from DefinitelyTyped instead.

    ``@types/a__b`` has the types of ``@a/b`` (source: DefinitelyTyped's rules for names, found).
    """
    name = package_of(module)
    if name is None:
        return Candidates(())
    if language != "typescript" or name.startswith(_TYPES):
        return Candidates((name,))
    return Candidates((name, _TYPES + name.removeprefix("@").replace("/", "__")))


def package_of(module: str) -> str | None:
    """Return the package of a module such as ``lodash/merge`` or ``npm:@scope/name@1/lib/x.js``.

    Returns:
        None for what no package's module can be, such as a path or an alias of a bundler.
    """
    module = module.removeprefix("npm:").removeprefix("/").partition("?")[0]
    parts = module.split("/", 2)
    name = "/".join(parts[: 1 + module.startswith("@")])
    version = name.find("@", 1)
    name = name[:version] if version > 0 else name
    return name if is_valid(name) else None


def _is_part(text: str) -> bool:
    return _URL_SAFE.issuperset(text) and not _LETTERS.isdisjoint(text)
