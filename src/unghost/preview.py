"""What a run would do and need, shown before it starts."""

from __future__ import annotations

from unghost.config import UnlearnConfig
from unghost.lab import Lab, open_lab


def preview(config: UnlearnConfig) -> str:
    """Resolve and check everything that a run needs, and estimate its memory; runs nothing.

    Returns:
        The configuration as JSON, and the estimate in words.

    Raises:
        UnghostError: What would stop the run at its start.
    """
    lab = open_lab(config)
    return (
        f"{config.model_dump_json(indent=2)}\n\n"
        f"model     {lab.model_id}\n"
        f"universe  {lab.universe.label}, {lab.universe.as_of}\n"
        f"tasks     {len(lab.tasks)}\n"
        f"{memory_line(lab)}"
    )


def memory_line(lab: Lab) -> str:
    """Say in one line how much memory a run takes, to a factor of 2."""
    need = lab.memory
    return (
        f"memory    about {need.training / 1e9:.2f} GB in training,"
        f" {need.generating / 1e9:.2f} GB generating"
    )
