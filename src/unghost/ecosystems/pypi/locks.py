"""Lock files: those of Poetry, uv, PDM and Pipenv, and ``pylock.toml``.

Source: PEP 751, found; the others as the tools write them, inferred from their code. A lock file
says which index was asked: the one that most packages are from is where names are looked up, PyPI
or what stands for it, unless PyPI itself is among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from unghost.ecosystems.pypi.manifests import default_indexes, packages
from unghost.ecosystems.pypi.names import is_valid
from unghost.ecosystems.pypi.sources import is_public
from unghost.ecosystems.spot import Spot
from unghost.records import Origin
from unghost.syntax.document import Scalar, Table, tables
from unghost.syntax.json_text import read_json
from unghost.syntax.toml_text import read_toml

_OF_UV: dict[str, Origin] = {
    "git": "git",
    "url": "url",
    "path": "path",
    "directory": "path",
    "editable": "workspace",
    "virtual": "workspace",
}
_OF_POETRY: dict[str, Origin] = {
    "git": "git",
    "hg": "git",
    "url": "url",
    "file": "path",
    "directory": "path",
    "legacy": "index",
}
_OF_PDM: dict[str, Origin] = {"git": "git", "hg": "git", "url": "url", "path": "path"}
_OF_PYLOCK: dict[str, Origin] = {"vcs": "git", "directory": "path", "archive": "url"}


def read_poetry_lock(text: str) -> list[Spot]:
    """Read ``poetry.lock``; only what is not from PyPI says where it is from."""
    spots = []
    for package in _packages(text, "package"):
        origin = _OF_POETRY.get(package.text("source", "type") or "", "registry")
        if origin == "index" and is_public(package.text("source", "url") or ""):
            origin = "registry"
        spots += _spot(package, origin)
    return spots


def read_uv_lock(text: str) -> list[Spot]:
    """Read ``uv.lock``; the project itself and its members are packages from a folder."""
    listed = _packages(text, "package")
    sources = [package.table("source") for package in listed]
    usual = _usual(source.text("registry") for source in sources)
    spots = []
    for package, source in zip(listed, sources, strict=True):
        spots += _spot(package, _origin(source, _OF_UV, source.text("registry"), usual))
    return spots


def read_pdm_lock(text: str) -> list[Spot]:
    """Read ``pdm.lock``, which does not say what index a package is from."""
    listed = _packages(text, "package")
    return [spot for p in listed for spot in _spot(p, _origin(p, _OF_PDM, None, None))]


def read_pylock(text: str) -> list[Spot]:
    """Read ``pylock.toml``."""
    listed = _packages(text, "packages")
    usual = _usual(package.text("index") for package in listed)
    spots = []
    for package in listed:
        spots += _spot(package, _origin(package, _OF_PYLOCK, package.text("index"), usual))
    return spots


def read_pipfile_lock(text: str) -> list[Spot]:
    """Read ``Pipfile.lock``: every section beside its head is a group of packages."""
    document = read_json(text)
    if not isinstance(document, Table):
        return []
    public = default_indexes(document.get("_meta", "sources"))
    groups = [group for key, group in document.entries if key.text != "_meta"]
    return [spot for group in groups for spot in packages(group, public)]


def _packages(text: str, key: str) -> list[Table]:
    document = read_toml(text)
    return [] if document is None else list(tables(document.get(key)))


def _usual(indexes: Iterable[str | None]) -> str | None:
    """Return the index that stands for PyPI."""
    counts = Counter(index for index in indexes if index is not None)
    public = next((index for index in counts if is_public(index)), None)
    return public or next((index for index, _ in counts.most_common(1)), None)


def _origin(place: Table, kinds: dict[str, Origin], index: str | None, usual: str | None) -> Origin:
    """Return what a table says of a package's place by the key that it has."""
    if index != usual and index is not None:
        return "index"
    return next((kinds[key.text] for key, _ in place.entries if key.text in kinds), "registry")


def _spot(package: Table, origin: Origin) -> list[Spot]:
    name = package.get("name")
    if not isinstance(name, Scalar) or not is_valid(name.text):
        return []
    version = package.text("version")
    return [
        Spot(name.start, name.end, name.text, "manifest", "pypi", version=version, origin=origin)
    ]
