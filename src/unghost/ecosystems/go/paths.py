"""Module and package paths of Go.

Source: ``CheckPath``, ``CheckImportPath`` and ``SplitPathVersion`` of golang.org/x/mod/module;
found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from unghost.ecosystems.base import Candidates

_HOST = re.compile(r"[a-z0-9][a-z0-9.-]*", re.ASCII)
_ELEMENT = re.compile(r"[A-Za-z0-9._~+-]+", re.ASCII)
_MAJOR = re.compile(r"v[0-9.]+", re.ASCII)
_SOUND_MAJOR = re.compile(r"v(?:[2-9]|[1-9][0-9]+)", re.ASCII)
_GOPKG = re.compile(r".*\.v(?:0|[1-9][0-9]*)(?:-unstable)?", re.ASCII)
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}
)
_FORGES = frozenset({
    "bitbucket.org", "codeberg.org", "git.sr.ht", "gitea.com", "gitee.com", "github.com",
    "gitlab.com",
})  # fmt: skip
_LONGEST = 400
"""Characters of a path; no limit is documented, and none known is near it."""
_DEEPEST = 16
"""Elements of a path that are looked at; the deepest modules known have ten."""


def canonical(path: str) -> str:
    """Return a module path's one form, which is what is written: the proxy tells cases apart."""
    return path


def is_module(path: str) -> bool:
    """Return whether a text can be the path of a module that the proxy serves."""
    if not is_package(path) or "+" in path:
        return False
    elements = path.split("/")
    if elements[0] == "gopkg.in":
        return len(elements) in (2, 3) and _GOPKG.fullmatch(elements[-1]) is not None
    if len(elements) > 1 and _MAJOR.fullmatch(elements[-1]):
        return _SOUND_MAJOR.fullmatch(elements[-1]) is not None
    return True


def is_package(path: str) -> bool:
    """Return whether a text can be the path of a package outside of the standard library."""
    if len(path) > _LONGEST:
        return False
    host, *rest = path.split("/")
    if "." not in host or not _HOST.fullmatch(host) or not _is_element(host):
        return False
    return all(_is_element(element) for element in rest)


def _is_element(element: str) -> bool:
    if not _ELEMENT.fullmatch(element) or element[0] == "." or element[-1] == ".":
        return False
    short = element.partition(".")[0].lower()
    _, tilde, digits = short.rpartition("~")
    return short not in _DEVICES and not (tilde and digits.isdigit())


def is_below(path: str, module: str) -> bool:
    """Return whether a path is a module's own or one inside it."""
    return path == module or path.startswith(f"{module}/")


def is_builtin(module: str, language: str) -> bool:
    """Return whether an import is of the standard library: others have a dot in front."""
    return "." not in module.partition("/")[0]


def candidates(module: str, language: str) -> Candidates:
    """Return the modules that a package may be of: all beginnings of its path, the longest first.

    On the public forges a module has three elements at least. A host alone is rarely a module,
    yet some are (``go4.org``).
    """
    fewest = 3 if module.partition("/")[0] in _FORGES else 1
    paths = [path for path in beginnings(module, fewest) if is_module(path)]
    return Candidates(tuple(paths) or (module,))


def beginnings(path: str, fewest: int = 1) -> Iterator[str]:
    """Return the paths that a path is below of, itself first, down to ``fewest`` elements."""
    elements = path.split("/", _DEEPEST)[:_DEEPEST]
    return ("/".join(elements[:count]) for count in range(len(elements), fewest - 1, -1))
