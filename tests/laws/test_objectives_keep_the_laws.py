from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from unghost.objectives import (
    Objective,
    ObjectiveSettings,
    Term,
    Terms,
    TokenBatch,
    get_objective,
    objective_names,
)
from unghost.testing import (
    LAWS,
    check_laws,
    loss_and_gradient,
    made_up_batch,
    reference_head,
)

CASES = [
    *((name, ObjectiveSettings()) for name in objective_names()),
    ("hybrid", ObjectiveSettings(reinforce_mode="both")),
    ("npo", ObjectiveSettings(beta=2.0)),
]


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("name", "settings"), CASES)
def test_law(name: str, settings: ObjectiveSettings, law: str) -> None:
    LAWS[law](get_objective(name), settings)


@pytest.mark.parametrize("law", [law for law in LAWS if law != "direction"])
def test_anchoring_names_keeps_all_laws_but_the_direction(law: str) -> None:
    LAWS[law](get_objective("hybrid"), ObjectiveSettings(reinforce_mode="kl"))


def test_valid_mass_raises_the_mass_of_allowed_tokens() -> None:
    batch, logits, ref_logits = made_up_batch()
    chosen = get_objective("valid_mass")
    settings = ObjectiveSettings(reinforce=0)
    _, gradient = loss_and_gradient(chosen, settings, batch, logits, ref_logits)
    before, after = (
        reference_head(table, ref_logits, batch, frozenset({"log_z"})).get("log_z")
        for table in (logits, logits - gradient)
    )
    named = batch.allowed[0].diff() > 0
    assert bool((after[named] > before[named]).all())


def _made(terms, needs=("log_p", "log_1mp"), **extra: object) -> Objective:  # type: ignore[no-untyped-def]
    return Objective(
        "mine", terms, frozenset(needs), raises=(), lowers=("suppress",), blame="span", summary=""
    )


def _suppress(value) -> Objective:  # type: ignore[no-untyped-def]
    def function(batch: TokenBatch, settings: ObjectiveSettings) -> Terms:
        return {"suppress": Term(batch.stream("suppress"), value)}

    return _made(function)


def _own_mean(batch: TokenBatch, settings: ObjectiveSettings) -> Terms:
    weights = batch.stream("suppress")
    share = weights / weights.sum()
    return {"suppress": Term(weights, lambda head: share * -head.get("log_1mp"))}


def _no_weights(batch: TokenBatch, settings: ObjectiveSettings) -> Terms:
    ones = torch.ones_like(batch.stream("suppress"))
    return {"suppress": Term(ones, lambda head: head.get("log_p"))}


def _by_place(batch: TokenBatch, settings: ObjectiveSettings) -> Terms:
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
        LAWS[law](broken, ObjectiveSettings())


def test_check_laws_names_objective_and_law() -> None:
    with pytest.raises(AssertionError, match="mine breaks the law zero_weight"):
        check_laws(_made(_no_weights))


def test_check_laws_is_content_with_a_good_one() -> None:
    check_laws(replace(get_objective("ascent"), name="mine"))


def test_an_undeclared_need_is_a_programming_error() -> None:
    with pytest.raises(RuntimeError, match="uses log_1mp"):
        check_laws(replace(get_objective("hybrid"), needs=frozenset({"log_p", "kl"})))
