from __future__ import annotations

from pathlib import Path

import pytest

from scan_world import build_names, isolate


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    isolate(monkeypatch, tmp_path)


@pytest.fixture
def universe(tmp_path: Path) -> Path:
    return build_names(tmp_path / "pypi.names")
