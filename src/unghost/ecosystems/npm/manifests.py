"""Files that declare packages of npm: ``package.json``, pnpm's workspace, Deno's configuration.

Source: the documentation of npm, Yarn, pnpm, Bun and Deno on these files, found.
"""

from __future__ import annotations

from unghost.ecosystems.npm.specs import (
    declared,
    last_name,
    name_end,
    package_end,
    read_spec,
    spot_at,
)
from unghost.ecosystems.spot import Spot
from unghost.syntax.document import Scalar, Table, Value, strings, tables
from unghost.syntax.json_text import read_json

_SECTIONS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_BUNDLED = ("bundleDependencies", "bundledDependencies")
_NPM = "npm:"


def read_package(text: str) -> list[Spot]:
    """Read ``package.json``; its scripts are commands, which are found as such."""
    root = read_json(text)
    if not isinstance(root, Table):
        return []
    spots = [spot for section in _SECTIONS for spot in _section(root.table(section))]
    origins = {spot.name: spot.origin for spot in spots}
    for section in _BUNDLED:
        for name in strings(root.get(section)):
            origin = origins.get(name.text, "registry")
            spots += spot_at(name, 0, len(name.text), None, origin)
    for replaced in (root.get("overrides"), root.get("resolutions"), root.get("pnpm", "overrides")):
        spots += _overrides(replaced)
    for catalogs in (root, root.table("workspaces")):
        spots += _catalogs(catalogs)
    spots += _manager(root.get("packageManager"))
    return sorted(spots, key=lambda spot: spot.start)


def read_workspace(text: str) -> list[Spot]:
    """Read ``pnpm-workspace.yaml``: its catalogs and overrides."""
    from unghost.syntax.yaml_text import read_yaml

    root = read_yaml(text)
    if not isinstance(root, Table):
        return []
    return _catalogs(root) + _overrides(root.get("overrides"))


def read_deno(text: str) -> list[Spot]:
    """Read ``deno.json`` or an import map: the addresses in it that begin with ``npm:``."""
    root = read_json(text)
    if not isinstance(root, Table):
        return []
    maps = [root.table("imports"), *(value for _, value in root.table("scopes").entries)]
    values = (value for found in maps for table in tables(found) for _, value in table.entries)
    return [spot for value in values if isinstance(value, Scalar) for spot in _address(value)]


def _section(section: Table) -> list[Spot]:
    """Read names with what they stand for."""
    return [
        spot
        for name, spec in section.entries
        if isinstance(spec, Scalar)
        for spot in declared(name, 0, len(name.text), spec)
    ]


def _catalogs(root: Table) -> list[Spot]:
    spots = _section(root.table("catalog"))
    for _, catalog in root.table("catalogs").entries:
        spots += _section(catalog) if isinstance(catalog, Table) else []
    return spots


def _overrides(replaced: Value | None) -> list[Spot]:
    """Read what replaces dependencies of dependencies: npm's nested, Yarn's and pnpm's by path."""
    spots, todo = list[Spot](), list(tables(replaced))
    while todo:
        for key, value in todo.pop().entries:
            begin, end = last_name(key.text)
            if isinstance(value, Table):
                own = value.get(".")
                spots += declared(key, begin, end, own if isinstance(own, Scalar) else None)
                todo.append(value)
            elif isinstance(value, Scalar) and key.text != "." and value.text != "-":
                spots += declared(key, begin, end, value)
    return spots


def _manager(value: Value | None) -> list[Spot]:
    if not isinstance(value, Scalar):
        return []
    end = name_end(value.text)
    said = read_spec(value.text[end + 1 :])
    return spot_at(value, 0, end, said.version, said.origin)


def _address(value: Scalar) -> list[Spot]:
    """Read ``npm:name@1/path``, with or without a slash after the colon."""
    if not value.text.startswith(_NPM):
        return []
    begin = len(_NPM) + value.text.startswith("/", len(_NPM))
    end = package_end(value.text, begin)
    version = value.text[end + 1 :].partition("/")[0] if value.text[end : end + 1] == "@" else ""
    return spot_at(value, begin, end, version or None)
