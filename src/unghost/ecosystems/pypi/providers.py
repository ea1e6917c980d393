"""Distributions that may provide a module of another name: ``miio`` is python-miio's.

Source: how well-known distributions are named after their modules; inferred.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from unghost.ecosystems.pypi.names import canonical

_LIKELY = (
    "python-{}",
    "py{}",
    "{}-python",
    "py-{}",
    "{}-py",
    "{}py",
    "{}-sdk",
    "{}-client",
    "python3-{}",
    "lib{}",
    "django-{}",
    "pytest-{}",
    "flask-{}",
    "{}-api",
    "{}-lib",
    "{}-core",
)
"""Names of distributions by those of their modules, the likeliest first."""
_ADDED = "python python3 py py3 lib sdk client api core django pytest"
_ADDED_WORDS = frozenset(_ADDED.split())
"""Words that a distribution's name may have beside those of its module."""
_SHORTEST = 3
_MOST_WORDS = 8
_MOST_LOOKED_AT = 1000


def likely_providers(module: str) -> Iterator[str]:
    """Return canonical names of distributions that a module may be of, beside that of its own name.

    Args:
        module: The module as it is imported.
    """
    top = _top(module)
    if len(top) < _SHORTEST:
        return
    for form in _LIKELY:
        yield form.format(top)
    bare = top.removeprefix("py").lstrip("-")
    if bare != top and len(bare) >= _SHORTEST:
        yield from (f"python-{bare}", f"{bare}-python", f"py-{bare}")


class Providers:
    """Distributions that are known to be there, asked which of them may have a module.

    One may whose name has all words of the module's and none beside but such as "python"; or two
    words at least of the module's, whatever it has besides; or the letters of the module's in whole
    words. What a module's name has besides ("2", "client") makes it another one.

    Args:
        distributions: Their canonical names.
    """

    def __init__(self, distributions: Collection[str]) -> None:
        self._by_letters: dict[str, str] = {}
        self._by_word: dict[str, list[str]] = {}
        for name in sorted(distributions, key=lambda name: (len(name), name)):
            words = name.split("-")
            for letters in _runs(words):
                self._by_letters.setdefault(letters, name)
            for word in words:
                self._by_word.setdefault(word, []).append(name)

    def of(self, module: str) -> str | None:
        """Return the distribution with the shortest name that may have a module, if one does.

        Args:
            module: The module as it is imported.
        """
        top = _top(module)
        if len(top) < _SHORTEST:
            return None
        words = top.split("-")
        found = self._by_letters.get("".join(words))
        if found is not None or len(words) == 1:
            return found
        # The rarest word leaves the fewest names to look at.
        rarest = min((self._by_word.get(word, []) for word in words), key=len)[:_MOST_LOOKED_AT]
        return next((name for name in rarest if set(words) <= set(name.split("-"))), None)


def _top(module: str) -> str:
    return canonical(module.partition(".")[0]).strip("-")


def _runs(words: list[str]) -> Iterator[str]:
    """Return the letters of a module that a distribution of such words may have.

    Of a single word only if nothing that says something is left; of several in a row whatever is.
    """
    words = words[:_MOST_WORDS]
    for begin in range(len(words)):
        for end in range(begin + 1, len(words) + 1):
            rest = {*words[:begin], *words[end:]}
            if end - begin == 1 and not rest <= _ADDED_WORDS:
                continue
            letters = "".join(words[begin:end])
            yield letters
            if letters.startswith("py") and len(letters) > _SHORTEST + 2:
                yield letters.removeprefix("py")
            elif "python" in rest:
                yield f"py{letters}"
