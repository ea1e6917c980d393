from __future__ import annotations

from pathlib import Path

import pytest

from hook_cases import build_world
from scan_world import isolate


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of the few packages that exist."""
    return build_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a project, with nothing of the machine's settings in the environment."""
    isolate(monkeypatch, tmp_path)
    folder = tmp_path / "shop"
    (folder / ".git").mkdir(parents=True)
    return folder
