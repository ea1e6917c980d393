"""Which distributions may provide a module that bears another name: ``miio`` is python-miio's.

Source: how well-known distributions are named after their modules; inferred.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from unghost.ecosystems.pypi.names import canonical

_BEFORE = ("python-", "python3-", "py-", "py", "lib", "django-", "pytest-", "flask-")
_BEHIND = ("-python", "-py", "-py3", "-python3", "-sdk", "-client", "-api", "-lib", "-core", "py")
_EMPTY = "python python3 py py3 lib sdk api client core wrapper async asyncio aio library module"
_EMPTY_WORDS = frozenset(_EMPTY.split())
_SHORTEST, _LONG = 3, 6


def likely_providers(module: str) -> Iterator[str]:
    """Give canonical names of distributions that a module may be of, beside that of its own name.

    Args:
        module: The module as it is imported.
    """
    top = canonical(module.partition(".")[0]).strip("-")
    if len(top) < _SHORTEST:
        return
    for before in _BEFORE:
        yield f"{before}{top}"
    for behind in _BEHIND:
        yield f"{top}{behind}"
    bare = top.removeprefix("py").lstrip("-")
    if bare != top and len(bare) >= _SHORTEST:
        yield from (bare, f"python-{bare}", f"{bare}-python", f"py-{bare}")
    if "-" in top:
        joined = top.replace("-", "")
        yield from (joined, f"py{joined}", f"python-{joined}")
    else:
        for cut in range(2, len(top) - 1):
            yield f"{top[:cut]}-{top[cut:]}"


def may_provide(distribution: str, module: str) -> bool:
    """Say whether a distribution that is installed may well be where a module comes from.

    Its name has all words or all letters of the module's, whatever it has besides, or the same
    letters but for words that say nothing.

    Args:
        distribution: Its canonical name.
        module: The module as it is imported.
    """
    top = canonical(module.partition(".")[0]).strip("-")
    words, said = set(distribution.split("-")), set(top.split("-"))
    if len(top) >= _SHORTEST and said <= words:
        return True
    letters = top.replace("-", "")
    if len(letters) >= _LONG and letters in distribution.replace("-", ""):
        return True
    return len(top) > _SHORTEST and _bare(distribution) == _bare(top)


def _bare(name: str) -> str:
    words = [word for word in name.split("-") if word not in _EMPTY_WORDS]
    letters = re.sub(r"\d+$", "", "".join(words) or name)
    return re.sub(r"^(?:python|py)(?=\w{3})|(?<=\w{3})(?:python|py)$", "", letters)
