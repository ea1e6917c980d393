from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
import torch

from unghost.objectives import OBJECTIVES, Objective, Term, Terms, TokenBatch
from unghost.testing import (
    LAWS,
    check_laws,
    head_of,
    loss_and_gradient,
    made_up_batch,
)

CASES: list[tuple[str, dict[str, object]]] = [
    *((name, {}) for name in OBJECTIVES.names()),
    ("hybrid", {"reinforce_mode": "both"}),
    ("npo", {"beta": 2.0}),
]


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("name", "settings"), CASES)
def test_law(name: str, settings: dict[str, object], law: str) -> None:
    objective = OBJECTIVES.get(name)
    LAWS[law](objective, objective.make_settings(settings))


@pytest.mark.parametrize("law", [law for law in LAWS if law != "direction"])
def test_anchoring_names_keeps_all_laws_but_the_direction(law: str) -> None:
    hybrid = OBJECTIVES.get("hybrid")
    LAWS[law](hybrid, hybrid.make_settings({"reinforce_mode": "kl"}))


def test_valid_mass_raises_the_mass_of_allowed_tokens() -> None:
    batch, logits, ref_logits = made_up_batch()
    chosen = OBJECTIVES.get("valid_mass")
    settings = chosen.make_settings({"reinforce": 0})
    _, gradient = loss_and_gradient(chosen, settings, batch, logits, ref_logits)
    before, after = (
        head_of(table, ref_logits, batch, ["log_z"]).get("log_z")
        for table in (logits, logits - gradient)
    )
    named = batch.allowed[0].diff() > 0
    assert bool((after[named] > before[named]).all())


@dataclass(frozen=True)
class NoSettings:
    """An objective without settings."""


def _made(terms, needs=("log_p", "log_1mp")) -> Objective:  # type: ignore[no-untyped-def]
    return Objective(
        "mine",
        terms,
        NoSettings,
        frozenset(needs),
        raises=(),
        lowers=("suppress",),
        blame="span",
        summary="",
    )


def _suppress(value) -> Objective:  # type: ignore[no-untyped-def]
    def function(batch: TokenBatch, settings: NoSettings) -> Terms:
        return {"suppress": Term(batch.stream("suppress"), value)}

    return _made(function)


def _own_mean(batch: TokenBatch, settings: NoSettings) -> Terms:
    weights = batch.stream("suppress")
    share = weights / weights.sum()
    return {"suppress": Term(weights, lambda head: share * -head.get("log_1mp"))}


def _no_weights(batch: TokenBatch, settings: NoSettings) -> Terms:
    ones = torch.ones_like(batch.stream("suppress"))
    return {"suppress": Term(ones, lambda head: head.get("log_p"))}


def _by_place(batch: TokenBatch, settings: NoSettings) -> Terms:
    place = torch.arange(len(batch)).double()
    return {"suppress": Term(batch.stream("suppress"), lambda head: place * head.get("log_p"))}


@pytest.mark.parametrize(
    ("broken", "law"),
    [
        (_made(_no_weights), "zero_weight"),
        (_made(_by_place), "permutation"),
        (_made(_own_mean), "split"),
        (_suppress(lambda head: -torch.log1p(-head.get("log_p").exp())), "bounded"),
        (_suppress(lambda head: 1 / (1 - head.get("log_p").exp())), "bounded"),
        (_suppress(lambda head: head.get("log_p").detach() * head.get("log_p")), "gradcheck"),
        (_suppress(lambda head: -head.get("log_p")), "direction"),
    ],
)
def test_a_broken_objective_is_found_out(broken: Objective, law: str) -> None:
    with pytest.raises(AssertionError):
        LAWS[law](broken, NoSettings())


def test_check_laws_names_objective_and_law() -> None:
    with pytest.raises(AssertionError, match="mine breaks the law zero_weight"):
        check_laws(_made(_no_weights))


def test_check_laws_is_content_with_a_good_one() -> None:
    check_laws(replace(OBJECTIVES.get("ascent"), name="mine"))


def test_an_undeclared_need_is_a_programming_error() -> None:
    with pytest.raises(RuntimeError, match="uses log_1mp"):
        check_laws(replace(OBJECTIVES.get("hybrid"), needs=frozenset({"log_p", "kl"})))
