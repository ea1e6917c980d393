"""Packages that manifests and lock files declare, of all ecosystems that read a file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache

from unghost.ecosystems import all_ecosystems
from unghost.ecosystems.base import Manifest
from unghost.ecosystems.spot import Spot

LONGEST = 4_000_000
"""Characters of a text that are read, if no tool wrote it; people write nothing larger."""
_SPECIAL = frozenset("*?[]")


def find_declared(text: str, path: str) -> list[Spot]:
    """Find what a manifest or lock file declares, in order; nothing in a file of another kind.

    Args:
        text: The file's text.
        path: Its path, of which the end tells what kind it is.
    """
    spots = {
        (spot.start, spot.end, spot.ecosystem): spot
        for manifest in known().matching(path)
        for spot in manifest.read(text if manifest.lock else first_part(text))
    }
    return [spots[place] for place in sorted(spots)]


def first_part(text: str) -> str:
    """Return as much of a text as is read, in whole lines: half a name would be another one."""
    if len(text) <= LONGEST:
        return text
    return text[: text.rfind("\n", 0, LONGEST) + 1 or LONGEST]


def is_manifest(path: str) -> bool:
    """Return whether a path is that of a manifest or lock file, by its name alone."""
    return bool(known().matching(path))


def is_lock(path: str) -> bool:
    """Return whether a path is that of a lock file, which a tool wrote."""
    return any(manifest.lock for manifest in known().matching(path))


@lru_cache(maxsize=1)
def known() -> Lookup:
    """Return the lookup for the manifests of all ecosystems."""
    return Lookup(manifest for eco in all_ecosystems() for manifest in eco.manifests)


class Lookup:
    """All patterns, indexed for fast lookup: a scanner looks up every file."""

    def __init__(self, manifests: Iterable[Manifest]) -> None:
        self._by_name: dict[str, list[Manifest]] = defaultdict(list)
        self._by_suffix: dict[str, list[Manifest]] = defaultdict(list)
        self._by_end: dict[str, list[tuple[str, Manifest]]] = defaultdict(list)
        globs: dict[int, list[tuple[str, Manifest]]] = defaultdict(list)
        for manifest in manifests:
            for pattern in manifest.patterns:
                slashes = pattern.count("/")
                if not slashes and _is_plain(pattern):
                    self._by_name[pattern].append(manifest)
                elif not slashes and pattern.startswith("*.") and _is_plain(pattern[1:]):
                    self._by_suffix[pattern[1:]].append(manifest)
                elif _is_plain(pattern):
                    name = pattern[pattern.rfind("/") + 1 :]
                    self._by_end[name].append((f"/{pattern}", manifest))
                else:
                    globs[slashes].append((pattern, manifest))
        self._longest = max(map(len, self._by_suffix), default=0)
        # What stands after a pattern's last star tells most files apart at once.
        self._endings = tuple({_ending(p) for group in globs.values() for p, _ in group})
        self._globs = {slashes: _Globs(group) for slashes, group in globs.items()}

    def matching(self, path: str) -> list[Manifest]:
        """Return the kinds of manifest that a path is of, each once."""
        path = path.replace("\\", "/")
        name = path[path.rfind("/") + 1 :]
        found = list(self._by_name.get(name, ()))
        found += [kind for end, kind in self._by_end.get(name, ()) if f"/{path}".endswith(end)]
        dot = name.find(".", max(len(name) - self._longest, 0))
        while dot >= 0:
            found += self._by_suffix.get(name[dot:], ())
            dot = name.find(".", dot + 1)
        for slashes, globs in self._globs.items() if path.endswith(self._endings) else ():
            found += globs.matching("/".join(path.rsplit("/", slashes + 1)[-slashes - 1 :]))
        return list(dict.fromkeys(found))


class _Globs:
    """Patterns that are compared with as many parts of a path as they have themselves."""

    def __init__(self, patterns: Iterable[tuple[str, Manifest]]) -> None:
        texts = [(translate(pattern), manifest) for pattern, manifest in patterns]
        self._each = [(re.compile(text), manifest) for text, manifest in texts]
        self._any = re.compile("|".join(text for text, _ in texts))

    def matching(self, end: str) -> list[Manifest]:
        if not self._any.match(end):
            return []
        return [manifest for pattern, manifest in self._each if pattern.match(end)]


def _is_plain(pattern: str) -> bool:
    return _SPECIAL.isdisjoint(pattern)


def _ending(pattern: str) -> str:
    return pattern[max(pattern.rfind(mark) for mark in _SPECIAL) + 1 :]
