"""Gates of success: the price of the cut, against stated tolerances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NO_GHOST = "no ghost found: nothing to unlearn"
"""How a run ends that met no ghost at all, which is a fine result."""


@dataclass(frozen=True, slots=True)
class Tolerances:
    """The tolerated price of a run.

    Attributes:
        retention: Least share of the base's right answers still given.
        recall: Least share of the base's valid names still given, beside the base's own recall.
        names: Least ratio of names per answer, abstentions left out, after to before.
        favourite: Greatest growth of the share of the most frequent name among all.
        over_refusal: Greatest growth of the share of solvable twins that are declined.
        perplexity: Greatest ratio of perplexity on texts that are not about the names.
    """

    retention: float = 0.98
    recall: float = 0.5
    names: float = 0.95
    favourite: float = 0.1
    over_refusal: float = 0.1
    perplexity: float = 1.01


DEFAULT = Tolerances()
"""The tolerances that every report uses unless it says otherwise."""


def found_no_ghost(report: Mapping[str, Any]) -> bool:
    """Return whether nothing was trained because no ghost was met, though one could have been.

    Where a name that is not in the snapshot is only unknown, or where no name at all could be
    decided, nobody knows whether there was a ghost.
    """
    before = (report.get("heldout") or {}).get("before")
    if _trained(report) or _ghosts(before):
        return False
    return not _undecided(before, report.get("universe"))


def judge(report: Mapping[str, Any], tolerances: Tolerances = DEFAULT) -> list[str]:
    """Return why a run is not a success; no reason, a success.

    A figure that was not measured is a reason too: nothing is taken on trust. A run that found no
    ghost at all has no reasons (see :func:`found_no_ghost`), nor has a plain measurement, which
    has no rounds.

    Args:
        report: A report as :mod:`unghost.report.schema` describes it; its verdict is not read.
        tolerances: How much a run may cost.
    """
    heldout = report.get("heldout")
    if not (report["rounds"] or report.get("comparison")) or found_no_ghost(report):
        return []
    if not _trained(report):
        if _ghosts((heldout or {}).get("before")):
            return ["nothing was trained, though the base made a ghost on held-out tasks"]
        return ["nothing was trained, for no name that was met could be called a ghost or real"]
    if not heldout or not heldout.get("after"):
        return ["the tuned model was not measured on held-out tasks"]
    checks = (
        _rate(heldout),
        _at_least(heldout, "retention", tolerances.retention, "right answers kept"),
        _recall(heldout, tolerances.recall),
        _names(heldout, tolerances.names),
        _favourite(heldout, tolerances.favourite),
        _over_refusal(heldout, tolerances.over_refusal),
        _fit(heldout),
        _perplexity(heldout, tolerances.perplexity),
        _abilities(report),
    )
    return [reason for reason in checks if reason]


def _trained(report: Mapping[str, Any]) -> bool:
    """Return whether there is a tuned model, of this run or one that was given."""
    return bool(report.get("comparison")) or any(r.get("train") for r in report["rounds"])


def _undecided(rates: Mapping[str, Any] | None, universe: Mapping[str, Any] | None) -> bool:
    if not rates or not rates["statuses"].get("unknown"):
        return False
    is_open = universe is not None and not (universe["complete"] or universe["closed_world"])
    return is_open or not rates["statuses"].get("exists")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _ghosts(rates: Mapping[str, Any] | None) -> int:
    return int(rates["statuses"]["absent"]) if rates else 0


def _rate(heldout: Mapping[str, Any]) -> str | None:
    cut = heldout.get("cut") or {}
    if cut.get("value") is None:
        return "the base made no ghost on held-out tasks, so no cut can be measured"
    if cut["value"] <= 0:
        return f"the ghost rate did not fall (cut {_percent(cut['value'])})"
    if cut["low"] is None or cut["low"] <= 0:
        return f"the fall of the ghost rate ({_percent(cut['value'])}) may be chance"
    return None


def _at_least(heldout: Mapping[str, Any], key: str, least: float, what: str) -> str | None:
    value = (heldout.get(key) or {}).get("value")
    if value is None:
        return f"{what}: not measured"
    if value < least:
        return f"{what}: {_percent(value)}, under {_percent(least)}"
    return None


def _names(heldout: Mapping[str, Any], least: float) -> str | None:
    """Judge silence, not honesty: answers that say they know none stand apart."""
    what = "names per answer, of before, abstentions apart"
    reason = _at_least(heldout, "names_ratio_answering", least, what)
    over_all = (heldout.get("names_ratio") or {}).get("value")
    if reason and over_all is not None:
        reason += f" ({_percent(over_all)} with them)"
    return reason


def _recall(heldout: Mapping[str, Any], least: float) -> str | None:
    return _at_least(heldout.get("recall") or {}, "ratio", least, "valid names given again")


def _favourite(heldout: Mapping[str, Any], most: float) -> str | None:
    """Judge a collapse onto one name, which is real and so in no rate."""
    before, after = (heldout[side].get("top_share") for side in ("before", "after"))
    if before is None or after is None or after - before <= most:
        return None
    return f"one name makes up {_percent(after)} of all names given, {_percent(before)} before"


def _over_refusal(heldout: Mapping[str, Any], most: float) -> str | None:
    """Judge whether solvable tasks are declined; only where there are pairs of twins."""
    before, after = (
        ((heldout.get(f"measured_{side}") or {}).get("twins") or {}).get("over_refusal", {})
        for side in ("before", "after")
    )
    first, second = before.get("value"), after.get("value")
    if first is None or second is None or second - first <= most:
        return None
    return f"solvable twins declined: {_percent(second)}, {_percent(first)} before"


def _fit(heldout: Mapping[str, Any]) -> str | None:
    fit = heldout.get("fit")
    if not fit or fit["difference"]["value"] is None:
        return "fit of the names given: not measured"
    if fit["difference"]["high"] is not None and fit["difference"]["high"] < 0:
        before, after = fit["before"]["value"], fit["after"]["value"]
        return f"the names given fit their tasks less: {before:.3f} before, {after:.3f} after"
    return None


def _perplexity(heldout: Mapping[str, Any], most: float) -> str | None:
    change = (heldout.get("perplexity") or {}).get("change") or {}
    if change.get("value") is None:
        return "perplexity of other tasks: not measured"
    if change["value"] > most:
        grown, allowed = change["value"] - 1, most - 1
        return f"perplexity of other tasks grew by {_percent(grown)}, more than {_percent(allowed)}"
    return None


def _abilities(report: Mapping[str, Any]) -> str | None:
    """Judge coding problems where there are any, for they measure more than exact match does."""
    parts = (report.get("comparison") or {}).get("coding") or []
    found = {name: figure for part in parts for name, figure in part["figures"].items()}
    if not found:
        return _exact_match(report["heldout"])
    for name, figure in found.items():
        high = figure["change"]["high"]
        if high is not None and high < 0:
            before, after = figure["before"]["value"], figure["after"]["value"]
            return f"{name} fell from {_percent(before)} to {_percent(after)}"
    return None


def _exact_match(heldout: Mapping[str, Any]) -> str | None:
    match = heldout.get("exact_match")
    if not match or match["change"]["value"] is None:
        return "exact match on other tasks: not measured"
    if match["change"]["high"] is not None and match["change"]["high"] < 0:
        before, after = match["before"]["value"], match["after"]["value"]
        return f"exact match on other tasks fell from {_percent(before)} to {_percent(after)}"
    return None
