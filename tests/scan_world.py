"""A small world to scan in: a snapshot, an environment of its own, and projects."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from unghost.names.building import build_snapshot
from unghost.scan.settings import ScanSettings

NAMES = (
    "requests",
    "numpy",
    "pandas",
    "pyyaml",
    "opencv-python",
    "flask",
    "flask-cors",
    "scikit-learn",
    "newcomer",
    "urllib3",
)
DAY = "2026-01-01"


def build_names(
    path: Path, names: tuple[str, ...] = NAMES, ecosystem: str = "pypi", *, complete: bool = True
) -> Path:
    build_snapshot(names, path, ecosystem=ecosystem, source="a test", date=DAY, complete=complete)
    return path


def write_tree(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def isolate(monkeypatch: pytest.MonkeyPatch, folder: Path) -> dict[str, str]:
    """Point everything that clients and unghost read from the user at a folder of the test."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    values = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_DATA_HOME": str(home / "data"),
        "PIP_CONFIG_FILE": os.devnull,
    }
    for key, value in values.items():
        monkeypatch.setenv(key, value)
    for key in list(os.environ):
        if key.startswith(("PIP_", "UV_", "NPM_", "UNGHOST_", "POETRY_")) and key not in values:
            monkeypatch.delenv(key)
    for key in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(key, raising=False)
    return values


def offline(universe: Path, **settings: object) -> ScanSettings:
    return ScanSettings(universe=(str(universe),), offline=True, **settings)  # type: ignore[arg-type]
