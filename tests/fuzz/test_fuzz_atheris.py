"""A short fuzz of each group of parsers, guided by coverage."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fuzz_targets import groups

pytest.importorskip("atheris")
_RUN = Path(__file__).with_name("fuzz_run.py")


@pytest.mark.parametrize("group", groups())
def test_guided_fuzz_finds_nothing(group: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(_RUN), group, "-runs=2000", "-seed=1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "DONE" in done.stderr


def test_a_broken_law_is_told_with_its_input(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(_RUN.parent)!r})\n"
        "import fuzz_targets\n"
        "def read(text):\n"
        "    assert 'x' not in text\n"
        "    return []\n"
        "fuzz_targets.targets = lambda: (fuzz_targets.Target('broken', read),)\n"
        f"sys.argv = [{str(_RUN)!r}, 'broken', '-runs=100000', '-seed=1']\n"
        f"exec(compile(open({str(_RUN)!r}).read(), {str(_RUN)!r}, 'exec'))\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(broken)], capture_output=True, text=True, errors="replace", check=False
    )
    assert done.returncode != 0
    assert "broken fails on " in done.stderr
