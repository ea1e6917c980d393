"""Several runs side by side, if they were asked the same and judged by the same names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from unghost.errors import UnghostError
from unghost.report.figures import percent, show
from unghost.report.mask import DOT
from unghost.report.page import assets
from unghost.report.sentences import inventions, scope, universe
from unghost.report.stacks import OUTCOMES, grouped, stack_of
from unghost.report.template import draw
from unghost.storage.atomic import write_text

Data = Mapping[str, Any]

_COLUMNS = {"real": "real", "abstained": "none", "right": "right", "cut_off": "cut off"}
_LONGEST = 22


def check_comparable(reports: Mapping[str, Data]) -> None:
    """Refuse to compare runs whose figures are not of the same questions and names.

    Args:
        reports: By name, reports as :mod:`unghost.report.schema` describes them.

    Raises:
        UnghostError: They differ, or one of them measured nothing; the message says in what.
    """
    (first, base), *others = reports.items()
    for name, report in reports.items():
        if not _final(report):
            raise UnghostError(f"{name} measured nothing that could be compared")
    for name, report in others:
        differences = list(_differences(base, report))
        if differences:
            raise UnghostError(
                f"{first} and {name} cannot be compared: {'; '.join(differences)}. Measure both"
                " alike, or judge both by the same names with --universe"
            )


def comparison(reports: Mapping[str, Data]) -> RenderableType:
    """Draw a table with a run a row, in 80 columns.

    Raises:
        UnghostError: The runs cannot be compared.
    """
    check_comparable(reports)
    table = Table(box=None, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("", no_wrap=True, max_width=_LONGEST)
    for heading in ("invented", "95 % interval", *_COLUMNS.values()):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, measured in _finals(reports).items():
        outcomes = measured["outcomes"]
        figure, _, interval = show(outcomes["invented"]).partition(" [")
        rest = (show(outcomes[key]).partition(" [")[0] for key in _COLUMNS)
        table.add_row(Text(name), figure, interval.removesuffix("]").replace(", ", " to "), *rest)
    report = next(iter(reports.values()))
    lines = [
        "Share of the answers that invent a name, name only real ones, say they know none, name"
        " a right one and invent none, were cut off.",
        "; ".join(scope(report)),
        universe(report),
    ]
    warnings = [Text(text, style="bold yellow") for text in _warnings(reports)]
    return Group(*warnings, table, Text(), *(Text(line, style="dim") for line in lines))


def print_comparison(reports: Mapping[str, Data], console: Console | None = None) -> None:
    """Print :func:`comparison` (to standard output unless a console is given)."""
    (console or Console()).print(comparison(reports))


def write_comparison(reports: Mapping[str, Data], path: Path) -> None:
    """Write the page of a comparison, whole or not at all.

    Raises:
        UnghostError: The runs cannot be compared, or the file cannot be written.
    """
    check_comparable(reports)
    finals = _finals(reports)
    report = next(iter(reports.values()))
    page = draw(
        "compare.html",
        **assets(),
        headline=_headline(finals),
        warnings=_warnings(reports),
        universe=universe(report),
        scope=scope(report),
        stacks=[stack_of(name, measured["outcomes"]) for name, measured in finals.items()],
        outcomes=OUTCOMES,
        grouped=grouped(finals),
        inventions=[(name, inventions(measured)) for name, measured in finals.items()],
    )
    write_text(path, str(page))


def _final(report: Data) -> Data | None:
    """Return the measurement of what the run ends with: the tuned model, or the only one."""
    heldout = report["heldout"] or {}
    measured: Data | None = heldout.get("measured_after") or heldout.get("measured_before")
    return measured if measured and measured["outcomes"]["answers"] else None


def _finals(reports: Mapping[str, Data]) -> dict[str, Data]:
    return {name: final for name, report in reports.items() if (final := _final(report))}


def _headline(finals: Mapping[str, Data]) -> str:
    invented = {name: m["outcomes"]["invented"]["value"] or 0.0 for name, m in finals.items()}
    said = [f"{name} {percent(value)}" for name, value in sorted(invented.items(), key=_second)]
    return f"Invented names in answers: {', '.join(said)}."


def _second(pair: tuple[str, float]) -> float:
    return pair[1]


def _warnings(reports: Mapping[str, Data]) -> list[str]:
    return [
        f"{name}: {warning}."
        for name, measured in _finals(reports).items()
        for warning in measured["validity"]["warnings"]
    ]


def _differences(one: Data, other: Data) -> Iterator[str]:
    if one["domain"]["name"] != other["domain"]["name"]:
        yield f"domain ({one['domain']['name']} and {other['domain']['name']})"
    for key, words in (("label", "names"), ("as_of", "day of the names"), ("count", "names")):
        if one["universe"][key] != other["universe"][key]:
            yield f"{words} ({one['universe'][key]} and {other['universe'][key]})"
            break
    kinds = [Counter(row["asks"] for row in report["answers"]) for report in (one, other)]
    if kinds[0] != kinds[1]:
        yield f"kinds of question ({_counts(kinds[0])} and {_counts(kinds[1])})"
    elif _asked(one["answers"], other["answers"]):
        yield "tasks"
    limits = [_limits(report) for report in (one, other)]
    if limits[0] != limits[1]:
        yield f"limit of tokens ({limits[0]} and {limits[1]})"


def _asked(one: Sequence[Data], other: Sequence[Data]) -> bool:
    """Return whether questions differ; those with a masked name cannot be told apart."""
    pairs = zip(one, other, strict=True)
    asked = ((first["question"], second["question"]) for first, second in pairs)
    return any(a != b and DOT not in a + b for a, b in asked)


def _counts(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{kinds[kind]:,} {kind}" for kind in sorted(kinds))


def _limits(report: Data) -> str:
    final = _final(report)
    limits = final["validity"]["limits"] if final else ()
    return ", ".join(f"{part['limit']:,} for {'/'.join(part['asks'])}" for part in limits)
