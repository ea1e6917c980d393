"""Figures for trackers of experiments (wandb, tensorboard, ...), through accelerate's adapters.

Nothing of them is imported unless a tracker is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from unghost.errors import UnghostError
from unghost.report.sentences import outcomes

_PROJECT = "unghost"
_OUTCOMES = ("invented", "real", "abstained", "right", "cut_off")
_HELDOUT = ("cut", "retention", "names_ratio_answering")


class Trackers:
    """Trackers of a run.

    They start with the first figures, for by then the model is loaded and accelerate's own state
    belongs to it.

    Args:
        names: As accelerate calls them.
        folder: The run's folder, for trackers that write files.
        config: The run's settings, told to each tracker.

    Raises:
        UnghostError: accelerate knows no such tracker, or its library is not installed.
    """

    def __init__(self, names: Sequence[str], folder: Path, config: Mapping[str, Any]) -> None:
        self._classes = [_class_of(name) for name in dict.fromkeys(names)]
        self._folder, self._config = folder, _flat(config)
        self._trackers: list[Any] | None = None

    def log(self, figures: Mapping[str, float], step: int) -> None:
        """Log figures of a round, those that are defined."""
        if self._trackers is None:
            self._trackers = [self._start(kind) for kind in self._classes]
        for tracker in self._trackers:
            tracker.log({k: v for k, v in figures.items() if not math.isnan(v)}, step=step)

    def finish(self) -> None:
        """End the trackers, so that all that was logged is written."""
        for tracker in self._trackers or ():
            tracker.finish()

    def _start(self, kind: Any) -> Any:
        from accelerate.state import PartialState

        PartialState(cpu=True)  # accelerate's trackers ask it which process logs
        where = (str(self._folder / "trackers"),) if kind.requires_logging_directory else ()
        tracker = kind(_PROJECT, *where)
        tracker.start()
        tracker.store_init_configuration(self._config)
        return tracker


def heldout_figures(report: Mapping[str, Any]) -> dict[str, float]:
    """Return the scalar figures of a report's held-out tasks."""
    heldout = report["heldout"] or {}
    found = {}
    for side in ("before", "after"):
        measured = outcomes(heldout, side)
        for key in _OUTCOMES if measured else ():
            found[f"heldout/{side}/{key}"] = measured[key]["value"] if measured else None
    for key in _HELDOUT:
        found[f"heldout/{key}"] = (heldout.get(key) or {}).get("value")
    return {name: value for name, value in found.items() if value is not None}


def _class_of(name: str) -> Any:
    from accelerate.tracking import LOGGER_TYPE_TO_CLASS, get_available_trackers
    from accelerate.utils import LoggerType

    if name not in LOGGER_TYPE_TO_CLASS:
        known = ", ".join(sorted(LOGGER_TYPE_TO_CLASS))
        raise UnghostError(f"there is no tracker {name!r}: accelerate knows {known}")
    if name in LoggerType.list() and name not in map(str, get_available_trackers()):
        raise UnghostError(f"the tracker {name} is not installed: install its package, or leave it")
    return LOGGER_TYPE_TO_CLASS[name]


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Flatten settings to what every tracker can hold: numbers and texts."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{key}.")
        else:
            plain = isinstance(value, bool | int | float | str)
            found[f"{prefix}{key}"] = value if plain else str(value)
    return found
