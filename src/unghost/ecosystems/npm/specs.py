"""The specifier after a dependency's name: a version, or the package's other origin.

Source: the documentation of npm (``npm install``, ``package.json``), pnpm, Yarn and Bun on what
a dependency may be, found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from unghost.ecosystems.npm.names import is_valid
from unghost.ecosystems.spot import Spot
from unghost.records import Origin
from unghost.syntax.document import Scalar

ARCHIVES = (".tgz", ".tar.gz", ".tar")
_ORIGINS: dict[str, Origin] = {
    "workspace": "workspace",
    "file": "path",
    "link": "path",
    "portal": "path",
    "exec": "path",
    "git": "git",
    "ssh": "git",
    "github": "git",
    "gitlab": "git",
    "bitbucket": "git",
    "gist": "git",
    "jsr": "index",
}
_NAMED_ELSEWHERE = frozenset({"catalog", "patch"})
_FOLDERS = (".", "/", "~/", "\\")
_RANGES = "^~><=*| "
_TAGS = frozenset({"latest", "next", "canary", "beta", "alpha", "rc", "x"})


class Spec(NamedTuple):
    """A parsed specifier.

    Attributes:
        version: A version, range or tag.
        origin: Where the package comes from.
        real: Where in the specifier the real package's name stands, if the other one is an alias.
    """

    version: str | None = None
    origin: Origin = "registry"
    real: tuple[int, int] | None = None


def read_spec(spec: str, *, bare_alias: bool = True) -> Spec:
    """Read what stands after a name.

    Args:
        spec: The specifier, such as ``^1.0``, ``npm:real@1`` or ``github:user/repo``.
        bare_alias: Whether ``npm:real`` names a package; in Yarn's lock file a version always
            follows one, and ``npm:latest`` is a tag.
    """
    scheme, colon, rest = spec.partition(":")
    scheme = scheme.lower()
    if spec.startswith(_FOLDERS) or (colon and len(scheme) == 1):
        return Spec(origin="path")
    if scheme == "npm" and colon:
        return _read_alias(len("npm:"), rest, bare_alias)
    if colon and scheme in _NAMED_ELSEWHERE:
        return Spec()
    if colon:
        return Spec(origin=_origin(scheme, rest))
    if "/" in spec:
        return Spec(origin="git")
    if spec.endswith(ARCHIVES):
        return Spec(origin="path")
    return Spec(None if spec.startswith("$") else spec.strip() or None)


def spot_at(
    scalar: Scalar, begin: int, end: int, version: str | None = None, origin: Origin = "registry"
) -> list[Spot]:
    """Return the spot of a name at [begin, end) of a value, none if it cannot be a name.

    Where the source has escapes, the spot is the whole value.
    """
    name = scalar.text[begin:end]
    if not is_valid(name):
        return []
    start, stop = scalar.start + begin, scalar.start + end
    if scalar.end - scalar.start != len(scalar.text):
        start, stop = scalar.start, scalar.end
    return [Spot(start, stop, name, "manifest", "npm", version=version, origin=origin)]


def declared(name: Scalar, begin: int, end: int, spec: Scalar | None) -> list[Spot]:
    """Return the spot of a dependency: its name at [begin, end) of a value, its kind in another.

    An alias is not the name of a package: then the real package's name is the spot.
    """
    said = read_spec(spec.text) if spec is not None else Spec()
    if spec is not None and said.real is not None:
        return spot_at(spec, *said.real, said.version)
    return spot_at(name, begin, end, said.version, said.origin)


def name_end(text: str, begin: int = 0) -> int:
    """Return where a name ends that a version may follow: ``name@1``, ``@scope/name@1``."""
    end = text.find("@", begin + 1)
    return len(text) if end < 0 else end


def package_end(text: str, begin: int) -> int:
    """Return where a name ends that a path may follow as well: ``name@1/path``, ``name/path``."""
    slash = text.find("/", begin) + 1 if text.startswith("@", begin) else 0
    marks = (at for mark in "@/" if (at := text.find(mark, max(slash, begin + 1))) >= 0)
    return min(marks, default=len(text))


def last_name(key: str) -> tuple[int, int]:
    """Return where the package name is in ``a/**/b``, ``parent@1>child@2`` or ``a@npm:1/b``."""
    parts = key[max(_arrows(key), default=-1) + 1 :].split("/")
    begin = len(key) - len(parts[-1])
    if len(parts) == 1 or not parts[-2].startswith("@"):
        return begin, name_end(key, begin)
    version = key.find("@", begin)
    return begin - len(parts[-2]) - 1, len(key) if version < 0 else version


def _arrows(key: str) -> Iterator[int]:
    """Return the marks between a parent and its child; another may be of a range (``a@>=1``)."""
    for at in range(1, len(key)):
        if key[at] == ">" and key[at - 1] not in " |@":
            yield at


def _read_alias(begin: int, rest: str, bare_alias: bool) -> Spec:
    end = name_end(rest)
    versioned = end < len(rest)
    if not versioned and (not bare_alias or _is_range(rest)):
        return Spec(rest or None)
    return Spec(rest[end + 1 :] or None, real=(begin, begin + end))


def _is_range(text: str) -> bool:
    number = text.partition("-")[0].replace(".", "").replace("x", "")
    return text[:1] in _RANGES or text in _TAGS or number.isdigit()


def _origin(scheme: str, rest: str) -> Origin:
    if scheme.startswith("git@") or "git" in scheme.split("+"):
        return "git"
    if scheme in ("http", "https") and rest.partition("#")[0].endswith(".git"):
        return "git"
    # Whatever else a protocol leads to, it is not the registry.
    return _ORIGINS.get(scheme, "url")
