"""One self-contained page of a run, drawn from its report alone.

It asks nothing of the network, and its content security policy forbids it to; every text that a
model wrote is escaped, ghosts are partly masked, and all content is there without JavaScript.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from math import log1p
from pathlib import Path
from typing import Any

from unghost.report.charts import Point, Style, bars, frontier_svg, line_chart, short, short_percent
from unghost.report.figures import (
    COUNTS,
    Group,
    Row,
    caption,
    groups,
    headline,
    number,
    percent,
    show,
)
from unghost.report.markup import Markup, join, tag
from unghost.report.mask import mask_report
from unghost.report.schema import validate
from unghost.runs.atomic import write_text

Data = Mapping[str, Any]

_ROLES = {
    "ghost": "a ghost",
    "blamed": "a ghost, and the token that pays for it",
    "real": "a real name",
    "reinforced": "a real name, reinforced",
    "plain": "other text",
}


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
    shown = mask_report(validate(report))
    body = [
        _top(shown),
        _table(shown),
        _curves(shown),
        _frontier(shown),
        _examples(shown),
        _drift(shown),
        _discovery(shown),
        _training(shown),
        _settings(shown),
    ]
    page = tag("html", _head(shown), tag("body", tag("main", *body)), lang="en")
    return f"<!doctype html>\n{page}\n"


def _head(report: Data) -> Markup:
    assets = files("unghost.report") / "assets"
    style = (assets / "page.css").read_text(encoding="utf-8")
    script = (assets / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    return Markup(
        '<head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">'
        f"{tag('title', 'unghost: ' + report['run'])}"
        f"<style>{style}</style><script>{script}</script></head>"
    )


def _top(report: Data) -> Markup:
    line = headline(report)
    reasons = tag("ul", *(tag("li", reason) for reason in line.reasons), class_="reasons")
    facts = (report["model"], f"run {report['run']}", f"seed {report['seed']}", report["created"])
    return tag(
        "header",
        tag("p", tag("b", "unghost"), tag("span", *_dotted(facts)), class_="facts"),
        tag("h1", line.text, class_=line.tone),
        reasons if line.reasons else "",
        tag("p", f"Stopped: {report['stopping']}", class_="soft") if report["stopping"] else "",
        _caption(report),
    )


def _dotted(facts: Sequence[str]) -> Iterator[Markup]:
    for fact in facts:
        yield tag("span", fact)


def _caption(report: Data) -> Markup:
    return tag("p", f"Universe: {caption(report)}.", class_="caption")


def _section(title: str, *parts: object, intro: str = "") -> Markup:
    said = tag("p", intro, class_="soft") if intro else ""
    return tag("section", tag("h2", title), said, *parts)


def _table(report: Data) -> Markup | str:
    found = groups(report)
    if not found:
        return ""
    has_after = any(row.after for group in found for row in group.rows)
    heads = ("before", "after", "change") if has_after else ("measured",)
    title = "Before and after" if has_after else "What was measured"
    main = _figures([g for g in found if g.title not in COUNTS], heads, "figures stack")
    plain = [_figures([g], heads[:2], "figures") for g in found if g.title in COUNTS]
    intro = "On held-out tasks, whose right names no training saw. In brackets: the interval."
    counts = tag("div", *plain, class_="panels counts")
    return _section(title, main, counts, _caption(report), intro=intro)


def _figures(found: Sequence[Group], heads: Sequence[str], class_: str) -> Markup:
    head = tag("thead", tag("tr", tag("th", ""), *(tag("th", h, scope="col") for h in heads)))
    bodies = (_group(group, heads) for group in found)
    return tag("div", tag("table", head, *bodies, class_=class_), class_="scroll")


def _group(group: Group, heads: Sequence[str]) -> Markup:
    title = tag("th", group.title, colspan=len(heads) + 1, scope="rowgroup")
    rows = [_row(row, heads) for row in group.rows if row.before or len(heads) > 1]
    return tag("tbody", tag("tr", title, class_="group"), *rows)


def _row(row: Row, heads: Sequence[str]) -> Markup:
    cells = dict(
        zip(("before", "after", "change"), (row.before, row.after, row.change), strict=True)
    )
    label = tag("th", row.label, tag("small", row.help) if row.help else "", scope="row")
    if len(heads) == 1:
        return tag("tr", label, tag("td", _cell(row.before), data_label="measured"))
    shown = (tag("td", _cell(cells[head]), data_label=head) for head in heads)
    return tag("tr", label, *shown)


def _cell(text: str) -> Markup:
    """Set the interval apart from the figure."""
    figure, bracket, interval = text.partition(" [")
    return join([figure, tag("small", f" [{interval}") if bracket else ""])


def _curves(report: Data) -> Markup | str:
    panels = [
        _panel(report, "Ghost rate", lambda v: v["rate"], percent, short_percent),
        _panel(report, "Known tasks right", lambda v: v["known_right"], percent, short_percent),
        _panel(report, "Names per answer", lambda v: v["names_per_answer"], number, short),
        _yields(report),
    ]
    drawn = [panel for panel in panels if panel]
    if not drawn:
        return ""
    intro = "On the validate tasks, which every choice looks at; round 0 is the base."
    return _section("By round", tag("div", *drawn, class_="panels"), _caption(report), intro=intro)


def _panel(report: Data, title: str, pick: Any, style: Style, ticks: Style) -> Markup | str:
    points = []
    for entry in report["rounds"]:
        estimate = pick(entry["validate"]) if entry["validate"] else None
        if estimate and estimate["value"] is not None:
            points.append(
                Point(entry["round"], estimate["value"], estimate["low"], estimate["high"])
            )
    return _figure(title, line_chart(points, title, style, ticks)) if points else ""


def _yields(report: Data) -> Markup | str:
    points = [Point(r["round"], r["discover"]["yield"]) for r in report["rounds"] if r["discover"]]
    title = "New ghosts per 1,000 tokens"
    return _figure(title, line_chart(points, title, short, short)) if points else ""


def _figure(title: str, drawing: Markup) -> Markup:
    return tag("figure", tag("figcaption", title), drawing)


def _frontier(report: Data) -> Markup | str:
    line = []
    for entry in report["rounds"]:
        rates = entry["validate"]
        right = rates and rates["known_right"]
        if right and right["value"] is not None and rates["rate"]["value"] is not None:
            line.append((right["value"], rates["rate"]["value"]))
    if len(line) < 2:
        return ""
    drawing = frontier_svg({"this run": line}, x_label="known tasks right", standalone=False)
    intro = "Each point is a round. Better lies below and to the right."
    return _section(
        "The frontier", tag("figure", drawing, class_="wide"), _caption(report), intro=intro
    )


def _examples(report: Data) -> Markup | str:
    if not report["examples"]:
        return ""
    most = max(
        [t["kl"] or 0.0 for e in report["examples"] for s in ("before", "after") for t in e[s]],
        default=0.0,
    )
    cards = [
        tag(
            "article",
            tag("p", example["question"], class_="question"),
            *(
                tag("div", tag("h3", side), tag("pre", *_tokens(example[side], most)))
                for side in ("before", "after")
                if example[side]
            ),
            class_="example",
        )
        for example in report["examples"]
    ]
    legend = [
        tag("span", tag("span", "name", class_=f"t {role}"), f" {_ROLES[role]}")
        for role in ("ghost", "blamed", "real", "reinforced")
        if any(t["role"] == role for e in report["examples"] for t in (*e["before"], *e["after"]))
    ]
    legend.append(
        tag("span", tag("span", "text", class_="t", style="--k:.9"), " moved by training")
    )
    intro = "Ghosts are partly masked. The tint says how far training moved the model at a token."
    return _section(
        "Answers", tag("p", *legend, class_="legend"), *cards, _caption(report), intro=intro
    )


def _tokens(tokens: Sequence[Data], most: float) -> Iterator[Markup]:
    for token in tokens:
        kl = token["kl"]
        said = _ROLES[token["role"]] + (f", KL {number(kl)} nats" if kl is not None else "")
        heat = f"--k:{log1p(max(kl, 0.0)) / log1p(most):.2f}" if kl and most > 0 else None
        title = None if token["role"] == "plain" and kl is None else said
        yield tag("span", token["text"], class_=f"t {token['role']}", title=title, style=heat)


def _drift(report: Data) -> Markup | str:
    drift = (report["heldout"] or {}).get("drift")
    if not drift or drift["names"]["value"] is None:
        return ""
    names = (("tokens of names", "names"), ("all other tokens", "others"))
    rows = [(title, drift[key]["value"] or 0.0, show(drift[key], number)) for title, key in names]
    intro = "KL(base || tuned), nats per token. A surgical change moves names and nothing else."
    return _section("Drift", bars(rows, "Drift by class of token"), _caption(report), intro=intro)


def _discovery(report: Data) -> Markup | str:
    totals: dict[str, list[float]] = {}
    for entry in report["rounds"]:
        for arm in (entry["discover"] or {}).get("arms", []):
            total = totals.setdefault(arm["arm"], [0, 0, 0.0, 0])
            total[0] += arm["prompts"]
            total[1] += arm["new_ghosts"]
            total[2] += arm["yield"] * arm["prompts"]
            total[3] += 1
    if not totals:
        return ""
    rows = [
        (arm, weighted / prompts if prompts else 0.0, f"{ghosts:g} new, {prompts:g} prompts")
        for arm, (prompts, ghosts, weighted, _) in totals.items()
    ]
    rows.sort(key=lambda row: (-row[1], row[0]))
    intro = (
        "Where new ghosts came from: the bar is new ghosts per 1,000 generated tokens, averaged"
        " over prompts."
    )
    return _section("Discovery", bars(rows, "Arms by yield"), _caption(report), intro=intro)


def _training(report: Data) -> Markup | str:
    trained = [entry for entry in report["rounds"] if entry["train"]]
    if not trained:
        return ""
    terms = sorted({name for entry in trained for name in entry["train"]["terms"]})
    heads = ["round", *terms, "tokens", "seconds"]
    rows = []
    for entry in trained:
        train = entry["train"]
        found = (train["terms"].get(name) for name in terms)
        values = ["" if x is None else f"{x:.4g}" for x in found]
        cells = [*values, f"{train['tokens']:,}", f"{train['seconds']:,.0f}"]
        rows.append(tag("tr", tag("th", entry["round"]), *(tag("td", c) for c in cells)))
    head = tag("thead", tag("tr", *(tag("th", h) for h in heads)))
    table = tag(
        "div", tag("table", head, tag("tbody", *rows), class_="plain-table"), class_="scroll"
    )
    return _section("Training", table, intro="Mean value of each term of the objective by round.")


def _settings(report: Data) -> Markup:
    config = dict(_flat(report["config"]))
    return tag(
        "section",
        tag("h2", "Settings"),
        _details("Configuration", config),
        _details("Versions", report["versions"]),
        tag("p", f"unghost report, format {report['version']}", class_="soft"),
    )


def _details(title: str, values: Data) -> Markup:
    rows = (tag("tr", tag("th", key), tag("td", value)) for key, value in sorted(values.items()))
    table = tag("div", tag("table", *rows, class_="settings"), class_="scroll")
    return tag("details", tag("summary", title), table)


def _flat(values: Data, prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
