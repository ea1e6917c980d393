"""The identity of a run: all values that decide its results."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from unghost.config import UnlearnConfig
from unghost.domains.base import Domain
from unghost.report.schema import REPORT_VERSION
from unghost.version import __version__

_PACKAGES = ("torch", "transformers", "peft", "accelerate", "tokenizers", "numpy", "pyarrow")


def header(
    config: UnlearnConfig,
    model_id: str,
    domain: Domain,
    files: Mapping[str, Path],
) -> dict[str, Any]:
    """Return everything that decides a run's results; a run folder of another header is refused.

    Args:
        config: The resolved configuration.
        model_id: The model.
        domain: What is asked about.
        files: What was read besides the domain's own files, by what it is called in run.json.
    """
    return {
        "model_id": model_id,
        "universe": domain.facts.id,
        "seed": config.seed,
        "sha256": {name: sha256(path) for name, path in {**domain.files, **files}.items()},
        "versions": environment(),
        "threads": _threads(),
    }


def sha256(path: Path) -> str:
    """Hash a file's contents, so that an edited file is not taken for the one a run began with."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def environment() -> dict[str, str]:
    """Return the versions that results may depend on."""
    found = {"unghost": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def report_of(run: str, config: UnlearnConfig, model_id: str, domain: Domain) -> dict[str, Any]:
    """Return the report of a run that nothing was measured of yet."""
    return {
        "version": REPORT_VERSION,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": run,
        "model": model_id,
        "universe": domain.facts.to_json(),
        "domain": {"name": domain.name, **domain.words.to_json()},
        "config": config.model_dump(mode="json"),
        "versions": environment(),
        "seed": config.seed,
        "rounds": [],
        "heldout": None,
        "answers": [],
        "verdict": {"success": True, "reasons": []},
        "stopping": "",
    }


def _threads() -> int | None:
    """Return how many threads torch uses, if the model runs here."""
    torch: Any = sys.modules.get("torch")
    return None if torch is None else int(torch.get_num_threads())
