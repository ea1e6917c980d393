"""The indexes that uv is set to.

Source: uv's reference of settings and environment variables; found. A ``uv.toml`` hides the table
``[tool.uv]`` of the ``pyproject.toml`` beside it; the project goes before the user, the user before
the machine; an explicit index is asked only for what is pinned to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unghost.registries import files
from unghost.registries.address import Address, Credentials, basic


@dataclass(frozen=True, slots=True)
class UvIndexes:
    """The index by level of settings, and others beside it."""

    environment: Address | None
    project: Address | None
    machine: Address | None
    others: tuple[Address, ...]


def uv_indexes(
    environ: Mapping[str, str], project: Path, home: Path, known: Credentials
) -> UvIndexes:
    """Read uv's settings."""
    reader = _Reader(environ, known)
    environment = reader.of_environment()
    of_project = reader.of_tables(_project_tables(environ, project))
    machine = reader.of_tables(_machine_tables(environ, home))
    return UvIndexes(environment, of_project, machine, tuple(reader.others))


class _Reader:
    def __init__(self, environ: Mapping[str, str], known: Credentials) -> None:
        self._environ, self._known = environ, known
        self.others: list[Address] = []

    def of_environment(self) -> Address | None:
        for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL"):
            for word in self._environ.get(name, "").split():
                self._other(word, name)
        for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
            found = self._named(self._environ.get(name, ""), name)
            if found is not None:
                return found
        return None

    def of_tables(self, read: Iterator[tuple[dict[str, Any], str]]) -> Address | None:
        main: Address | None = None
        for table, place in read:
            for index in files.tables(table.get("index")):
                name = files.text_of(index.get("name"))
                address = self._address(files.text_of(index.get("url")), name, place)
                if address is None or index.get("explicit") is True:
                    continue
                if index.get("default") is True:
                    main = main or address
                else:
                    self.others.append(address)
            for below in (table, files.table(table, "pip")):
                main = main or self._address(files.text_of(below.get("index-url")), "", place)
                extra = below.get("extra-index-url")
                for url in extra if isinstance(extra, list) else ():
                    self._other(files.text_of(url), place)
        return main

    def _other(self, word: str, place: str) -> None:
        address = self._named(word, place)
        if address is not None:
            self.others.append(address)

    def _named(self, word: str, place: str) -> Address | None:
        """Read ``name=url`` or a URL alone."""
        name, equals, url = word.partition("=")
        if equals and "/" not in name and ":" not in name:
            return self._address(url, name, place)
        return self._address(word, "", place)

    def _address(self, url: str, name: str, place: str) -> Address | None:
        key = "".join(char if char.isalnum() else "_" for char in name).upper()
        user = self._environ.get(f"UV_INDEX_{key}_USERNAME")
        password = self._environ.get(f"UV_INDEX_{key}_PASSWORD")
        given = name and (user or password)
        headers = basic(user or "", password or "") if given else None
        return self._known.address(url, place, headers)


def _project_tables(
    environ: Mapping[str, str], project: Path
) -> Iterator[tuple[dict[str, Any], str]]:
    named = environ.get("UV_CONFIG_FILE")
    if named:
        yield files.read_toml(Path(named)), named
        return
    if environ.get("UV_NO_CONFIG", "").lower() in ("1", "true"):
        return
    for folder in files.upwards(project):
        if (folder / "uv.toml").is_file():
            yield files.read_toml(folder / "uv.toml"), str(folder / "uv.toml")
            return
        path = folder / "pyproject.toml"
        if path.is_file():
            yield files.table(files.read_toml(path), "tool", "uv"), str(path)
            return


def _machine_tables(environ: Mapping[str, str], home: Path) -> Iterator[tuple[dict[str, Any], str]]:
    if environ.get("UV_CONFIG_FILE") or environ.get("UV_NO_CONFIG", "").lower() in ("1", "true"):
        return
    folders = [files.config_home(environ, home), *files.config_dirs(environ), files.SYSTEM]
    for folder in folders:
        path = folder / "uv" / "uv.toml"
        if path.is_file():
            yield files.read_toml(path), str(path)
