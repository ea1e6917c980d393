"""``pyproject.toml``, the files that tools keep beside it, and the TOML of a script's header.

Source: PEP 518, 621, 723 and 735; the documentation of Poetry, PDM, uv, Hatch, tox and Flit. Found.
"""

from __future__ import annotations

from collections.abc import Iterator

from unghost.ecosystems.pypi.names import canonical, is_valid
from unghost.ecosystems.pypi.sources import Sources, is_public, origin_of, public_names
from unghost.ecosystems.pypi.specifiers import listed_spots
from unghost.ecosystems.spot import Spot
from unghost.records import Origin
from unghost.syntax.document import Scalar, Table, Value, strings, tables
from unghost.syntax.toml_text import read_toml
from unghost.syntax.word import Word

_Path = tuple[str, ...]


def _paths(text: str, prefix: str = "") -> tuple[_Path, ...]:
    """Split dotted paths; a star stands for every key of a table."""
    return tuple((*prefix.split(), *path.split(".")) for path in text.split())


_OF_UV = (
    "dev-dependencies constraint-dependencies override-dependencies"
    " build-constraint-dependencies extra-build-dependencies.*"
)
_OF_HATCH = "envs.*.dependencies envs.*.extra-dependencies build.hooks.*.dependencies"
_OF_TOX = "requires env_run_base.deps env_base.*.deps env.*.deps"
_TOOLS = (
    *_paths(_OF_UV, "tool uv"),
    *_paths(_OF_HATCH, "tool hatch"),
    *_paths(_OF_TOX, "tool tox"),
    *_paths("dev-dependencies.* build-system.requires", "tool pdm"),
    *_paths("metadata.requires metadata.requires-extra.*", "tool flit"),
)
_SCRIPT = (*_paths("dependencies"), *_TOOLS)
_PROJECT = (
    *_paths("build-system.requires project.dependencies project.optional-dependencies.*"),
    *_paths("dependency-groups.*"),
    *_TOOLS,
)
_POETRY = _paths(
    "dependencies dev-dependencies requires-plugins group.*.dependencies", "tool poetry"
)
_FILES = _paths("dependencies.file optional-dependencies.*.file", "tool setuptools dynamic")
_OWN_NAMES = _paths("project.name tool.poetry.name tool.flit.metadata.module")


def read_pyproject(text: str) -> list[Spot]:
    """Read ``pyproject.toml``; what a project requires of itself is a part of it."""
    document = read_toml(text)
    if document is None:
        return []
    sources = _sources(document)
    spots = list(_listed(document, _PROJECT, Word(text, 0, len(text)), sources))
    for path in _POETRY:
        for table in _reached(document, path):
            spots += _keys(table, sources)
    return spots


def included_by_pyproject(text: str) -> list[str]:
    """Return the files that hold the requirements which setuptools does not find here itself."""
    document = read_toml(text) if "dynamic" in text else None
    if document is None:
        return []
    values = [value for path in _FILES for value in _reached(document, path)]
    return [scalar.text for value in values for scalar in strings(value)]


def read_tool(tool: str, text: str) -> list[Spot]:
    """Read a file in which a tool keeps what could stand in its part of ``pyproject.toml``."""
    document = read_toml(text)
    if document is None:
        return []
    for key in (tool, "tool"):
        document = Table(0, len(text), [(Scalar(0, 0, key), document)])
    return list(_listed(document, _TOOLS, Word(text, 0, len(text)), _sources(document)))


def script_spots(header: Word) -> list[Spot]:
    """Read the TOML in the header of a script."""
    document = read_toml(header.text)
    if document is None:
        return []
    return list(_listed(document, _SCRIPT, header, _sources(document)))


def _listed(
    document: Table, paths: tuple[_Path, ...], source: Word, sources: Sources
) -> Iterator[Spot]:
    for path in paths:
        yield from listed_spots(_reached(document, path), source, sources)


def _reached(document: Table, path: _Path) -> list[Value]:
    """Return what stands at a path of keys."""
    values: list[Value] = [document]
    for key in path:
        within = [value for value in values if isinstance(value, Table)]
        if key == "*":
            values = [inner for table in within for _, inner in table.entries]
        else:
            values = [inner for table in within if (inner := table.get(key)) is not None]
    return values


def _keys(table: Value, sources: Sources) -> Iterator[Spot]:
    """Read a table of Poetry, whose keys are the names; Python itself is none."""
    for key, value in table.entries if isinstance(table, Table) else ():
        if key.text.lower() == "python" or not is_valid(key.text):
            continue
        held = value if isinstance(value, Scalar) else next(tables(value), Table(0, 0))
        version = held.text if isinstance(held, Scalar) else held.text("version")
        yield Spot(
            key.start,
            key.end,
            key.text,
            "manifest",
            "pypi",
            version=version,
            origin=sources.of(key.text),
        )


def _sources(document: Table) -> Sources:
    """Gather what the tools' tables say of places, and the project's own names."""
    indexes = [
        *tables(document.get("tool", "uv", "index")),
        *tables(document.get("tool", "poetry", "source")),
    ]
    public = public_names(indexes, reserved=("pypi",))
    origins: dict[str, Origin] = {}
    for path in (*_POETRY, ("tool", "uv", "sources")):
        for table in _reached(document, path):
            for key, value in table.entries if isinstance(table, Table) else ():
                origin = origin_of(value, public)
                if origin is not None:
                    origins[canonical(key.text)] = origin
    for path in _OWN_NAMES:
        for value in _reached(document, path):
            if isinstance(value, Scalar):
                origins[canonical(value.text)] = "workspace"
    return Sources(origins, _rest(document, indexes))


def _rest(document: Table, indexes: list[Table]) -> Origin:
    """Return where packages come from of which nothing else is said: an index may replace PyPI."""
    replacing = [table.text("url") for table in indexes if _is_default(table)]
    replacing += [document.text("tool", "uv", "index-url")]
    urls = [url for url in replacing if url is not None]
    return "index" if urls and not any(map(is_public, urls)) else "registry"


def _is_default(index: Table) -> bool:
    return index.text("default") == "true" or index.text("priority") == "default"
