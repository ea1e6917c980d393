"""Small SVG charts without a library: lines with an interval band, bars, and the frontier."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unghost.report.template import draw

if TYPE_CHECKING:
    from markupsafe import Markup

_COLOURS = ("#3f6fd8", "#c8553d", "#2b8a6b", "#9657b8", "#b0821a", "#2a8fa8", "#c24a86", "#6d7480")

Style = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a round, with the ends of its interval where known."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class _Frame:
    """Maps data to the canvas."""

    x_range: tuple[float, float]
    y_range: tuple[float, float]
    width: int
    height: int
    left: int = 46
    top: int = 14

    @property
    def right(self) -> int:
        return self.width - 18

    @property
    def bottom(self) -> int:
        return self.height - 30

    def x(self, value: float) -> float:
        low, high = self.x_range
        return round(self.left + (self.right - self.left) * (value - low) / (high - low), 1)

    def y(self, value: float) -> float:
        low, high = self.y_range
        return round(self.bottom - (self.bottom - self.top) * (value - low) / (high - low), 1)


def line_chart(points: Sequence[Point], label: str, style: Style, ticks: Style) -> Markup:
    """Draw one curve over rounds with the band of its intervals, from zero up.

    Args:
        points: In order of x; at least one.
        label: What is shown, for readers that do not see it.
        style: How a value is written.
        ticks: How the numbers at the axis are written.
    """
    top = max([p.y for p in points] + [p.high for p in points if p.high is not None])
    levels = nice_ticks(0.0, top)
    first, last = points[0].x, points[-1].x
    frame = _Frame((first, last if last > first else first + 1), (0.0, levels[-1]), 460, 210)
    step = max(1, math.ceil((last - first) / 8))
    return draw(
        "line.svg",
        frame=frame,
        label=label,
        levels=[(level, ticks(level)) for level in levels],
        places=[(p.x, f"{p.x:g}") for p in points if (p.x - first) % step == 0],
        band=[p for p in points if p.low is not None and p.high is not None],
        points=points,
        style=style,
        below=0,
        standalone=False,
    )


def frontier_svg(
    series: Mapping[str, Sequence[tuple[float, float]]],
    *,
    x_label: str = "right answers kept",
    y_label: str = "ghost rate",
    standalone: bool = True,
) -> Markup:
    """Draw ghosts against retention, a line a series, a point a round (numbered from 0).

    Better lies below and to the right.

    Args:
        series: For each name its (retention, ghost rate) by round, shares in [0, 1].
        x_label: What x is.
        y_label: What y is.
        standalone: Bring its own style and name space, to be kept as a file of its own.
    """
    xs = [x for line in series.values() for x, _ in line] or [1.0]
    ys = [y for line in series.values() for _, y in line] or [1.0]
    x_ticks, y_ticks = nice_ticks(min(xs), max(*xs, min(xs) + 0.02)), nice_ticks(0.0, max(ys))
    return draw(
        "frontier.svg",
        frame=_Frame((x_ticks[0], x_ticks[-1]), (0.0, y_ticks[-1]), 560, 330),
        label=f"{y_label} against {x_label}; better is below and to the right",
        levels=[(tick, short_percent(tick)) for tick in y_ticks],
        places=[(tick, short_percent(tick)) for tick in x_ticks],
        series=[(name, line, _ink(index)) for index, (name, line) in enumerate(series.items())],
        below=20 * len(series) if len(series) > 1 else 0,
        x_label=x_label,
        y_label=y_label,
        standalone=standalone,
    )


def bars(rows: Sequence[tuple[str, float, str]], label: str) -> Markup:
    """Draw horizontal bars: (name, value, value in words) each."""
    most = max([value for _, value, _ in rows], default=0.0) or 1.0
    return draw("bars.html", rows=rows, label=label, most=most)


def nice_ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Return round ticks that hold the range: steps of 1, 2, 2.5 or 5 times a power of ten."""
    span = high - low
    if span <= 1e-9 * max(abs(low), abs(high), 1.0):
        low, span = min(low, 0.0), max(abs(high), 1.0)
    raw = span / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil((low + span) / step - 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def _ink(index: int) -> dict[str, object]:
    """Choose a series' marks: full ones of each colour, then hollow ones."""
    colour = _COLOURS[index % len(_COLOURS)]
    hollow = index // len(_COLOURS) % 2 == 1
    fill, kind = ("none", "hollow") if hollow else (colour, "mark")
    return {"fill": fill, "stroke": colour, "stroke-width": 1.5, "class": kind}


def short_percent(value: float) -> str:
    """Write a share as a tick."""
    return f"{100 * value:g} %"


def short(value: float) -> str:
    """Write a number with at most three digits, as at an axis."""
    return f"{value:.3g}"
