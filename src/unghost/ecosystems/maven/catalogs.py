"""Gradle's version catalogs and lock files.

Source: Gradle's manual, the chapters on version catalogs and on dependency locking; found.
"""

from __future__ import annotations

from unghost.ecosystems.maven.names import is_part, read_coordinates
from unghost.ecosystems.maven.sources import Sources
from unghost.ecosystems.spot import Spot
from unghost.syntax.document import Scalar, Table, Value
from unghost.syntax.lines import lines
from unghost.syntax.toml_text import read_toml

_SOURCES = Sources(())


def read_catalog(text: str) -> list[Spot]:
    """Read a version catalog: its libraries, and its plugins, which the plugin portal serves."""
    document = read_toml(text)
    if not isinstance(document, Table):
        return []
    libraries = (_library(value) for _, value in document.table("libraries").entries)
    plugins = (_plugin(value) for _, value in document.table("plugins").entries)
    return [spot for spot in (*libraries, *plugins) if spot is not None]


def read_gradle_lock(text: str) -> list[Spot]:
    """Read a lock file: ``group:artifact:version=configurations`` on each line."""
    spots = []
    for line in lines(text):
        found = None if line.text.startswith("#") else read_coordinates(line.text.partition("=")[0])
        if found is not None:
            spots.append(_spot(line.start, line.start + found.length, found.name, found.version))
    return spots


def _library(value: Value) -> Spot | None:
    written = value.get("module") if isinstance(value, Table) else value
    if isinstance(written, Scalar):
        found = read_coordinates(written.text)
        if found is None:
            return None
        version = found.version or _version(value)
        return _spot(written.start, written.start + found.length, found.name, version)
    if not isinstance(value, Table):
        return None
    group, artifact = value.text("group"), value.get("name")
    if group is None or not isinstance(artifact, Scalar):
        return None
    if not is_part(group) or not is_part(artifact.text):
        return None
    return _spot(artifact.start, artifact.end, f"{group}:{artifact.text}", _version(value))


def _plugin(value: Value) -> Spot | None:
    written = value.get("id") if isinstance(value, Table) else value
    if not isinstance(written, Scalar):
        return None
    name, _, version = written.text.partition(":")
    if not is_part(name):
        return None
    return Spot(
        written.start,
        written.start + len(name),
        f"{name}:{name}.gradle.plugin",
        "manifest",
        "maven",
        version=version or _version(value),
        origin="index",
    )


def _version(value: Value) -> str | None:
    return value.text("version") if isinstance(value, Table) else None


def _spot(start: int, end: int, name: str, version: str | None) -> Spot:
    origin = _SOURCES.origin(name.partition(":")[0])
    return Spot(start, end, name, "manifest", "maven", version=version, origin=origin)
