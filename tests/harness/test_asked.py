from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from unghost.domains.registry import load_domain
from unghost.harness import FOLDER
from unghost.harness.asked import judge, pooled

TASK = "unghost_packages.yaml"


@pytest.fixture(autouse=True)
def _demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNGHOST_UNIVERSE", "demo")


def doc(gold: str | None = "flask") -> dict[str, Any]:
    prompt = load_domain("packages", "demo").ask(
        "serve pages",
        asks="packages",
        task_id="t",
        family="facts",
        operator="measure",
        split="heldout",
        gold=gold,
    )
    return asdict(prompt) | {"question": prompt.messages[-1].content, "messages": None}


def test_an_answer_is_judged_as_a_measurement_judges_it() -> None:
    found = judge(doc(), ["pip install flask no-such-package-xyz"])
    assert found == {
        "answers_with_ghost": 1.0,
        "package_rate": (1, 2),
        "right": (1, 1),
        "abstains": 0.0,
        "names_per_answer": 2.0,
    }


def test_an_answer_that_names_nothing() -> None:
    found = judge(doc(None), [""])
    assert found["package_rate"] == (0, 0)
    assert found["right"] == (0, 0)
    assert found["answers_with_ghost"] == 0.0


def test_shares_are_pooled() -> None:
    assert pooled([(1, 2), (0, 2), (0, 0)]) == 0.25
    assert pooled([(0, 0)]) != pooled([(0, 0)])


def test_the_definition_names_the_figures_that_are_given() -> None:
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!function", lambda loader, node: node.value)  # type: ignore[no-untyped-call]
    task = yaml.load((FOLDER / TASK).read_text(encoding="utf-8"), Loader)
    metrics = {entry["metric"] for entry in task["metric_list"]}
    assert metrics == set(judge(doc(), ["flask"]))
    assert task["task"] == FOLDER.joinpath(TASK).stem


def test_lm_eval_runs_the_measurement(tmp_path: Path) -> None:
    pytest.importorskip("lm_eval")
    from unghost.embedded import model_path

    command = [sys.executable, "-m", "lm_eval", "run", "--model", "hf", "--device", "cpu"]
    command += ["--model_args", f"pretrained={model_path()},dtype=float32"]
    command += ["--tasks", "unghost_packages", "--include_path", str(FOLDER)]
    command += ["--apply_chat_template", "--gen_kwargs", "max_gen_toks=40"]
    command += ["--output_path", str(tmp_path)]
    offline = {"HF_DATASETS_OFFLINE": "1", "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hf")}
    environment = os.environ | offline | {"UNGHOST_HELDOUT_TASKS": "6"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    (path,) = tmp_path.rglob("results_*.json")
    results = json.loads(path.read_text(encoding="utf-8"))["results"]["unghost_packages"]
    assert 0 <= results["answers_with_ghost,none"] <= 1
    assert results["names_per_answer,none"] > 0
