from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.report.charts import Point, bars, frontier_svg, line_chart, nice_ticks, short


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_ticks_hold_the_range_and_rise(low: float, span: float) -> None:
    ticks = nice_ticks(low, low + span)
    assert ticks[0] <= low + 1e-6 * max(1, abs(low), span)
    assert ticks[-1] >= low + span - 1e-6 * max(1, abs(low), span)
    assert 2 <= len(ticks) <= 8
    assert all(a < b for a, b in itertools.pairwise(ticks))


def test_worked_ticks() -> None:
    assert nice_ticks(0, 1) == [0, 0.25, 0.5, 0.75, 1]
    assert nice_ticks(0, 0.47) == [0, 0.2, 0.4, 0.6]
    assert nice_ticks(0, 0) == [0, 0.25, 0.5, 0.75, 1]


@pytest.mark.parametrize(
    "points",
    [
        [Point(0, 0.0)],
        [Point(0, 0.0, 0.0, 0.04)],
        [Point(0, 0.5, 0.4, 0.6), Point(1, 0.2)],
        [Point(i, 0.1 * i, 0.05 * i, 0.2 * i) for i in range(30)],
    ],
)
def test_lines_of_any_length_are_well_formed(points: list[Point]) -> None:
    drawing = ET.fromstring(line_chart(points, "a & b", short, short))
    assert drawing.get("aria-label") == "a & b"
    assert len(drawing.findall("circle")) == len(points)
    for number in re.findall(r'c[xy]="([^"]+)"', ET.tostring(drawing, "unicode")):
        assert 0 <= float(number) <= 460


def test_higher_values_stand_higher() -> None:
    drawing = ET.fromstring(line_chart([Point(0, 1.0), Point(1, 3.0)], "x", short, short))
    first, second = (float(dot.get("cy", "nan")) for dot in drawing.findall("circle"))
    assert second < first


def test_the_frontier_stands_alone_as_a_file() -> None:
    series = {"hybrid <span>": [(1.0, 0.4), (0.98, 0.1)], "skeleton": [(1.0, 0.4), (0.6, 0.1)]}
    text = frontier_svg(series)
    drawing = ET.fromstring(text)
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert text.count('class="mark"') == 4 + 2  # the points, and the legend
    assert "hybrid &lt;span&gt;" in text
    ET.fromstring(frontier_svg({"one": [(1.0, 0.0)]}, standalone=False))


def test_no_two_series_of_a_frontier_look_alike() -> None:
    text = frontier_svg({str(number): [(1.0, 0.4)] for number in range(13)})
    circles = [e for e in ET.fromstring(text).iter() if e.tag.endswith("circle")]
    looks = [(c.get("class"), c.get("stroke")) for c in circles if len(c) == 0]
    assert len(looks) == len(set(looks)) == 13


def test_bars_of_nothing_and_of_zeros() -> None:
    assert "<li>" not in bars([], "none")
    assert "width:0.0%" in bars([("a", 0.0, "none")], "zeros")


def test_what_is_not_markup_is_escaped_once() -> None:
    row = bars([("<&\"'>", 1.0, '"><script>')], "x & y")
    assert '<ul class="bars" aria-label="x &amp; y">' in row
    assert '<span class="bar-name">&lt;&amp;&#34;&#39;&gt;</span>' in row
    assert '<span class="bar-value">&#34;&gt;&lt;script&gt;</span>' in row


@given(st.text())
def test_escaped_text_holds_no_markup(text: str) -> None:
    drawn, plain = bars([(text, 1.0, text)], text), bars([("", 1.0, "")], "")
    assert all(drawn.count(mark) == plain.count(mark) for mark in "<>\"'")
    drawn.encode("utf-8")
