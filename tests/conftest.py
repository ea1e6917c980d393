"""Settings that every test shares.

And the rule that a missing tool is a failure where tools are required.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("unghost", deadline=None, derandomize=True, max_examples=60)
hypothesis.settings.load_profile("unghost")

TOOLS_REQUIRED = os.environ.get("UNGHOST_REQUIRE_TOOLS") == "1"


def _chromium() -> bool:
    return shutil.which("chromium") is not None


def _may_mount() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder],
                capture_output=True,
                check=False,
            )
        except OSError:
            return False
        return done.returncode == 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what a missing tool makes impossible, unless tools are required.

    Mounting is a right, not a tool.
    """
    have: dict[str, bool] = {}
    for item in items:
        for marker, probe in (("chromium", _chromium), ("mount", _may_mount)):
            if item.get_closest_marker(marker) is None:
                continue
            if marker not in have:
                have[marker] = probe()
            if not have[marker] and not (TOOLS_REQUIRED and marker == "chromium"):
                item.add_marker(pytest.mark.skip(reason=f"this machine has no {marker}"))


@pytest.fixture(scope="session", autouse=True)
def _one_torch_thread() -> None:
    try:
        import torch
    except ImportError:
        return
    torch.set_num_threads(1)


@pytest.fixture
def repo_root() -> Path:
    """The folder that holds pyproject.toml."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def every_name_may_be_taught() -> Iterator[None]:
    """Puts all packages into the split ``discover``, for tests that are about something else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("unghost.domains.base.split_of", lambda name: "discover")
        yield
