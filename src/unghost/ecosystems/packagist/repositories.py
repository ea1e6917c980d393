"""Packages of a ``composer.json`` that come from the repositories that it names itself.

Source: the chapter on repositories of Composer's documentation, found. A repository does not say
which packages it holds; that they have the folder's or repository's name is a custom: inferred.
"""

from __future__ import annotations

from collections.abc import Iterator

from unghost.records import Origin
from unghost.syntax.address import host_of
from unghost.syntax.document import Scalar, Table, Value, strings, tables

_PACKAGIST = frozenset({"packagist", "packagist.org"})
_PUBLIC = frozenset({
    "mirrors.aliyun.com", "mirrors.cloud.tencent.com", "packagist.jp", "packagist.org",
    "packagist.phpcomposer.com", "repo.huaweicloud.com", "repo.packagist.org",
})  # fmt: skip
"""Packagist and its mirrors."""
_HOLDINGS = {
    "asset-packagist.org": ("bower-asset/", "npm-asset/"),
    "nova.laravel.com": ("laravel/nova",),
    "packages.drupal.org": ("drupal/",),
    "wpackagist.org": ("wpackagist-plugin/", "wpackagist-theme/"),
}
"""What well-known repositories hold."""
_VERSIONED = frozenset({
    "bitbucket", "forgejo", "fossil", "git", "git-bitbucket", "github", "gitlab", "hg", "perforce",
    "svn", "vcs",
})  # fmt: skip
_MOST = 64
"""Beginnings of names that are compared; with more of them every package may be from elsewhere."""


class Repositories:
    """The repositories of a project.

    Args:
        document: Its ``composer.json``.
    """

    def __init__(self, document: Table) -> None:
        self._named: dict[str, Origin] = {}
        self._short: dict[str, Origin] = {}
        self._beginnings: list[str] = []
        self._development: Origin | None = None
        self._disabled = False
        mirrored = False
        for repository in self._listed(document.get("repositories")):
            mirrored |= host_of(repository.text("url") or "") in _PUBLIC
            self._learn(repository)
        self._all = (self._disabled and not mirrored) or len(self._beginnings) > _MOST

    def origin(self, name: str, constraint: str) -> Origin:
        """Return where a required package comes from."""
        if name in self._named:
            return self._named[name]
        if self._all or name.startswith(tuple(self._beginnings)):
            return "index"
        short = name.partition("/")[2]
        if short in self._short:
            return self._short[short]
        if self._development is not None and _is_development(constraint):
            return self._development
        return "registry"

    def _listed(self, value: Value | None) -> Iterator[Table]:
        """Return the repositories of a list or an object, in which ``false`` disables one."""
        yield from tables(value) if not isinstance(value, Table) else ()
        for table in [value] if isinstance(value, Table) else list(tables(value)):
            for key, entry in table.entries:
                if isinstance(entry, Table) and isinstance(value, Table):
                    yield entry
                elif isinstance(entry, Scalar) and not entry.is_string and entry.text == "false":
                    self._disabled |= key.text in _PACKAGIST

    def _learn(self, repository: Table) -> None:
        kind, url = repository.text("type") or "", repository.text("url") or ""
        last = url.rstrip("/").rpartition("/")[2].removesuffix(".git").lower()
        if kind == "package":
            for package in tables(repository.get("package")):
                self._named[(package.text("name") or "").lower()] = "url"
        elif kind == "path" or kind in _VERSIONED:
            origin: Origin = "path" if kind == "path" else "git"
            self._short[last] = origin
            if self._development != "path":
                self._development = origin
        elif host_of(url) not in _PUBLIC:
            only = [name.text.partition("*")[0].lower() for name in strings(repository.get("only"))]
            self._beginnings += only or _HOLDINGS.get(host_of(url), ("",))


def _is_development(constraint: str) -> bool:
    """Return whether a constraint accepts a working copy's version, which is not a release."""
    return (
        constraint == "*" or constraint.startswith("dev-") or constraint.endswith(("@dev", "-dev"))
    )
