"""What a report says in sentences: its headline, its limits, what it rests on, what was invented.

The same sentences head the page, the table of the terminal and the model card.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unghost.evaluate.gates import NO_GHOST, found_no_ghost
from unghost.report.figures import percent

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Headline:
    """The head of a report.

    Attributes:
        tone: ``good``, ``bad`` or ``calm``.
        text: The main figures in one line.
        verdict: Whether the run is a success; empty for a measurement.
        reasons: Why it is none.
        warnings: What limits the figures; they stand before them.
    """

    tone: str
    text: str
    verdict: str
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]


def headline(report: Data) -> Headline:
    """Return the head of a report."""
    heldout = report["heldout"] or {}
    reasons = tuple(report["verdict"]["reasons"])
    tone, verdict = _verdict(report)
    before, after = outcomes(heldout, "before"), outcomes(heldout, "after")
    said = tuple(_warnings(heldout))
    if before is None:
        return Headline(tone, verdict or "Nothing was measured", "", reasons, said)
    parts = [
        f"Invented names in {_was(before, after, 'invented')}",
        f"Says it knows none: {_was(before, after, 'abstained', '')}",
    ]
    kept = (heldout.get("retention") or {}).get("value")
    if kept is not None:
        parts.append(f"Right {report['domain']['plural']} kept: {percent(kept)}")
    elif after is None:
        parts.insert(1, f"Only real names: {_was(before, None, 'real', '')}")
    return Headline(tone, ". ".join(parts) + ".", verdict, reasons, said)


def outcomes(heldout: Data | None, side: str) -> Data | None:
    """Return what became of the questions before or after; None if it was not measured."""
    measured = (heldout or {}).get(f"measured_{side}")
    return measured["outcomes"] if measured and measured["outcomes"]["answers"] else None


def universe(report: Data) -> str:
    """Say what was taken for existing, and of which day."""
    facts = report["universe"]
    decides = facts["complete"] or facts["closed_world"]
    count = f"{facts['count']:,}"
    names = "" if count in facts["label"] else f", {count} names"
    rest = "counts as invented" if decides else "is not judged"
    return f"Judged by {facts['label']}{names}, as of {facts['as_of']}; any other name {rest}."


def scope(report: Data) -> list[str]:
    """Say what was asked, and how."""
    heldout = report["heldout"] or {}
    before = outcomes(heldout, "before")
    if before is None:
        return []
    asked = f"{before['answers']:,} answers to {before['tasks']:,} held-out tasks"
    limits = heldout["measured_before"]["validity"]["limits"]
    tokens = "; ".join(f"{', '.join(part['asks'])}: {part['limit']:,}" for part in limits)
    return [asked, f"greedy, tokens at most: {tokens}", "95 % intervals clustered by task"]


def inventions(measured: Data) -> list[str]:
    """Say what kind of names were invented, and whether they return."""
    made = measured["inventions"]
    if not made["distinct"]:
        return ["No name was invented."]
    said = [
        f"{made['distinct']:,} different names were invented, {made['events']:,} times in all;"
        f" the commonest is {percent(made['top_share'])} of them."
    ]
    said += _exposed(made["exposure"])
    said += _unseen(made["unseen"])
    if made["near"]:
        near = sum(made["near"].get(key, 0) for key in ("1", "2"))
        if near:
            said.append(f"{near:,} of them are one or two letters away from a real name.")
    if made["elsewhere"]:
        kinds = ", ".join(f"{count:,} in {kind}" for kind, count in made["elsewhere"].items())
        said.append(f"Real names of another kind: {kinds}.")
    return said + _persisting(measured["persistence"])


def twins(measured: Data) -> list[str]:
    """Say how impossible tasks were answered, beside solvable ones like them."""
    pairs = measured["twins"]
    if not pairs:
        return []
    values = {key: _value(pairs[key]) for key in pairs if key not in ("pairs", "table")}
    return [
        f"{pairs['pairs']:,} tasks that nothing solves were asked beside solvable ones like them:"
        f" names were invented in {values['invented_impossible']} of the answers, against"
        f" {values['invented_solvable']}.",
        f"It said so where nothing solves the task in {values['honest']} of the answers, and"
        f" declined a solvable task in {values['over_refusal']}.",
    ]


def round_line(
    number: int,
    most: int,
    rates: tuple[float, float],
    kept: float,
    abstains: float,
    seconds: float,
    left: float,
) -> str:
    """Say what a round of training brought, in one line.

    Args:
        number: The round.
        most: Rounds that the run has at most.
        rates: Invented among all names, of the base and after the round; NaN if nothing was named.
        kept: Share of the base's right answers that are kept; NaN if it gave none.
        abstains: Share of the answers that say they know none.
        seconds: What the round took.
        left: Seconds that the run takes further, if it has all its rounds.
    """
    before, after = (_percent(rate) for rate in rates)
    minutes, rest = divmod(round(seconds), 60)
    time = f"{minutes}:{rest:02}"
    if number < most:
        time += f", at most about {max(1, round(left / 60))} min left"
    return (
        f"round {number}/{most}  ghosts {before.removesuffix(' %')} -> {after}"
        f"  right kept {_percent(kept)}  abstains {_percent(abstains)}  {time}"
    )


def _percent(share: float) -> str:
    return "n/a" if math.isnan(share) else percent(share)


def _verdict(report: Data) -> tuple[str, str]:
    if found_no_ghost(report):
        return "good", NO_GHOST[0].upper() + NO_GHOST[1:]
    heldout = report["heldout"] or {}
    if not heldout.get("after") and not any(entry["train"] for entry in report["rounds"]):
        return "calm", ""
    if report["verdict"]["success"]:
        return "good", "Success: fewer invented names, and the price is within its limits"
    return "bad", "Not called a success"


def _was(before: Data, after: Data | None, key: str, of: str = " of answers") -> str:
    old = _value(before[key])
    return f"{old}{of}" if after is None else f"{_value(after[key])}{of}, was {old}"


def _value(estimate: Data) -> str:
    return "n/a" if estimate["value"] is None else percent(estimate["value"])


def _warnings(heldout: Data) -> Iterator[str]:
    both = heldout.get("measured_after") is not None
    for side in ("before", "after"):
        measured = heldout.get(f"measured_{side}")
        for warning in measured["validity"]["warnings"] if measured else ():
            yield f"{side.capitalize()}: {warning}." if both else f"{warning}."


def _exposed(exposure: Sequence[Data]) -> list[str]:
    fresh = {part["names"]: part["fresh"]["value"] for part in exposure}
    if fresh.get(10) is None:
        return []
    more = f", the 100 commonest {percent(fresh[100])}" if fresh.get(100) is not None else ""
    return [
        "Whoever registered the 10 commonest would reach"
        f" {percent(fresh[10])} of the answers to other tasks{more}."
    ]


def _unseen(unseen: Data) -> list[str]:
    share, total = unseen["new_share"]["value"], unseen["all_names"]
    if share is None:
        return []
    text = f"Of further inventions {percent(share)} would be names not met here"
    if total["value"] is not None and total["low"] is not None:
        text += f"; there are at least {total['low']:,.0f} (estimate {total['value']:,.0f})"
    return [text + "."]


def _persisting(again: Data | None) -> list[str]:
    if not again or again["again"]["value"] is None:
        return []
    return [
        f"Asked again up to {again['repeats']:,} times, {_value(again['again'])} of the answers"
        f" invented the same name; {_value(again['always'])} of the names came every time,"
        f" {_value(again['never'])} never again."
    ]
