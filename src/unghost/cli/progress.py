"""Progress bars on stderr, with the time that a stage has left."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class Bars:
    """One bar per stage; without a terminal, a plain line when a stage begins."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description:<34}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        self._stage = ""
        self._task: TaskID | None = None

    def update(self, stage: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` steps of a stage are done."""
        if stage != self._stage:
            self._begin(stage, total)
        if self._task is not None:
            self._bars.update(self._task, completed=done, total=total)

    def note(self, line: str) -> None:
        """Write a line that stays."""
        self._console.print(line, soft_wrap=True, markup=False, highlight=False)

    def _begin(self, stage: str, total: int) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._stage = stage
        self._task = self._bars.add_task(stage, total=total)
        if not self._console.is_terminal:
            self._console.print(stage)

    def __enter__(self) -> Bars:
        if self._console.is_terminal:
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._bars.stop()
