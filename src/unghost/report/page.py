"""One self-contained page of a run, drawn from its report alone.

It asks nothing of the network, and its content security policy forbids it to; every text that a
model wrote is escaped, ghosts are partly masked, and all content is there without JavaScript.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unghost.report.browse import embedded, page_answers
from unghost.report.charts import Point, bars, frontier_svg, line_chart, short, short_percent
from unghost.report.figures import COUNTS, PRICE, groups, number, percent, show
from unghost.report.schema import validate
from unghost.report.sentences import headline, inventions, scope, twins, universe
from unghost.report.stacks import OUTCOMES, Stack, grouped, stack_of
from unghost.report.template import draw
from unghost.storage.atomic import write_text

if TYPE_CHECKING:
    from markupsafe import Markup

Data = Mapping[str, Any]


def write_page(report: Data, path: Path) -> None:
    """Write the page of a report, whole or not at all.

    Args:
        report: A report as :mod:`unghost.report.schema` describes it.
        path: Where the HTML file goes.

    Raises:
        UnghostError: It is not a report, or the file cannot be written.
    """
    write_text(path, render(report))


def render(report: Data) -> str:
    """Draw the page of a report as HTML text.

    Raises:
        UnghostError: It is not a report.
    """
    from markupsafe import Markup

    shown: Data = validate(report)
    answers = page_answers(shown)
    found = groups(shown)
    trained = [entry for entry in shown["rounds"] if entry["train"]]
    page = draw(
        "page.html",
        **assets(),
        report=shown,
        headline=headline(shown),
        universe=universe(shown),
        scope=scope(shown),
        stacks=_stacks(shown),
        outcomes=OUTCOMES,
        grouped=grouped(_measured(shown)),
        inventions=[
            (side, [*inventions(measured), *twins(measured)])
            for side, measured in _measured(shown).items()
        ],
        price=[group for group in found if group.title == PRICE],
        groups=[group for group in found if group.title != PRICE],
        counts=COUNTS,
        has_after=any(row.after for group in found for row in group.rows),
        curves=_curves(shown),
        frontier=_frontier(shown),
        answers=answers,
        answers_json=Markup(embedded(answers)),
        drift=_drift(shown),
        discovery=_discovery(shown),
        trained=trained,
        terms=sorted({name for entry in trained for name in entry["train"]["terms"]}),
        config=dict(_flat(shown["config"])),
    )
    return str(page)


def assets() -> dict[str, Any]:
    """Return the style and the script of every page, and the script's hash for the policy."""
    from markupsafe import Markup

    templates = files("unghost.report") / "templates"
    script = (templates / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    css = (templates / "page.css").read_text(encoding="utf-8")
    return {"css": Markup(css), "script": Markup(script), "digest": f"sha256-{digest}"}


def _measured(report: Data) -> dict[str, Data]:
    """Return the measurements of a report by the words for their side."""
    heldout = report["heldout"] or {}
    sides = {side: heldout.get(f"measured_{side}") for side in ("before", "after")}
    return {
        side if heldout.get("measured_after") else "measured": measured
        for side, measured in sides.items()
        if measured and measured["outcomes"]["answers"]
    }


def _stacks(report: Data) -> list[Stack]:
    return [stack_of(side, m["outcomes"]) for side, m in _measured(report).items()]


def _curves(report: Data) -> list[tuple[str, Markup]]:
    return [
        (title, line_chart(points, title, style, ticks))
        for title, points, style, ticks in (
            ("Ghost rate", _points(report, "rate"), percent, short_percent),
            ("Known tasks right", _points(report, "known_right"), percent, short_percent),
            ("Names per answer", _points(report, "names_per_answer"), number, short),
            ("New ghosts per 1,000 tokens", _yields(report), short, short),
        )
        if points
    ]


def _points(report: Data, key: str) -> list[Point]:
    estimates = ((entry["round"], (entry["validate"] or {}).get(key)) for entry in report["rounds"])
    return [
        Point(place, estimate["value"], estimate["low"], estimate["high"])
        for place, estimate in estimates
        if estimate and estimate["value"] is not None
    ]


def _yields(report: Data) -> list[Point]:
    return [Point(r["round"], r["discover"]["yield"]) for r in report["rounds"] if r["discover"]]


def _frontier(report: Data) -> Markup | None:
    right, ghosts = ({p.x: p.y for p in _points(report, key)} for key in ("known_right", "rate"))
    line = [(right[place], ghosts[place]) for place in right if place in ghosts]
    if len(line) < 2:
        return None
    return frontier_svg({"this run": line}, x_label="known tasks right", standalone=False)


def _drift(report: Data) -> Markup | None:
    drift = (report["heldout"] or {}).get("drift")
    if not drift or drift["names"]["value"] is None:
        return None
    names = (("tokens of names", "names"), ("all other tokens", "others"))
    rows = [(title, drift[key]["value"] or 0.0, show(drift[key], number)) for title, key in names]
    return bars(rows, "Drift by class of token")


def _discovery(report: Data) -> Markup | None:
    totals: dict[str, list[float]] = {}
    for entry in report["rounds"]:
        for arm in (entry["discover"] or {}).get("arms", []):
            total = totals.setdefault(arm["arm"], [0, 0, 0.0])
            total[0] += arm["prompts"]
            total[1] += arm["new_ghosts"]
            total[2] += arm["yield"] * arm["prompts"]
    rows = [
        (arm, weighted / prompts if prompts else 0.0, f"{ghosts:g} new, {prompts:g} prompts")
        for arm, (prompts, ghosts, weighted) in totals.items()
    ]
    rows.sort(key=lambda row: (-row[1], row[0]))
    return bars(rows, "Arms by yield") if rows else None


def _flat(values: Data, prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
