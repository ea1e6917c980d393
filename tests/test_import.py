from __future__ import annotations

import subprocess
import sys

import pytest

import unghost

LIGHT = ["unghost", "unghost.cli", "unghost.cli.names", "unghost.names.universe"]
LIGHT += ["unghost.mentions.answers", "unghost.domains.packages.domain"]
LIGHT += ["unghost.mentions.files", "unghost.domains.packages.project"]
LIGHT += ["unghost.names.live", "unghost.names.pull", "unghost.domains.packages.confirm"]
HEAVY = ["torch", "transformers", "pyarrow", "scipy", "accelerate", "peft"]


@pytest.mark.parametrize("module", LIGHT)
def test_the_light_rooms_import_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_surface_is_sorted_and_there() -> None:
    assert unghost.__all__ == sorted(unghost.__all__)
    assert all(hasattr(unghost, name) for name in unghost.__all__)
