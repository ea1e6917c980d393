"""The embedded model: a small test bed that lets anybody see the method work without a download."""

from __future__ import annotations

from pathlib import Path

MODEL_NAME = "embedded"
"""What stands for the embedded model wherever a model is named."""


def model_path() -> Path:
    """Return where the embedded model's folder lies (an ordinary transformers folder)."""
    return Path(__file__).parent / "model"


def demo_config() -> Path:
    """Return where the settings of the demo lie, chosen on ``validate`` for the embedded model."""
    return Path(__file__).parent / "demo.toml"
