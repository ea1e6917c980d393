"""The guide's example, run as it is written, on a tiny model and 2,000 identifiers."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cve_world import write_inputs, write_model
from e2e.conftest import environment
from unghost.syntax.markdown import blocks

GUIDE = Path(__file__).parents[2] / "docs/guides/domains.md"


def commands() -> list[list[str]]:
    fences = (b.text for b in blocks(GUIDE.read_text(encoding="utf-8")) if b.language == "sh")
    return [shlex.split(line) for text in fences for line in text.splitlines() if line]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("guide")
    write_inputs(made)
    write_model(made / "my-model")
    for block in blocks(GUIDE.read_text(encoding="utf-8")):
        if block.language == "toml":
            name = block.text.partition("\n")[0].removeprefix("# ")
            (made / name).write_text(block.text, encoding="utf-8")
    return made


def run(folder: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = environment() | {"PATH": path, "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def report(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / name / "report.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.slow
def test_a_declared_domain_is_measured_and_unlearned(folder: Path) -> None:
    build, verify, measure, unlearn, show = commands()
    for command in (build, verify):
        done = run(folder, command)
        assert done.returncode == 0, done.stderr
        assert "cve.names: 2000 names" in done.stderr
    done = run(folder, measure)
    assert done.returncode == 1, done.stderr
    measured = report(folder, "runs/measured")
    assert measured["domain"]["plural"] == "CVE identifiers"
    before = measured["heldout"]["before"]
    assert before["statuses"]["absent"] > 0
    assert before["statuses"]["exists"] > 0
    assert set(before["by_asks"]) == {"identifiers", "advisory", "cited"}

    done = run(folder, unlearn)
    assert done.returncode in (0, 1), done.stderr
    tuned = report(folder, "runs/cve")
    # The run on the base is the measurement, and the tuned model answers otherwise.
    assert tuned["heldout"]["before"] == before
    assert tuned["heldout"]["drift"]["names"]["value"] > 0
    assert tuned["rounds"][1]["train"]["tokens"] > 0
    arms = {arm["arm"] for arm in tuned["rounds"][1]["discover"]["arms"]}
    assert any(arm.startswith(("office / ", "network / ")) for arm in arms)
    assert (folder / "runs/cve/adapter/adapter_config.json").is_file()
    page = (folder / "runs/cve/report.html").read_text(encoding="utf-8")
    assert "CVE identifier" in page
    assert "package" not in page.lower()
    assert "CVE identifier" in run(folder, show).stdout

    text = (folder / "cve.toml").read_text(encoding="utf-8")
    (folder / "cve.toml").write_text(text.replace("no login", "a login"), encoding="utf-8")
    changed = run(folder, unlearn)
    assert changed.returncode == 2
    assert "sha256.domain" in changed.stderr
