"""Gates that a user states for a comparison: a figure, a comparison sign and a number.

``answers_with_ghost<=0.02`` looks at the tuned model, ``humaneval_plus>=-0.01`` at a change.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unghost.errors import UnghostError

_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_FORM = re.compile(r"\s*([a-z_]+)\s*(<=|>=|<|>)\s*(\S+)\s*")
_CODING = ("humaneval", "humaneval_plus", "mbpp", "mbpp_plus")

FIGURES: dict[str, str] = {
    "answers_with_ghost": "share of the tuned model's answers that invent a name",
    "package_rate": "share of the names in the tuned model's answers that are invented",
    "right_kept": "share of the base's right answers that the tuned model still gives",
    "names_ratio": "names per answer, tuned / base",
    "names_ratio_answering": "the same without answers that say they know none",
    "abstains": "share of the tuned model's answers that say they know none",
    "answers_with_ghost_change": "answers_with_ghost, tuned - base",
    "humaneval": "HumanEval pass@1, tuned - base",
    "humaneval_plus": "HumanEval+ pass@1, tuned - base",
    "mbpp": "MBPP pass@1, tuned - base",
    "mbpp_plus": "MBPP+ pass@1, tuned - base",
    "perplexity": "perplexity of the given texts, tuned - base",
    "drift_names": "KL(base || tuned) in nats a token, on names",
    "drift_code": "the same on code outside of names and install commands",
    "drift_prose": "the same on other text",
}
"""Every figure that a gate may name, and what it is."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A stated gate: ``figure sign bound``."""

    figure: str
    sign: str
    bound: float

    @property
    def text(self) -> str:
        """The gate as it may be written."""
        return f"{self.figure}{self.sign}{self.bound:g}"


def parse_limit(text: str) -> Limit:
    """Read a gate such as ``names_ratio>=0.95``.

    Raises:
        UnghostError: It is not of that form, or names an unknown figure.
    """
    found = _FORM.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        bound = float(found[3])
        if not math.isfinite(bound):
            raise ValueError
    except ValueError:
        raise UnghostError(
            f"the gate {text!r} is not of the form figure<=number: take one of <=, >=, <, >, as in"
            " answers_with_ghost<=0.02"
        ) from None
    if found[1] not in FIGURES:
        raise UnghostError(f"no gate is named {found[1]!r}: take one of {', '.join(FIGURES)}")
    return Limit(found[1], found[2], bound)


def check_limits(limits: Sequence[Limit], report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Hold the figures of a comparison against the stated gates.

    Args:
        limits: The gates.
        report: A report with ``heldout`` and ``comparison``.

    Returns:
        For each its ``gate``, the ``value``, None where it was not measured, and whether it
        ``holds``; what was not measured does not.
    """
    results = []
    for limit in limits:
        value = figure(report, limit.figure)
        holds = value is not None and _SIGNS[limit.sign](value, limit.bound)
        results.append({"gate": limit.text, "value": value, "holds": holds})
    return results


def figure(report: Mapping[str, Any], name: str) -> float | None:
    """Return one of :data:`FIGURES` of a comparison, None if it was not measured."""
    heldout, comparison = report["heldout"], report["comparison"]
    after = heldout["after"]
    if name in _CODING:
        found = [part["figures"].get(name) for part in comparison["coding"]]
        return next((_value(part["change"]) for part in found if part), None)
    if name.startswith("drift_"):
        classes = (comparison["drift"] or {}).get("classes", {})
        return _value(classes.get(name.removeprefix("drift_")))
    if name == "perplexity":
        change = heldout["perplexity"] or {}
        before, tuned = (_value(change.get(side)) for side in ("before", "after"))
        return None if before is None or tuned is None else tuned - before
    if name == "abstains":
        answers = after["answers"]
        return after["classes"]["abstention"] / answers if answers else None
    places = {
        "answers_with_ghost": comparison["answers_with_ghost"]["after"],
        "answers_with_ghost_change": comparison["answers_with_ghost"]["change"],
        "package_rate": after["rate"],
        "right_kept": heldout["retention"],
        "names_ratio": heldout["names_ratio"],
        "names_ratio_answering": heldout["names_ratio_answering"],
    }
    return _value(places[name])


def _value(estimate: Mapping[str, Any] | None) -> float | None:
    value = None if estimate is None else estimate["value"]
    return None if value is None else float(value)
