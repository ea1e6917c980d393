"""Sources other than PyPI that a Python project declares for its packages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from unghost.ecosystems.pypi.names import canonical
from unghost.records import Origin
from unghost.syntax.address import host_of
from unghost.syntax.document import Scalar, Table, Value, tables

_REPOSITORIES = ("git+", "hg+", "svn+", "bzr+")
_PLACES: dict[str, Origin] = {
    "git": "git",
    "hg": "git",
    "svn": "git",
    "bzr": "git",
    "url": "url",
    "path": "path",
    "file": "path",
    "workspace": "workspace",
    "index": "index",
    "source": "index",
}
"""What the tools' keys mean: those of Poetry, uv and Pipenv, found in their documentation."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of packages.

    Attributes:
        origins: By canonical name, what is said of a single one.
        rest: What holds for all others.
    """

    origins: Mapping[str, Origin] = field(default_factory=dict)
    rest: Origin = "registry"

    def of(self, name: str) -> Origin:
        """Return where a package comes from, by its name in any form."""
        return self.origins.get(canonical(name), self.rest)


PYPI = Sources()
"""All packages come from PyPI."""


def is_public(url: str) -> bool:
    """Return whether an index is PyPI itself, which is what pip asks when nothing is set."""
    return host_of(url) in public_hosts()


@lru_cache(maxsize=1)
def public_hosts() -> frozenset[str]:
    """Return PyPI's hosts from pip's own constants; without pip, no index is taken for PyPI."""
    try:
        from pip._internal.models.index import PyPI
    except ImportError:
        return frozenset()
    return frozenset((host_of(PyPI.simple_url), PyPI.file_storage_domain))


def origin_of_address(address: str) -> Origin:
    """Return what kind of place a package's own address is."""
    if address.startswith(_REPOSITORIES):
        return "git"
    return "url" if "://" in address and not address.startswith("file:") else "path"


def origin_of(value: Value | None, public: Collection[str]) -> Origin | None:
    """Return what a table says of a package's place, the first of a list of them.

    Args:
        value: Such as ``{git = "https://.."}``.
        public: Names of indexes, in lower case, that are PyPI.

    Returns:
        None if it says nothing.
    """
    for table in tables(value):
        for key, inner in table.entries:
            origin = _PLACES.get(key.text)
            if origin is None or not isinstance(inner, Scalar) or inner.text == "false":
                continue
            if origin == "index" and inner.text.lower() in public:
                return "registry"
            remote = origin == "path" and "://" in inner.text
            return origin_of_address(inner.text) if remote else origin
    return None


def public_names(indexes: Iterable[Table], reserved: Collection[str] = ()) -> frozenset[str]:
    """Return the names, in lower case, of those indexes of a list that are PyPI.

    Args:
        indexes: Tables with a ``name`` and a ``url``.
        reserved: Names that mean PyPI unless an index bears them.
    """
    named = {(table.text("name") or "").lower(): table.text("url") or "" for table in indexes}
    public = {name for name, url in named.items() if is_public(url)}
    return frozenset(public | (set(reserved) - named.keys()))
