from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from e2e.conftest import run_command
from unghost.embedded import model_path
from unghost.generate.load import load_model
from unghost.report.schema import read_report

SETS = ["--set", "measure.heldout_tasks=10", "--set", "measure.max_new_tokens=40"]
SETS += ["--set", "measure.long_max_new_tokens=40", "--universe", "demo"]


def unghost(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run_command([sys.executable, "-m", "unghost.cli", *arguments, *SETS])


def evaluate(run: Path, base: str, tuned: str, *more: str) -> subprocess.CompletedProcess[str]:
    return unghost("evaluate", base, tuned, "--run", str(run), *more)


def comparison(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = read_report(run / "report.json")["comparison"]  # type: ignore[assignment]
    return found


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The embedded model with some noise, which forgets some of what it knew."""
    folder = tmp_path_factory.mktemp("tuned") / "model"
    shutil.copytree(model_path(), folder)
    loaded = load_model(str(folder))
    torch.manual_seed(0)
    with torch.no_grad():
        for weight in loaded.model.parameters():
            if weight.dim() == 2:
                weight.add_(torch.randn_like(weight) * weight.std() * 0.2)
    loaded.model.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def compared(tuned: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compared")
    text = folder / "text.txt"
    text.write_text("pip install requests\n" * 300, encoding="utf-8")
    done = evaluate(folder / "run", "embedded", tuned, "--text", str(text))
    assert done.returncode == 0, done.stderr
    assert "answers with an invented name: " in done.stdout
    return folder / "run"


def test_two_models_are_compared(compared: Path) -> None:
    report = read_report(compared / "report.json")
    found = comparison(compared)
    heldout: Any = report["heldout"]
    assert heldout["before"]["answers"] == heldout["after"]["answers"] >= 10
    assert heldout["perplexity"]["change"]["value"] not in (None, 1.0)
    assert found["tasks"] == 10
    assert found["base"] != found["tuned"]
    assert found["drift"]["classes"]["names"]["value"] > 0
    assert found["drift"]["tokens"]
    assert 0 < found["answers_with_ghost"]["p"] <= 1
    page = (compared / "report.html").read_text(encoding="utf-8")
    assert found["tuned"] in page


def test_no_invention_is_shown_whole(compared: Path) -> None:
    found = comparison(compared)
    shown = [entry["name"] for kind in ("cured", "new") for entry in found[kind]["names"]]
    assert shown
    assert all("\u2022" in name for name in shown)


def test_finished_measurements_are_read_and_not_asked_again(compared: Path, tmp_path: Path) -> None:
    base, tuned = str(compared / "base"), str(compared / "tuned")
    done = evaluate(tmp_path / "again", base, tuned)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "again/base").exists()
    first, again = comparison(compared), comparison(tmp_path / "again")
    assert again["answers_with_ghost"] == first["answers_with_ghost"]
    assert again["drift"] == first["drift"]


def test_gates_decide_the_exit_code(compared: Path, tmp_path: Path) -> None:
    sides = (str(compared / "base"), str(compared / "tuned"))
    run = tmp_path / "run"
    kept = evaluate(run, *sides, "--gate", "answers_with_ghost<=1", "--gate", "names_ratio>=0")
    broken = evaluate(run, *sides, "--gate", "answers_with_ghost<=1", "--gate", "mbpp>=-1")
    wrong = evaluate(run, *sides, "--gate", "speed<=1")
    assert (kept.returncode, broken.returncode, wrong.returncode) == (0, 1, 2), kept.stderr
    assert "gate mbpp>=-1: VIOLATED (not measured)" in broken.stdout
    assert read_report(run / "report.json")["verdict"]["reasons"] == ["mbpp>=-1: not measured"]


def test_measurements_of_other_questions_are_refused(compared: Path, tmp_path: Path) -> None:
    other = unghost(
        "measure", "embedded", "--run", str(tmp_path / "m"), "--set", "measure.long_share=0"
    )
    assert other.returncode in (0, 1), other.stderr
    done = evaluate(tmp_path / "run", str(tmp_path / "m"), str(compared / "tuned"))
    assert done.returncode == 2
    assert "(measure.long_share, questions differ)" in done.stderr


def test_answers_of_a_server_are_compared_but_nothing_else_is(
    compared: Path, tmp_path: Path
) -> None:
    served = tmp_path / "served"
    shutil.copytree(compared / "tuned", served)
    header = json.loads((served / "run.json").read_text(encoding="utf-8"))
    header["base_url"] = "http://127.0.0.1:1/v1"
    (served / "run.json").write_text(json.dumps(header), encoding="utf-8")
    text = tmp_path / "t.txt"
    text.write_text("some text", encoding="utf-8")
    done = evaluate(tmp_path / "run", str(compared / "base"), str(served))
    assert done.returncode == 0, done.stderr
    assert comparison(tmp_path / "run")["drift"] is None
    asked = evaluate(tmp_path / "run", str(compared / "base"), str(served), "--text", str(text))
    assert asked.returncode == 2
    assert "the tuned model was measured behind an endpoint" in asked.stderr


def test_bad_files_are_refused_before_anything_is_asked(tmp_path: Path) -> None:
    pytest.importorskip("evalplus")
    path = tmp_path / "x.jsonl"
    path.write_text("{}", encoding="utf-8")
    done = evaluate(tmp_path / "run", "embedded", "embedded", "--coding", str(path))
    assert done.returncode == 2
    assert "no coding problems that are known" in done.stderr
    assert not (tmp_path / "run").exists()
