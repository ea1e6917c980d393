"""Small SVG charts without a library: lines with an interval band, bars, and the frontier."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from unghost.report.markup import Markup, tag

_WIDTH, _HEIGHT = 460, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 18, 14, 30
_COLOURS = ("#3f6fd8", "#c8553d", "#2b8a6b", "#9657b8", "#b0821a", "#2a8fa8", "#c24a86", "#6d7480")
_STANDALONE = """
text{font:11px system-ui,sans-serif;fill:#5d626b}.grid{stroke:#dcdad4}.axis{stroke:#8a8f98}
.mark{stroke:#fff;stroke-width:1}.name{font-weight:600}
.number{paint-order:stroke;stroke:#fff;stroke-width:3px}
@media(prefers-color-scheme:dark){text{fill:#a9aeb8}.grid{stroke:#33373f}.mark,.number{stroke:#16181c}}
"""

Style = Callable[[float], str]
Number = float | int


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a round, with the ends of its interval where known."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class _Frame:
    """Maps data to the canvas and draws grid and labels."""

    x_range: tuple[float, float]
    y_range: tuple[float, float]
    width: int
    height: int

    def x(self, value: float) -> float:
        low, high = self.x_range
        inner = self.width - _LEFT - _RIGHT
        return round(_LEFT + inner * (value - low) / (high - low), 1)

    def y(self, value: float) -> float:
        low, high = self.y_range
        inner = self.height - _TOP - _BOTTOM
        return round(self.height - _BOTTOM - inner * (value - low) / (high - low), 1)

    def grid(
        self, x_ticks: Sequence[Number], y_ticks: Sequence[Number], xs: Style, ys: Style
    ) -> list[Markup]:
        right, bottom = self.width - _RIGHT, self.height - _BOTTOM
        drawn = []
        for tick in y_ticks:
            height = self.y(tick)
            drawn.append(tag("line", x1=_LEFT, x2=right, y1=height, y2=height, class_="grid"))
            drawn.append(tag("text", ys(tick), x=_LEFT - 7, y=height + 4, text_anchor="end"))
        for tick in x_ticks:
            place = self.x(tick)
            drawn.append(tag("text", xs(tick), x=place, y=bottom + 17, text_anchor="middle"))
        return drawn


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
    frame = _Frame((first, last if last > first else first + 1), (0.0, levels[-1]), _WIDTH, _HEIGHT)
    step = max(1, math.ceil((last - first) / 8))
    rounds = [p.x for p in points if (p.x - first) % step == 0]
    drawn = frame.grid(rounds, levels, lambda x: f"{x:g}", ticks)
    drawn += _band(points, frame)
    path = " ".join(f"{frame.x(p.x)},{frame.y(p.y)}" for p in points)
    drawn.append(tag("polyline", points=path, class_="curve"))
    for p in points:
        said = tag("title", f"round {p.x:g}: {style(p.y)}")
        drawn.append(tag("circle", said, cx=frame.x(p.x), cy=frame.y(p.y), r=3, class_="dot"))
    end = points[-1]
    anchor = "end" if len(points) > 1 else "start"
    drawn.append(
        tag(
            "text",
            style(end.y),
            x=frame.x(end.x),
            y=max(frame.y(end.y) - 8, 10),
            text_anchor=anchor,
            class_="last",
        )
    )
    return _svg(drawn, label, _WIDTH, _HEIGHT)


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
    width, legend = 560, 20 * (len(series) if len(series) > 1 else 0)
    height = 330
    xs = [x for line in series.values() for x, _ in line] or [1.0]
    ys = [y for line in series.values() for _, y in line] or [1.0]
    x_ticks, y_ticks = nice_ticks(min(xs), max(*xs, min(xs) + 0.02)), nice_ticks(0.0, max(ys))
    frame = _Frame((x_ticks[0], x_ticks[-1]), (0.0, y_ticks[-1]), width, height)
    drawn: list[Markup] = [Markup(f"<style>{_STANDALONE}</style>")] if standalone else []
    drawn += frame.grid(x_ticks, y_ticks, short_percent, short_percent)
    for index, (name, line) in enumerate(series.items()):
        ink = _ink(index)
        drawn += _series(name, line, ink, frame)
        if len(series) > 1:
            drawn += _legend(name, index, ink, height)
    drawn.append(
        tag("text", f"{x_label} →", x=width - _RIGHT, y=height - _BOTTOM - 7, text_anchor="end")
    )
    drawn.append(tag("text", f"{y_label} ↑", x=_LEFT + 4, y=_TOP + 10))
    label = f"{y_label} against {x_label}; better is below and to the right"
    return _svg(drawn, label, width, height + legend, standalone=standalone)


def bars(rows: Sequence[tuple[str, float, str]], label: str) -> Markup:
    """Draw horizontal bars: (name, value, value in words) each."""
    most = max([value for _, value, _ in rows], default=0.0) or 1.0
    items = [
        tag(
            "li",
            tag("span", name, class_="bar-name"),
            tag("span", tag("i", style=f"width:{100 * value / most:.1f}%"), class_="bar"),
            tag("span", words, class_="bar-value"),
        )
        for name, value, words in rows
    ]
    return tag("ul", *items, class_="bars", aria_label=label)


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


def _band(points: Sequence[Point], frame: _Frame) -> list[Markup]:
    known = [(p.x, p.low, p.high) for p in points if p.low is not None and p.high is not None]
    if len(known) == 1:
        x, low, high = known[0]
        at = frame.x(x)
        return [tag("line", x1=at, x2=at, y1=frame.y(low), y2=frame.y(high), class_="whisker")]
    there = [f"{frame.x(x)},{frame.y(high)}" for x, _, high in known]
    back = [f"{frame.x(x)},{frame.y(low)}" for x, low, _ in reversed(known)]
    return [tag("polygon", points=" ".join(there + back), class_="band")] if known else []


def _ink(index: int) -> dict[str, object]:
    """Choose a series' marks: full ones of each colour, then hollow ones."""
    colour = _COLOURS[index % len(_COLOURS)]
    hollow = index // len(_COLOURS) % 2 == 1
    fill, kind = ("none", "hollow") if hollow else (colour, "mark")
    return {"fill": fill, "stroke": colour, "stroke_width": 1.5, "class_": kind}


def _series(
    name: str, line: Sequence[tuple[float, float]], ink: Mapping[str, object], frame: _Frame
) -> list[Markup]:
    path = " ".join(f"{frame.x(x)},{frame.y(y)}" for x, y in line)
    drawn = [
        tag(
            "polyline",
            points=path,
            fill="none",
            stroke=ink["stroke"],
            stroke_width=1.5,
            stroke_opacity=0.85,
        )
    ]
    for number, (x, y) in enumerate(line):
        said = tag("title", f"{name}, round {number}: {100 * x:.1f} % kept, {100 * y:.1f} % ghosts")
        at, height = frame.x(x), frame.y(y)
        drawn.append(tag("circle", said, cx=at, cy=height, r=4.5, **ink))
        drawn.append(tag("text", number, x=at + 8, y=height - 7, class_="number"))
    return drawn


def _legend(name: str, index: int, ink: Mapping[str, object], top: int) -> list[Markup]:
    height = top + 14 + 20 * index
    return [
        tag("circle", cx=_LEFT + 6, cy=height - 4, r=5, **ink),
        tag("text", name, x=_LEFT + 18, y=height, class_="name"),
    ]


def _svg(
    parts: Sequence[Markup], label: str, width: int, height: int, *, standalone: bool = False
) -> Markup:
    space = "http://www.w3.org/2000/svg" if standalone else None
    return tag(
        "svg", *parts, xmlns=space, viewBox=f"0 0 {width} {height}", role="img", aria_label=label
    )


def short_percent(value: float) -> str:
    """Write a share as a tick."""
    return f"{100 * value:g} %"


def short(value: float) -> str:
    """Write a number with at most three digits, as at an axis."""
    return f"{value:.3g}"
