"""A tracker of experiments that writes JSON lines, as accelerate would drive it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class Lines:
    """A tracker that writes JSON lines."""

    requires_logging_directory = True

    def __init__(self, project: str, folder: str) -> None:
        self.path = Path(folder) / f"{project}.jsonl"
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        self._write({"event": "start"})

    def store_init_configuration(self, values: dict[str, Any]) -> None:
        self._write(values)

    def log(self, values: dict[str, float], step: int) -> None:
        self._write(values | {"step": step})

    def finish(self) -> None:
        self._write({"event": "finish"})

    def _write(self, values: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\n")
