from __future__ import annotations

from pathlib import Path

import pytest

import unghost
from scan_world import build_names, isolate, write_tree
from unghost.names.universe import default_path
from unghost.scan.settings import ScanSettings


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    isolate(monkeypatch, tmp_path)
    default_path("pypi").parent.mkdir(parents=True)
    build_names(default_path("pypi"))
    settings = "[scan]\noffline = true\n"
    folder = write_tree(
        tmp_path / "p",
        {"unghost.toml": settings, "a.py": "import ghost_1\nimport own\n", "own.py": ""},
    )
    monkeypatch.chdir(folder)


def test_paths_are_scanned_by_the_settings_of_their_project(tmp_path: Path) -> None:
    report = unghost.scan_paths()
    assert [finding.name for finding in report.active] == ["ghost_1"]
    assert unghost.scan_paths("a.py", tmp_path / "p" / "own.py").files == 2
    other = ScanSettings(offline=True, exclude=("a.py",))
    assert unghost.scan_paths(settings=other).active == ()


def test_a_text_is_scanned_as_if_it_stood_in_the_project() -> None:
    report = unghost.scan_text("```python\nimport own, ghost_2\n```\n")
    assert [finding.name for finding in report.active] == ["ghost_2"]
    assert unghost.scan_text("ghost-3\n", language="requirements.txt").exit_code() == 1


def test_names_are_checked_one_by_one_in_order() -> None:
    names = ["requests", "reqeusts", "cv2", "sqlite3", "no name", "requests"]
    checked = unghost.check_names(names)
    assert [one.name for one in checked] == names
    assert [one.status for one in checked] == [
        "ok",
        "ghost",
        "import-name",
        "builtin-name",
        "ghost",
        "ok",
    ]
    assert checked[1].suggestions[0] == "requests"
    assert checked[2].suggestions == ("opencv-python",)
    assert [one.status for one in unghost.check_names(["left-pad"], "npm")] == ["unverified"]
    with pytest.raises(unghost.UnghostError, match="not known"):
        unghost.check_names(["x"], "pipy")
