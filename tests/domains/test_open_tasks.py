"""The data sheet of the open task set says what the set holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from unghost.domains.packages.tasks import OPEN_TASKS

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not OPEN_TASKS.exists(), reason="the open task set is not here yet")
def test_the_data_sheet_is_of_this_task_set() -> None:
    command = [sys.executable, str(ROOT / "tools/lint_tasks.py"), "--sheet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = " ".join((ROOT / "docs/data.md").read_text(encoding="utf-8").split())
    for table in done.stdout.split("\n\n"):
        assert " ".join(table.split()) in said
