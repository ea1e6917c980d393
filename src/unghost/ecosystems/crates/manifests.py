"""``Cargo.toml`` and ``Cargo.lock``.

Source: the Cargo book on the manifest, on specifying and overriding dependencies, found; the lock
file's ``source`` as Cargo writes it, inferred.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from unghost.ecosystems.crates.names import canonical, is_valid
from unghost.ecosystems.spot import Spot
from unghost.records import Origin
from unghost.syntax.document import Scalar, Table, Value, tables
from unghost.syntax.toml_text import read_toml

_SECTIONS = (
    "dependencies",
    "dev-dependencies",
    "dev_dependencies",
    "build-dependencies",
    "build_dependencies",
)
_PUBLIC = frozenset({
    "registry+https://github.com/rust-lang/crates.io-index",
    "sparse+https://index.crates.io/",
})  # fmt: skip
_PUBLIC_NAME = "crates-io"
_PUBLIC_KEYS = frozenset({_PUBLIC_NAME, "https://github.com/rust-lang/crates.io-index"})


def read_manifest(text: str) -> list[Spot]:
    """Read ``Cargo.toml``.

    A crate that ``[patch]`` takes from a folder or a repository comes from there wherever it is
    named, for it need not be in the registry at all.
    """
    root = read_toml(text)
    if root is None:
        return []
    spots = _replaced(root)
    moved: dict[str, Origin] = {canonical(spot.name): spot.origin for spot in spots}
    for registry, section in root.table("patch").entries:
        patched = [spot for table in tables(section) for spot in _section(table, {})]
        spots += patched
        if registry.text in _PUBLIC_KEYS:
            moved.update((canonical(spot.name), spot.origin) for spot in patched)
    for section in _dependencies(root):
        spots += _section(section, moved)
    return sorted(spots, key=lambda spot: spot.start)


def read_lock(text: str) -> list[Spot]:
    """Read ``Cargo.lock``; a package without a source is a part of the project or beside it."""
    root = read_toml(text)
    if root is None:
        return []
    spots = []
    for package in tables(root.get("package")):
        name, source = package.get("name"), package.text("source")
        if isinstance(name, Scalar):
            spots += _spot(name, package.text("version"), _locked(source))
    return spots


def _dependencies(root: Table) -> Iterator[Table]:
    places = [root, *tables(root.get("workspace"))]
    places += [place for _, value in root.table("target").entries for place in tables(value)]
    for place in places:
        for section in _SECTIONS:
            yield from tables(place.get(section))


def _replaced(root: Table) -> list[Spot]:
    """Read ``[replace]``, the older form of a patch, whose keys are ``name:version``."""
    spots = []
    for key, value in root.table("replace").entries:
        begin = key.text.rfind("#") + 1
        colon = key.text.find(":", begin)
        end = len(key.text) if colon < 0 else colon
        name = Scalar(key.start + begin, key.start + end, key.text[begin:end])
        spots += _spot(name, key.text[end + 1 :] or None, _origin(value))
    return spots


def _section(section: Table, moved: Mapping[str, Origin]) -> list[Spot]:
    spots = []
    for key, value in section.entries:
        given = value if isinstance(value, Table) else Table(0, 0)
        # Under another name in code, a crate is still fetched by its own.
        real = given.get("package")
        name = real if isinstance(real, Scalar) else key
        version = value.text if isinstance(value, Scalar) else given.text("version")
        origin = _origin(value)
        if origin == "registry":
            origin = moved.get(canonical(name.text), origin)
        spots += _spot(name, version, origin)
    return spots


def _origin(value: Value) -> Origin:
    if not isinstance(value, Table):
        return "registry"
    said = {key.text: item.text for key, item in value.entries if isinstance(item, Scalar)}
    if "git" in said:
        return "git"
    if "path" in said:
        return "path"
    if said.get("workspace") == "true":
        return "workspace"
    if said.get("registry", _PUBLIC_NAME) != _PUBLIC_NAME or "registry-index" in said:
        return "index"
    return "registry"


def _locked(source: str | None) -> Origin:
    if source is None:
        return "workspace"
    if source.startswith("git+"):
        return "git"
    return "registry" if source in _PUBLIC else "index"


def _spot(name: Scalar, version: str | None, origin: Origin) -> list[Spot]:
    """Return a name's spot; where the source has escapes, it is the whole value."""
    if not is_valid(name.text):
        return []
    place = (name.start, name.end)
    return [Spot(*place, name.text, "manifest", "crates", version=version, origin=origin)]
