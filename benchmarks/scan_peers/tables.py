"""The results as Markdown tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print one table, its first column to the left and the others to the right."""
    print("\n| " + " | ".join(heads) + " |")
    print("|---" + "|--:" * (len(heads) - 1) + "|")
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")


def show(result: dict[str, Any], order: Sequence[str]) -> None:
    """Print all parts that there are, the tools in this order."""
    tools = [name for name in order if name in result["tools"]]
    if result["corpus"]:
        show_corpus(result["corpus"], tools)
    for count in sorted(result["time"], key=int):
        rows = result["time"][count]
        show_time(int(count), rows, tools, result.get("latency_ms", 0))
    if result["outage"]:
        show_outage(result["outage"], tools)
    print()
    for name in tools:
        tool = result["tools"][name]
        print(f"{name} {tool['version']}, asks with {tool['asks_with']} {tool['problem']}")


def show_corpus(rows: dict[str, Any], tools: Sequence[str]) -> None:
    names = [name for name in tools if name in rows]
    totals = [(name, rows[name]["total"]) for name in names]
    table(
        ("The corpus", "found of what it reads", "found of all", "wrong", "doubted"),
        [
            (
                name,
                f"{total['found_of_claimed']} of {total['claimed']}",
                f"{total['found']} of {total['planted']}",
                total["wrong"],
                total["doubted"],
            )
            for name, total in totals
        ],
    )
    shapes = sorted({shape for name in names for shape in rows[name]["shapes"]})
    body = []
    for shape in shapes:
        found = {name: rows[name]["shapes"].get(shape) for name in names}
        planted = max(row["planted"] for row in found.values() if row)
        body.append([shape, planted, *(cell(row) for row in found.values())])
    table(("Found, and wrong behind +", "planted", *names), body)


def cell(row: dict[str, Any] | None) -> str:
    """Return what was found in a shape; nothing where there was nothing to find for the tool."""
    if row is None or not (row["claimed"] or row["found"] or row["wrong"]):
        return ""
    return f"{row['found']}" + (f" +{len(row['wrong'])}" if row["wrong"] else "")


def show_time(count: int, rows: dict[str, Any], tools: Sequence[str], latency: float) -> None:
    body = []
    for name in tools:
        row = rows.get(name)
        if row:
            wall = "> 600" if row["cut_off"] else f"{row['seconds']:.1f}"
            keys = () if row["cut_off"] else ("found", "wrong", "unchecked")
            told = [row[key] for key in keys] or [""] * 3
            asked = f"{row['requests']:,}"
            body.append((name, wall, f"{row['cpu_seconds']:.1f}", row["load"], asked, *told))
    heads = (f"{count:,} names, {latency:.0f} ms", "seconds", "CPU seconds", "load", "requests")
    table((*heads, "found of 10", "wrong", "not looked up"), body)


def show_outage(modes: dict[str, Any], tools: Sequence[str]) -> None:
    body = []
    kinds = sorted(modes)
    for name in tools:
        cells = [said(modes[kind].get(name)) for kind in kinds]
        if any(cells):
            body.append((name, *cells))
    table(("Exit code in an outage", *kinds), body)


def said(row: dict[str, Any] | None) -> str:
    """Return how a run ended, how long it took, and whether the output tells of the outage."""
    if row is None:
        return ""
    code = "cut off" if row["code"] is None else str(row["code"])
    if not row["requests"]:
        return f"{code}, asks nothing ({row['seconds']:.0f} s)"
    words = "says so" if row["says"] else "silent"
    if "says_in_json" in row and row["says_in_json"] != row["says"]:
        words += ", says so in JSON" if row["says_in_json"] else ", silent in JSON"
    return f"{code}, {words} ({row['seconds']:.0f} s)"
