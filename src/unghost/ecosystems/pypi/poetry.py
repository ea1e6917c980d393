"""The indexes that Poetry is set to.

Source: Poetry's documentation of repositories; found. Sources without a priority are primary, and
a primary source takes the place of the default one; an explicit source is asked only for what names
it. Credentials are those of its ``auth.toml`` and environment variables, not of a keyring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from unghost.registries import files
from unghost.registries.address import Address, Credentials, basic


@dataclass(frozen=True, slots=True)
class PoetryIndexes:
    """The first primary index, and others beside it."""

    main: Address | None
    others: tuple[Address, ...]


def poetry_indexes(
    environ: Mapping[str, str], project: Path, home: Path, known: Credentials
) -> PoetryIndexes:
    """Read the sources of a project."""
    path = project / "pyproject.toml"
    main: Address | None = None
    others = []
    folder = environ.get("POETRY_CONFIG_DIR") or files.config_home(environ, home) / "pypoetry"
    auth = files.table(files.read_toml(Path(folder) / "auth.toml"), "http-basic")
    for source in files.tables(files.table(files.read_toml(path), "tool", "poetry").get("source")):
        name, url = files.text_of(source.get("name")), files.text_of(source.get("url"))
        address = known.address(url, str(path), _headers(environ, auth, name))
        priority = files.text_of(source.get("priority")).lower() or "primary"
        if address is None or priority == "explicit":
            continue
        if priority in ("primary", "default") and main is None:
            main = address
        else:
            others.append(address)
    return PoetryIndexes(main, tuple(others))


def _headers(
    environ: Mapping[str, str], auth: Mapping[str, object], name: str
) -> dict[str, str] | None:
    key = "".join(char if char.isalnum() else "_" for char in name).upper()
    entry = files.table(auth, name)
    user = environ.get(f"POETRY_HTTP_BASIC_{key}_USERNAME") or files.text_of(entry.get("username"))
    password = environ.get(f"POETRY_HTTP_BASIC_{key}_PASSWORD") or files.text_of(
        entry.get("password")
    )
    return basic(user, password) if user or password else None
