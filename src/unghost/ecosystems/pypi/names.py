"""The form and grammar of PyPI's names, and which of them a Python module may come from.

Source: PEP 503 for the form, PEP 508 for the grammar; found. That a distribution bears the name of
its module or of a package around it is custom, inferred.
"""

from __future__ import annotations

import re

from unghost.ecosystems.base import Candidates
from unghost.ecosystems.pypi.stdlib import stdlib_modules

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
LONGEST = 200
"""Characters of a name; no limit is documented, and none known is near it."""
_MOST_PARTS = 8


def canonical(name: str) -> str:
    """Return a name's canonical form: lower case, each run of ``-``, ``_`` and ``.`` one hyphen."""
    # As packaging does it, whose module of names takes long to import.
    form = name.lower().replace("_", "-").replace(".", "-")
    while "--" in form:
        form = form.replace("--", "-")
    return form


def is_valid(name: str) -> bool:
    """Return whether a text is a name by the grammar of requirements."""
    return len(name) <= LONGEST and _NAME.fullmatch(name) is not None


def candidates(module: str, language: str) -> Candidates:
    """Return the names of a module and of the packages around it, the longest first."""
    parts = module.split(".", _MOST_PARTS)[:_MOST_PARTS]
    names = [".".join(parts[:count]).strip("_.") for count in range(len(parts), 0, -1)]
    forms = (canonical(name) for name in names if is_valid(name))
    return Candidates(tuple(dict.fromkeys(forms)))


def is_builtin(module: str, language: str) -> bool:
    """Return whether a module is of the standard library of any Python from 3.8 on."""
    return module.partition(".")[0] in stdlib_modules()
