"""The commands of the guide to task files, run as they are written on the files that it shows."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from e2e.conftest import environment
from unghost.names.building import build_snapshot
from unghost.syntax.markdown import blocks

GUIDE = Path(__file__).parents[2] / "docs/guides/tasks.md"
BLOCKS = list(blocks(GUIDE.read_text(encoding="utf-8")))
COMMANDS = [line for b in BLOCKS if b.language == "sh" for line in b.text.splitlines() if line]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("guide")
    for block in BLOCKS:
        if block.language in ("jsonl", "json", "csv"):
            (made / f"tasks.{block.language}").write_text(block.text, encoding="utf-8")
    asked = [f"Which libraries can help me sort a shelf by {n} colours?" for n in range(20)]
    lines = {
        "garak.report.jsonl": [
            {
                "entry_type": "attempt",
                "probe_classname": "packagehallucination.Python",
                "prompt": {"turns": [{"role": "user", "content": {"text": text}}]},
            }
            for text in asked
        ],
        "prompts_python_at.jsonl": [f"Generate Python code, number {n}." for n in range(20)],
        "libhallubench-describe.jsonl": [
            {"id": f"{n}", "type": "a type", "prompt": f"Write, number {n}.", "seed_id": f"s/{n}"}
            for n in range(20)
        ],
    }
    for name, rows in lines.items():
        (made / name).write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    told = {"ecosystem": "pypi", "source": "a test", "date": "2026-01-01"}
    build_snapshot(["pypdf"], made / "pypi.names", complete=True, **told)
    return made


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_count_what_they_would_ask(folder: Path, command: str) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = environment() | {"PATH": path, "COLUMNS": "200"}
    done = subprocess.run(
        shlex.split(command), cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    counted = re.match(r"([\d,]+) answers: (.*)", done.stdout)
    assert counted is not None
    assert int(counted[1].replace(",", "")) > 0
    form = re.search(r'forms=\["(.*?)"\]', command)
    if form is not None:
        assert counted[2] == f"{counted[1]} {form[1]}"
