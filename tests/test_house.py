"""The structure script, run on a package made to have one of each fault."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FILES = {
    "docs/architecture.md": "Imports run one way: top -> `low/`, base. All else is prose.\n",
    "src/pack/__init__.py": "",
    "src/pack/top.py": '"""The top."""\nfrom pack import low\nprint(low.helper, "npo")\n',
    "src/pack/base.py": "\n" * 401,
    "src/pack/low/__init__.py": "",
    "src/pack/low/upward.py": "from pack.top import x\ndef later():\n    import pack.top\n",
    "src/pack/low/one.py": '"""Give one."""\nfrom pack.low import two\n\ndef helper(): ...\n',
    "src/pack/low/two.py": "def f():\n    from pack.low.one import helper\n\ndef tested(): ...\n",
    "src/pack/objectives/npo.py": '"""Says what npo is: there is no other."""\nNAME = "npo"\n',
    "tests/test_it.py": "from pack.low.two import tested\n",
}


@pytest.fixture
def figures(tmp_path: Path, repo_root: Path) -> dict[str, Any]:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    script = [sys.executable, str(repo_root / "tools" / "house.py"), str(tmp_path)]
    shown = subprocess.run(script, capture_output=True, text=True, check=True).stdout
    assert "| modules over 400 lines | 1 |" in shown
    done = subprocess.run([*script, "--json"], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_each_fault_is_found_with_its_place(figures: dict[str, Any]) -> None:
    assert figures["modules"] == 8
    assert figures["modules over 400 lines"] == ["pack.base (401)"]
    assert figures["imports upward, at import"] == ["pack.low.upward -> pack.top"]
    assert figures["imports upward, in functions"] == ["pack.low.upward -> pack.top"]
    assert figures["modules on no floor"] == ["pack.objectives.npo"]
    assert figures["cycles, at import"] == []
    assert figures["cycles, functions counted"] == ["pack.low.one pack.low.two"]
    assert figures["public names used by tests alone"] == ["pack.low.two:tested"]
    assert figures["docstrings that begin with Give"] == 1
    assert figures["docstrings that begin with Say"] == 1
    assert figures['"is no" and "are no"'] == 1


def test_an_addition_is_counted_by_the_words_of_an_example(figures: dict[str, Any]) -> None:
    found = figures["files touched by an addition"]["objective (npo)"]
    assert found == {"own": ["objectives/npo.py"], "source": ["top.py"]}
