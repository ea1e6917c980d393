from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from e2e.conftest import command, environment, run_command

STAGES = [
    "round-000/completions/validate-00000.parquet",
    "round-001/prompts/discover-00000.parquet",
    "round-001/verdicts/discover-00000.parquet",
    "round-001/completions/hedged-00000.parquet",
    "round-001/checkpoint/state.pt",
    "round-001/adapter/adapter_model.safetensors",
    "round-002/completions/discover-00000.parquet",
    "round-002/metrics.json",
    "adapter/adapter_model.safetensors",
]


def digests(run: Path) -> dict[str, str]:
    """Hash what a run must reproduce: every record, the explorer and the adapters."""
    files = [*run.rglob("*.parquet"), *run.rglob("explorer.json"), *run.rglob("*.safetensors")]
    return {
        str(path.relative_to(run)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def figures(run: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((run / "report.json").read_text(encoding="utf-8"))
    for entry in report["rounds"]:
        if entry["train"]:
            entry["train"].pop("seconds")
    return {key: value for key, value in report.items() if key not in ("created", "run")}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("whole") / "run"
    done = run_command(command(run))
    assert done.returncode in (0, 1), done.stderr
    return run


def test_a_run_leaves_all_that_it_should(whole: Path) -> None:
    report = figures(whole)
    assert len(report["rounds"]) == 3
    assert report["universe"]["closed_world"]
    assert report["heldout"]["after"]["answers"] == report["heldout"]["before"]["answers"] > 8
    assert report["rounds"][1]["train"]["tokens"] > 0
    assert report["heldout"]["drift"]["names"]["value"] > 0
    assert (whole / "adapter/adapter_config.json").is_file()
    page = (whole / "report.html").read_text(encoding="utf-8")
    assert "closed world" in page
    assert "<script src" not in page


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_run_ends_as_if_it_had_not_been(whole: Path, tmp_path: Path, stage: str) -> None:
    run = tmp_path / "run"
    process = subprocess.Popen(
        command(run), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while not (run / stage).exists():
        assert process.poll() is None, "the run ended before it could be killed"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (run / "report.json").exists()
    done = run_command(command(run))
    assert done.returncode in (0, 1), done.stderr
    assert digests(run) == digests(whole)
    assert figures(run) == figures(whole)
    assert not list(run.rglob("*.tmp"))


def test_another_configuration_is_refused(whole: Path) -> None:
    done = run_command(command(whole, train__lr=0.002))
    assert done.returncode == 2
    assert done.stderr.strip().count("\n") == 0
    assert "config.train.lr" in done.stderr


def test_the_same_command_again_changes_nothing(whole: Path) -> None:
    before = digests(whole)
    assert run_command(command(whole)).returncode in (0, 1)
    assert digests(whole) == before


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing.*:FutureWarning")
def test_the_adapter_is_loaded_by_plain_peft_and_the_merged_model_by_transformers(
    whole: Path, tmp_path: Path
) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    from unghost.embedded import model_path

    merged = tmp_path / "merged"
    done = run_command(command(whole, "--merged", str(merged)))
    assert done.returncode in (0, 1), done.stderr
    ids = torch.tensor([[5, 6, 7, 8]])
    base = AutoModelForCausalLM.from_pretrained(model_path(), dtype=torch.float32)
    before = base(ids).logits
    tuned = PeftModel.from_pretrained(base, str(whole / "adapter"))(ids).logits
    plain = AutoModelForCausalLM.from_pretrained(merged, dtype=torch.float32)(ids).logits
    assert (tuned - before).abs().max() > 1e-4
    torch.testing.assert_close(plain, tuned, atol=2e-2, rtol=1e-2)
    card = (merged / "README.md").read_text(encoding="utf-8")
    assert "ghost rate" in card
    assert "not measured |" not in card.split("\n\n")[2]
