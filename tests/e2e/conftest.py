from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SETTINGS: dict[str, Any] = {
    "utility": str(Path(__file__).parent / "utility.jsonl"),
    "explore.tasks_per_round": 8,
    "explore.batch_tasks": 4,
    "explore.known_share": 0.25,
    "explore.long_share": 0.3,
    "explore.facts_share": 0.8,
    "sample.samples": 2,
    "sample.long_samples": 1,
    "sample.max_new_tokens": 40,
    "measure.validate_tasks": 6,
    "measure.heldout_tasks": 8,
    "measure.max_new_tokens": 40,
    "measure.long_max_new_tokens": 40,
    "train.batch_sequences": 4,
    "train.checkpoint_every": 1,
    "train.lr": 0.001,
    "stop.max_rounds": 2,
    "stop.target": 0.0,
}
"""The smallest run that goes through every stage twice."""


def command(run: Path, *more: str, model: str = "embedded", **changes: Any) -> list[str]:
    """Return the command line of a small run."""
    settings = SETTINGS | {key.replace("__", "."): value for key, value in changes.items()}
    pairs = [f"{key}={json.dumps(value)}" for key, value in settings.items()]
    sets = [part for pair in pairs for part in ("--set", pair)]
    base = [sys.executable, "-m", "unghost.cli", "unlearn", model, "--run", str(run)]
    return [*base, "--universe", "demo", *sets, *more]


def environment() -> dict[str, str]:
    """One thread, no hub, no warnings of libraries on stderr."""
    return os.environ | {
        "OMP_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
        "PYTHONWARNINGS": "ignore",
        "TRANSFORMERS_VERBOSITY": "error",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }


def run_command(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(arguments, env=environment(), capture_output=True, text=True, check=False)
