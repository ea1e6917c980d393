"""Progress on stderr: what is done of a stage, how fast it goes, and the time that it has left."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

EVERY = 30.0
"""Seconds between the lines of a stage where there is no terminal."""

_WINDOW = 120.0
"""Seconds that the speed is taken over, for answers often end many at a time."""


class Bars:
    """One bar per stage; without a terminal, a plain line when a stage begins and now and then."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description:<34}"),
            BarColumn(),
            TextColumn("{task.fields[count]}"),
            TextColumn("{task.fields[speed]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            speed_estimate_period=_WINDOW,
        )
        self._stage = ""
        self._task: TaskID | None = None
        self._began = self._told = 0.0

    def update(self, stage: str, done: float, total: int, tokens: int = 0, /) -> None:
        """Show that ``done`` of ``total`` steps of a stage are done, with ``tokens`` generated."""
        if stage != self._stage:
            self._begin(stage, total)
        if self._task is None:
            return
        now = monotonic()
        rate = tokens / (now - self._began) if tokens and now > self._began else 0.0
        speed = f"{rate:.0f} tokens/s" if rate else ""
        count = f"{int(done)}/{total}"
        self._bars.update(self._task, completed=done, total=total, count=count, speed=speed)
        if not self._console.is_terminal and now - self._told >= EVERY:
            self._told = now
            self.note(", ".join(filter(None, [f"{stage}: {count}", speed, self._left()])))

    def note(self, line: str) -> None:
        """Write a line that stays."""
        self._console.print(line, soft_wrap=True, markup=False, highlight=False)

    def _left(self) -> str:
        seconds = self._bars.tasks[-1].time_remaining
        return "" if seconds is None else f"{timedelta(seconds=int(seconds))} left"

    def _begin(self, stage: str, total: int) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._stage = stage
        self._began = self._told = monotonic()
        self._task = self._bars.add_task(stage, total=total, count="", speed="")
        if not self._console.is_terminal:
            self.note(stage)

    def __enter__(self) -> Bars:
        if self._console.is_terminal:
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._bars.stop()
