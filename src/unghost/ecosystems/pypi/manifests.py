"""Pipenv's ``Pipfile``, the part for pip of conda's ``environment.yml``, parts of Home Assistant.

Source: the documentation of Pipenv, of conda and of Home Assistant's ``manifest.json``; found.
Conda's own packages are not PyPI's.
"""

from __future__ import annotations

from collections.abc import Collection

from unghost.ecosystems.pypi.names import is_valid
from unghost.ecosystems.pypi.requirements import read_lines
from unghost.ecosystems.pypi.sources import is_public, origin_of
from unghost.ecosystems.pypi.specifiers import listed_spots
from unghost.ecosystems.spot import Spot
from unghost.syntax.document import Scalar, Table, Value, strings, tables
from unghost.syntax.json_text import read_json
from unghost.syntax.located import located
from unghost.syntax.toml_text import read_toml
from unghost.syntax.word import Word

_NO_PACKAGES = frozenset({"source", "requires", "scripts", "pipenv", "pipfile"})


def read_pipfile(text: str) -> list[Spot]:
    """Read a ``Pipfile``: every section that is none of Pipenv's own is a group of packages."""
    document = read_toml(text)
    if document is None:
        return []
    public = default_indexes(document.get("source"))
    groups = [group for key, group in document.entries if key.text not in _NO_PACKAGES]
    return [spot for group in groups for spot in packages(group, public)]


def default_indexes(sources: Value | None) -> frozenset[str]:
    """Return the names, in lower case, of the indexes that stand for PyPI.

    The first one is where Pipenv looks for what names no index; often it is a mirror.
    """
    listed = list(tables(sources))
    public = [table for at, table in enumerate(listed) if at == 0 or _is_public(table)]
    return frozenset((table.text("name") or "").lower() for table in public)


def packages(group: Value, public: Collection[str]) -> list[Spot]:
    """Read a table whose keys are names, as Pipenv's files have them.

    Args:
        group: The table.
        public: See :func:`~unghost.ecosystems.pypi.sources.origin_of`.
    """
    spots: list[Spot] = []
    for key, value in group.entries if isinstance(group, Table) else ():
        if not is_valid(key.text):
            continue
        version = value.text if isinstance(value, Scalar) else None
        if isinstance(value, Table):
            version = value.text("version")
        spots.append(
            Spot(
                key.start,
                key.end,
                key.text,
                "manifest",
                "pypi",
                version=version,
                origin=origin_of(value, public) or "registry",
            )
        )
    return spots


def read_environment(text: str) -> list[Spot]:
    """Read what pip installs into an environment of conda."""
    from unghost.syntax.yaml_text import read_yaml

    document = read_yaml(text)
    if not isinstance(document, Table):
        return []
    source = Word(text, 0, len(text))
    parts = [part.get("pip") for part in tables(document.get("dependencies"))]
    scalars = [scalar for part in parts for scalar in strings(part) if scalar.is_string]
    words = [word for scalar in scalars if (word := located(source, scalar)) is not None]
    return read_lines(words)


def read_component(text: str) -> list[Spot]:
    """Read what Home Assistant installs for a component; other files have the same name."""
    document = read_json(text)
    if not isinstance(document, Table) or document.text("domain") is None:
        return []
    return list(listed_spots([document.array("requirements")], Word(text, 0, len(text))))


def _is_public(index: Table) -> bool:
    return is_public(index.text("url") or "")
