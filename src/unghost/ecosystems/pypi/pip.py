"""The indexes that pip is set to.

Source: pip's own reader of its configuration (which files, in which order, and that an option of
one command goes before the global one), and pip's constant for its default; found.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from unghost.registries import files
from unghost.registries.address import Address, Credentials

_SECTIONS = ("global", "install", "download")
_ASK_PIP = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
_TRUE = frozenset({"1", "true", "yes", "on", "y", "t"})
_PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class PipIndexes:
    """The index, others beside it, and whether pip is forbidden to ask any."""

    main: Address | None
    others: tuple[Address, ...]
    forbidden: bool


def pip_indexes(
    environ: Mapping[str, str], project: Path, home: Path, known: Credentials
) -> PipIndexes:
    """Read pip's settings: environment variables, then its files."""
    values, places = _settings(environ, project, home)
    if values.get("no-index", "").strip().lower() in _TRUE:
        return PipIndexes(None, (), True)
    main = known.address(values.get("index-url", ""), places.get("index-url", ""))
    extra = values.get("extra-index-url", "").split()
    others = (known.address(url, places["extra-index-url"]) for url in extra)
    return PipIndexes(main, tuple(other for other in others if other is not None), False)


def pip_default(environ: Mapping[str, str], home: Path, known: Credentials) -> Address | None:
    """Return the index that pip uses by default, None without pip."""
    try:
        from pip._internal.models.index import PyPI
    except ImportError:
        url = _asked_elsewhere(environ, home)
    else:
        url = PyPI.simple_url
    return known.address(url, "pip's default")


def _asked_elsewhere(environ: Mapping[str, str], home: Path) -> str:
    """Return the constant of the pip that belongs to the Python in the PATH."""
    for name in ("python3", "python"):
        program = shutil.which(name, path=environ.get("PATH", ""))
        if program is None:
            continue
        try:
            done = subprocess.run(
                [program, "-I", "-c", _ASK_PIP],
                capture_output=True,
                text=True,
                timeout=_PATIENCE,
                cwd=home,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            return done.stdout.strip()
    return ""


def _settings(
    environ: Mapping[str, str], project: Path, home: Path
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the values of options and where each is written; later files go first."""
    values: dict[str, str] = {}
    places: dict[str, str] = {}
    for path in _files(environ, project, home):
        sections = files.read_ini(path)
        for section in _SECTIONS:
            for key, value in sections.get(section, {}).items():
                name = key.replace("_", "-").removeprefix("--")
                values[name], places[name] = value, str(path)
    for name in ("index-url", "extra-index-url", "no-index"):
        variable = f"PIP_{name.upper().replace('-', '_')}"
        if environ.get(variable):
            values[name], places[name] = environ[variable], variable
    return values, places


def _files(environ: Mapping[str, str], project: Path, home: Path) -> Iterator[Path]:
    """Return pip's files, the least important first."""
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return
    for folder in files.config_dirs(environ):
        yield folder / "pip" / "pip.conf"
    yield files.SYSTEM / "pip.conf"
    if not (named and os.path.exists(named)):
        yield home / ".pip" / "pip.conf"
        yield files.config_home(environ, home) / "pip" / "pip.conf"
    yield Path(environ.get("VIRTUAL_ENV") or project / ".venv") / "pip.conf"
    if named:
        yield Path(named)
