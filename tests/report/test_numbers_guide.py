"""The guide's example: a committed measurement, computed again, has the figures that it tells."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

from unghost.evaluate.measurement import Measurement
from unghost.report.schema import read_report
from unghost.syntax.markdown import blocks


def test_the_guide_tells_the_figures_of_its_run(repo_root: Path, tmp_path: Path) -> None:
    guide = (repo_root / "docs/guides/numbers.md").read_text(encoding="utf-8")
    (command,) = (b.text for b in blocks(guide) if b.language == "sh")
    words = shlex.split(command.replace("runs/read", str(tmp_path / "read")))
    assert words[0] == "unghost"
    run = [sys.executable, "-m", "unghost.cli", *words[1:]]
    done = subprocess.run(run, cwd=repo_root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    measured = cast(Any, read_report(tmp_path / "read/report.json")["heldout"])
    before, said = Measurement.from_json(measured["measured_before"]), " ".join(guide.split())
    outcomes, twins = before.outcomes, before.twins
    shares = [outcomes.invented, outcomes.real, outcomes.cut_off, outcomes.looped, outcomes.right]
    for value in (*(share.value for share in shares), measured["before"]["rate"]["value"]):
        assert value is not None
        assert f"{100 * value:.1f} %" in said
    assert f"the {outcomes.answers} answers are to {outcomes.tasks} tasks" in said
    assert twins is not None
    assert f"The {twins.pairs} impossible tasks" in said
    printed = " ".join(done.stdout.split())
    for line in guide.splitlines():
        if line.startswith("> "):
            assert line[2:] in printed
