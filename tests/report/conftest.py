"""A report of a run that never was: figures from seeded draws, ghosts from random letters."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from domain_cases import PACKAGES, ask
from unghost.domains.tasks import Task
from unghost.evaluate.answers import Answer, read_answers
from unghost.evaluate.estimates import paired, proportion
from unghost.evaluate.gates import judge
from unghost.evaluate.measurement import measurement_section
from unghost.evaluate.rates import rates_of
from unghost.records import Completion, Mention, Sampling, Verdict
from unghost.report.answers import shown_answers
from unghost.report.schema import REPORT_VERSION

Report = dict[str, Any]
TASKS = 120


def _columns(rate: float, seed: int, most: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    bottoms = rng.integers(1, most, TASKS).astype(float)
    tops = rng.binomial(bottoms.astype(int), rng.beta(rate * 2 + 1e-9, (1 - rate) * 2, TASKS))
    return tops.astype(float), bottoms


def _estimate(rate: float, seed: int = 0) -> dict[str, Any]:
    return proportion(*_columns(rate, seed)).to_json()


def _number(value: float, spread: float = 0.05) -> dict[str, Any]:
    ends = (value, value * (1 - spread), value * (1 + spread))
    return dict(
        zip(("value", "low", "high"), ends, strict=True),
        hits=value * 100,
        total=100.0,
        clusters=TASKS,
        method="robust",
    )


def make_rates(rate: float, seed: int = 0) -> dict[str, Any]:
    absent = int(rate * 300)
    empty = rates_of([]).to_json()
    one = {
        **empty,
        "rate": _estimate(rate, seed),
        "occurrence_rate": _estimate(rate * 1.1, seed + 3),
        "prompt_rate": _estimate(rate * 0.9, seed + 1),
        "response_rate": _estimate(rate * 1.2, seed + 2),
        "rate_if_unknown_exist": rate * 0.97,
        "rate_if_unknown_absent": rate * 0.97 + 0.03,
        "statuses": {**empty["statuses"], "absent": absent, "exists": 300 - absent, "unknown": 9},
        "names_per_answer": _number(2.31),
        "names_per_naming_answer": _number(2.44),
        "names": 309,
        "distinct_names": 171,
        "top_share": 0.031,
        "answers": 134,
        "prompts": 120,
        "classes": {**empty["classes"], "naming": 127, "abstention": 4, "empty": 1, "unparsed": 2},
        "truncated": 3,
        "looped": 1,
        "thinking": 0,
    }
    parts = {"packages": one, "code": one}
    return {**one, "by_asks": parts, "by_gold": {"known": one, "unknown": one}}


def made_answers(invented: int, none: int, cut: int = 2) -> tuple[list[Answer], list[Mention]]:
    """Answer 120 tasks: so many with a ghost, so many that know none, so many cut off."""
    prompts, tasks, records = [], [], ([], [], [])  # type: ignore[var-annotated]
    for i in range(TASKS):
        task = Task(
            f"t{i}", f"task {i}", gold="flask", right=("flask",), level=("everyday", "rare")[i % 2]
        )
        asks = ("packages", "code")[i % 4 == 0]
        prompt = ask(
            task.text, asks=asks, task_id=task.id, family="f", operator="o", split="heldout"
        )
        name, status = ("flask", "exists") if i >= invented else (f"qzv-{i % 9}plotrix", "absent")
        abstains = invented <= i < invented + none
        text = "I know no package for this." if abstains else f"Use {name} for it."
        reason = "length" if i < cut else "stop"
        records[0].append(
            Completion(f"c{i}", prompt.id, "m", 0, 0, text, reason, Sampling())  # type: ignore[arg-type]
        )
        if not abstains:
            at = (4, 4 + len(name))
            records[1].append(Mention(f"m{i}", f"c{i}", *at, 1, 5, name, name, "pypi", "list"))
            records[2].append(Verdict(f"m{i}", name, status, "name", "s", "2026-04-01"))  # type: ignore[arg-type]
        prompts.append(prompt)
        tasks.append(task)
    return read_answers(prompts, *records, PACKAGES, tasks), records[1]


def _heldout() -> dict[str, Any]:
    before, after = _columns(0.38, 0), _columns(0.05, 0)
    kept = _number(0.991, 0.006)
    match = {"before": _estimate(0.97), "after": _estimate(0.96)}
    return {
        "before": make_rates(0.38),
        "after": make_rates(0.05),
        "measured_before": measurement_section(made_answers(45, 2)[0], domain=PACKAGES).to_json(),
        "measured_after": measurement_section(made_answers(6, 41)[0], domain=PACKAGES).to_json(),
        "cut": paired(before, after, "cut").to_json(),
        "difference": paired(before, after, "difference").to_json(),
        "retention": kept,
        "recall": {"tuned": _number(0.9), "again": _number(0.93), "ratio": _number(0.968)},
        "fit": {
            "before": _number(0.412),
            "after": _number(0.418),
            "difference": {**_number(0.006), "low": -0.01, "high": 0.02},
            "shuffled_before": _number(0.021),
            "shuffled_after": _number(0.023),
            "rated_before": 0.97,
            "rated_after": 0.98,
        },
        "names_ratio": _number(0.97),
        "names_ratio_answering": _number(0.99),
        "known_right": {"before": _estimate(0.86), "after": _estimate(0.85)},
        "perplexity": {
            "before": _number(3.21),
            "after": _number(3.22),
            "change": _number(1.004, 0.003),
        },
        "exact_match": {**match, "change": {**_number(0.01), "low": -0.03, "high": 0.02}},
        "drift": {"names": _number(0.81), "others": _number(0.043), "ratio": _number(0.053)},
        "prone": {
            "prompts": 61,
            "selection": "chosen because the base made a ghost on them",
            "before": make_rates(0.71),
            "after": make_rates(0.12),
            "cut": _number(0.83),
        },
    }


def _round(number: int, rate: float, right: float) -> dict[str, Any]:
    arms = [
        {
            "arm": f"seed-{i}/rarer-task",
            "prompts": 40,
            "new_ghosts": 20 - 5 * i,
            "yield": 9.0 - 2 * i,
        }
        for i in range(4)
    ]
    discover = {
        "prompts": 160,
        "completions": 640,
        "new_ghosts": 50 - 9 * number,
        "yield": 7.4 / (number + 1),
        "arms": arms,
    }
    train = {"terms": {"suppress": 0.8, "retain": 0.01}, "tokens": 20480, "seconds": 31.0}
    return {
        "round": number,
        "validate": {**make_rates(rate, number), "known_right": _estimate(right, number)},
        "discover": discover if number else None,
        "train": train if number else None,
    }


@pytest.fixture(scope="session")
def _whole() -> Report:
    rounds = [_round(i, *pair) for i, pair in enumerate([(0.38, 0.86), (0.21, 0.85), (0.06, 0.85)])]
    report: Report = {
        "version": REPORT_VERSION,
        "created": "2026-01-02T03:04:05Z",
        "run": "demo",
        "model": "tiny-test-bed",
        "domain": {"name": "packages", **PACKAGES.words.to_json()},
        "universe": {
            "label": "pypi demo",
            "as_of": "2026-04-01",
            "count": 12345,
            "complete": False,
            "closed_world": True,
        },
        "config": {"train": {"lr": 1e-4, "lora": {"r": 16}}, "objective": "hybrid"},
        "versions": {"unghost": "0.1.0", "torch": "2.13"},
        "seed": 7,
        "rounds": rounds,
        "heldout": _heldout(),
        "answers": shown_answers(*made_answers(45, 2), *made_answers(6, 41)),
        "verdict": {"success": True, "reasons": []},
        "stopping": "the upper bound of the rate on validate is under the target",
    }
    return report


@pytest.fixture
def report(_whole: Report) -> Report:
    """A successful run; each test gets a copy of its own."""
    return copy.deepcopy(_whole)


@pytest.fixture
def without_ghosts(report: Report) -> Report:
    """A run that met no ghost."""
    clean = make_rates(0.0)
    entry = {**report["rounds"][0], "validate": {**clean, "known_right": None}}
    report["rounds"] = [entry]
    heldout = dict.fromkeys(report["heldout"])
    measured = measurement_section(made_answers(0, 3)[0]).to_json()
    report["heldout"] = {**heldout, "before": clean, "measured_before": measured}
    report["answers"] = []
    report["stopping"] = "no ghost found"
    return report


@pytest.fixture
def measurement(report: Report) -> Report:
    """A measurement of one model, many of whose answers were cut off."""
    heldout = dict.fromkeys(report["heldout"])
    measured = measurement_section(made_answers(45, 2, cut=30)[0], domain=PACKAGES).to_json()
    heldout |= {"before": report["heldout"]["before"], "measured_before": measured}
    empty = {"rounds": [], "answers": shown_answers(*made_answers(45, 2, cut=30)), "stopping": ""}
    return {**report, **empty, "heldout": heldout}


@pytest.fixture
def failed(report: Report) -> Report:
    """A run that cut the rate and paid with what the model knew."""
    report["heldout"]["retention"] = _number(0.61)
    report["heldout"]["perplexity"]["change"] = _number(1.08)
    reasons = judge(report)
    report["verdict"] = {"success": False, "reasons": reasons}
    return report
