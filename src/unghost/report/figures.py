"""The figures of a report as rows of words, the same for the page and for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

NONE = "n/a"
COUNTS = ("Answers", "Occurrences")
"""Titles of the groups that hold counts, not estimates."""
PRICE = "What it cost"
"""Title of the group that holds the price of a cut."""
GROUPINGS = {
    "asks": "by kind of question",
    "level": "by level of the task",
    "popularity": "by popularity",
    "topic": "by topic",
}
"""The groupings of a measurement, in words."""
Format = Callable[[float], str]
Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure before and after, its change, and what it means."""

    label: str
    before: str
    after: str
    change: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading."""

    title: str
    rows: tuple[Row, ...]


def percent(value: float) -> str:
    """Write a share in percent."""
    return f"{100 * value:.1f} %"


def number(value: float) -> str:
    """Write a number with three significant digits or two decimals, whichever is more."""
    return f"{value:.3f}" if abs(value) < 1 else f"{value:,.2f}"


def points(value: float) -> str:
    """Write a difference of shares in percentage points."""
    return f"{100 * value:+.1f} pp"


def show(estimate: Data | None, style: Format = percent) -> str:
    """Write an estimate with its interval."""
    if estimate is None or estimate["value"] is None:
        return NONE
    text = style(estimate["value"])
    if estimate["low"] is None and estimate["high"] is None:
        return text
    low, high = (
        NONE if x is None else style(x).removesuffix(" %").removesuffix(" pp")
        for x in (estimate["low"], estimate["high"])
    )
    return f"{text} [{low}, {high}]"


def groups(report: Data) -> list[Group]:
    """Return all figures on held-out tasks, those that matter most first."""
    heldout = report["heldout"]
    if not heldout:
        return []
    made = [
        _ghosts(heldout),
        _price(heldout),
        _elsewhere(heldout),
        _answers(heldout, report["domain"]),
        _counts(heldout, report["domain"]),
        *_by(heldout),
    ]
    return [group for group in made if group.rows]


def main_rows(report: Data) -> list[Row]:
    """Return the figures to begin with, at most eight; none if nothing was measured."""
    heldout = report["heldout"] or {}
    before, after = (heldout.get(f"measured_{side}") for side in ("before", "after"))
    if not before or not before["outcomes"]["answers"]:
        return []

    def share(label: str, key: str) -> Row:
        return Row(
            label,
            show(before["outcomes"][key]),
            show(after["outcomes"][key]) if after else "",
        )

    rows = [
        share("Answers with an invented name", "invented"),
        share("Answers with only real names", "real"),
        share("Answers that say it knows none", "abstained"),
        Row(
            "Invented among all names",
            show(heldout["before"]["rate"]),
            _side(heldout["after"], "rate"),
            _labelled("cut", heldout["cut"]),
        ),
    ]
    if heldout["retention"]:
        rows.append(Row("Right answers kept", "", show(heldout["retention"])))
    if before["outcomes"]["right"]["value"] is not None:
        rows.append(share("Answers that name a right one", "right"))
    first, second = (f"{m['inventions']['distinct']:,}" if m else "" for m in (before, after))
    rows.append(Row("Different invented names", first, second))
    return [*rows, share("Answers that were cut off", "cut_off")]


def _ghosts(heldout: Data) -> Group:
    before, after = heldout["before"], heldout["after"]
    rows = [
        Row(
            "Ghost rate, by name",
            show(before["rate"]),
            _side(after, "rate"),
            _labelled("cut", heldout["cut"]),
            "ghosts among all names that could be decided, each once an answer",
        ),
        Row(
            "Ghost rate, by occurrence",
            show(before["occurrence_rate"]),
            _side(after, "occurrence_rate"),
            "",
            "the same over all mentions, loops aside",
        ),
        Row(
            "Ghost rate, by prompt",
            show(before["prompt_rate"]),
            _side(after, "prompt_rate"),
            "",
            "mean of the rate within each prompt",
        ),
        Row(
            "Answers with a ghost",
            show(before["response_rate"]),
            _side(after, "response_rate"),
            "",
            "share of all answers that hold at least one",
        ),
        *(
            Row(
                f"Ghost rate, unknown as {words}",
                _share(before[f"rate_if_unknown_{end}"]),
                _share(after[f"rate_if_unknown_{end}"]) if after else "",
                "",
                f"the rate by name if every undecided name {words}",
            )
            for end, words in (("exist", "real"), ("absent", "invented"))
        ),
    ]
    rows += _parts(before, after)
    prone = heldout["prone"]
    if prone:
        rows.append(
            Row(
                f"Prone prompts ({prone['prompts']})",
                show(prone["before"]["rate"]),
                show(prone["after"]["rate"]),
                _labelled("cut", prone["cut"]),
                prone["selection"],
            )
        )
    return Group("Ghosts", tuple(rows))


def _parts(before: Data, after: Data | None) -> list[Row]:
    titles = {"by_asks": " on", "by_gold": ", right name"}
    return [
        Row(
            f"Ghost rate{title} {name}",
            show(part["rate"]),
            _side((after or {}).get(key, {}).get(name), "rate"),
        )
        for key, title in titles.items()
        for name, part in before[key].items()
        if len(before[key]) > 1
    ]


def _by(heldout: Data) -> list[Group]:
    """Return the share of answers with an invented name in the groups of each grouping."""
    before, after = (heldout[f"measured_{side}"] for side in ("before", "after"))
    made = []
    for key, title in GROUPINGS.items():
        parts = before["by"].get(key, {}) if before else {}
        others = after["by"].get(key, {}) if after else {}
        rows = [
            Row(name, show(part["invented"]), _side(others.get(name), "invented"))
            for name, part in parts.items()
        ]
        if len(rows) > 1:
            made.append(Group(f"Invented, {title}", tuple(rows)))
    return made


def _price(heldout: Data) -> Group:
    before, after = heldout["before"], heldout["after"]
    rows = []
    if heldout["retention"]:
        text = "share of the base's right answers still given, greedy"
        rows.append(Row("Right answers kept", "", show(heldout["retention"]), "", text))
    right = heldout["known_right"]
    if right:
        text = "greedy answers that give the right name, where the model was taught it"
        rows.append(Row("Known tasks right", show(right["before"]), show(right["after"]), "", text))
    recall = heldout["recall"]
    if recall:
        text = "base's valid names that are named again; before: by a second run of the base"
        change = _labelled("ratio", recall["ratio"])
        rows.append(
            Row("Recall of valid names", show(recall["again"]), show(recall["tuned"]), change, text)
        )
    rows += _fit_rows(heldout["fit"])
    ratio = _labelled("ratio", heldout["names_ratio"])
    rows.append(
        Row(
            "Names per answer",
            show(before["names_per_answer"], number),
            _side(after, "names_per_answer", number),
            ratio,
            "over all answers, empty ones and abstentions too",
        )
    )
    rows.append(
        Row(
            "Names per naming answer",
            show(before["names_per_naming_answer"], number),
            _side(after, "names_per_naming_answer", number),
        )
    )
    if heldout["names_ratio_answering"]:
        rows.append(
            Row(
                "Names per non-abstaining answer",
                "",
                "",
                _labelled("ratio", heldout["names_ratio_answering"]),
            )
        )
    return Group(PRICE if after else "Names", tuple(rows))


def _fit_rows(fit: Data | None) -> list[Row]:
    if not fit:
        return []
    control = "the same names held against other tasks: what chance alone would give"
    return [
        Row(
            "Fit to the task",
            show(fit["before"], number),
            show(fit["after"], number),
            show(fit["difference"], lambda x: f"{x:+.3f}"),
            "overlap of keywords of the task and of the name given (Jaccard)",
        ),
        Row(
            "Fit, shuffled control",
            show(fit["shuffled_before"], number),
            show(fit["shuffled_after"], number),
            "",
            control,
        ),
        Row("Names with known keywords", _share(fit["rated_before"]), _share(fit["rated_after"])),
    ]


def _elsewhere(heldout: Data) -> Group:
    rows = []
    perplexity, match, drift = heldout["perplexity"], heldout["exact_match"], heldout["drift"]
    if perplexity:
        rows.append(
            Row(
                "Perplexity",
                show(perplexity["before"], number),
                show(perplexity["after"], number),
                show(_minus_one(perplexity["change"]), lambda x: f"{100 * x:+.2f} %"),
                "of texts that are not about the names",
            )
        )
    if match:
        rows.append(
            Row(
                "Exact match",
                show(match["before"]),
                show(match["after"]),
                show(match["change"], points),
                "greedy answers equal to the expected ones",
            )
        )
    if drift:
        text = "KL(base || tuned) in nats per token"
        rows.append(Row("Drift on names", "", show(drift["names"], number), "", text))
        rows.append(
            Row(
                "Drift on all other tokens",
                "",
                show(drift["others"], number),
                _labelled("ratio", drift["ratio"]),
                text,
            )
        )
    return Group("Elsewhere", tuple(rows))


def _answers(heldout: Data, domain: Data) -> Group:
    before, after = heldout["before"], heldout["after"]

    def row(label: str, count: Callable[[Data], object], text: str = "") -> Row:
        return Row(label, str(count(before)), str(count(after)) if after else "", "", text)

    rows = [
        row("Prompts", lambda r: f"{r['prompts']:,}"),
        row("Answers", lambda r: f"{r['answers']:,}"),
    ]
    words = {
        "naming": f"Name a {domain['noun']}",
        "uncounted": domain["uncounted"],
        "abstention": "Say that they know none",
        "refusal": "Decline to answer",
        "empty": "Empty",
        "unparsed": "No name found in the text",
    }
    rows += [row(text, lambda r, k=kind: r["classes"][k]) for kind, text in words.items() if text]  # type: ignore[misc]
    rows += [
        row("Cut off by the token cap", lambda r: r["truncated"], "of any class above"),
        row("In a loop of names", lambda r: r["looped"], "of any class above; each counts once"),
        row("With a thinking part", lambda r: r["thinking"], "in which no name is counted"),
        row("Distinct names", lambda r: f"{r['distinct_names']:,}"),
        row("Share of the most frequent name", lambda r: _share(r["top_share"])),
    ]
    return Group("Answers", tuple(rows))


def _counts(heldout: Data, domain: Data) -> Group:
    before, after = heldout["before"], heldout["after"]
    words = {"exists": "exist", "absent": "ghosts", "unknown": "unknown", **domain["statuses"]}
    rows = [
        Row(
            f"Names: {word}",
            str(before["statuses"][status]),
            str(after["statuses"][status]) if after else "",
        )
        for status, word in words.items()
    ]
    total = str(after["names"]) if after else ""
    rows.insert(0, Row(f"Names of {domain['plural']}", str(before["names"]), total))
    for how, word in domain["resolved"].items():
        counts = [str(rates["resolved"][how]) if rates else "" for rates in (before, after)]
        rows.append(Row(f"Exist {word}", *counts))
    return Group("Occurrences", tuple(rows))


def _side(rates: Data | None, key: str, style: Format = percent) -> str:
    return show(rates[key], style) if rates else ""


def _labelled(label: str, estimate: Data | None) -> str:
    return f"{label} {show(estimate)}" if estimate and estimate["value"] is not None else ""


def _share(value: float | None) -> str:
    return NONE if value is None else percent(value)


def _minus_one(estimate: Data) -> dict[str, Any]:
    ends = {k: None if estimate[k] is None else estimate[k] - 1 for k in ("value", "low", "high")}
    return {**estimate, **ends}
