from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_stub import Stub, running
from unghost.registries import client, files


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    monkeypatch.setattr(client, "FIRST_WAIT", 0.01)
    with running() as server:
        yield server


@pytest.fixture
def other_stub() -> Iterator[Stub]:
    with running() as server:
        yield server


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "work" / "shop"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder, on a machine without settings of its own."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setattr(files, "SYSTEM", tmp_path / "etc")
    return folder
