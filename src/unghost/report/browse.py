"""The answers as the page holds them: JSON that a small script of ours filters and draws."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from unghost.records import unit_hash
from unghost.report.answers import HAPPENED
from unghost.report.stacks import OUTCOMES
from unghost.report.template import visible

Data = Mapping[str, Any]

MOST_BYTES = 1_600_000
"""Most bytes of answers in a page; with more, some drawn by hash are shown."""
STATUSES = {
    "exists": "real",
    "absent": "invented",
    "unknown": "cannot be judged",
    "stdlib": "built-in",
    "local": "local",
    "private": "private",
    "reserved": "reserved",
}
"""Verdicts in words."""


def page_answers(report: Data) -> dict[str, Any]:
    """Return the answers that a page shows, and the words to filter them by.

    Each text is a list of parts: plain ones are texts, a name is its text, status and evidence.
    """
    whole = [_question(row, report["domain"]) for row in report["answers"]]
    kept = _within(whole)
    compared = any(row["happened"] for row in whole)
    key, order = ("happened", HAPPENED) if compared else ("outcome", tuple(OUTCOMES.values()))
    return {
        "total": len(whole),
        "key": key,
        "groups": [name for name in order if any(row[key] == name for row in kept)],
        "asks": sorted({row["asks"] for row in kept}),
        "levels": list(dict.fromkeys(row["level"] for row in kept if row["level"])),
        "rows": kept,
    }


def embedded(answers: Data) -> str:
    """Return JSON that can stand in a script element: no text in it can end the element."""
    text = json.dumps(answers, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _question(row: Data, domain: Data) -> dict[str, Any]:
    sides = {
        side: _answer(row[side], domain["statuses"]) for side in ("before", "after") if row[side]
    }
    return {
        "question": visible(row["question"]),
        "asks": visible(row["asks"]),
        "level": row["level"] and visible(row["level"]),
        "happened": row["happened"] and visible(row["happened"]),
        "outcome": OUTCOMES[row["before"]["outcome"]],
        "cut": any(row[side]["cut_off"] for side in sides),
        "sides": sides,
    }


def _answer(answer: Data, words: Mapping[str, str]) -> dict[str, Any]:
    text, names = answer["text"], answer["names"]
    parts: list[Any] = []
    ends = [0, *(place for name in names for place in (name["start"], name["end"])), len(text)]
    for index, (start, end) in enumerate(pairwise(ends)):
        piece = visible(text[start:end])
        if index % 2:
            name = names[index // 2]
            status = words.get(name["status"], STATUSES[name["status"]])
            said = f"{status}: {visible(name['evidence'])}"
            parts.append([piece, name["status"], said])
        elif piece:
            parts.append(piece)
    return {"parts": parts, "outcome": OUTCOMES[answer["outcome"]], "cut": answer["cut_off"]}


def _within(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    sizes = [len(embedded(row).encode("utf-8", "replace")) for row in rows]
    drawn = sorted(
        range(len(rows)), key=lambda i: unit_hash(b"unghost-page-v1:", f"{i}{rows[i]['question']}")
    )
    kept, total = set(), 0
    for index in drawn:
        total += sizes[index]
        if total > MOST_BYTES:
            break
        kept.add(index)
    return [row for index, row in enumerate(rows) if index in kept]
