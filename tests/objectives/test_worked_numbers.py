"""Numbers worked out by hand (mpmath, 20 digits), on one row of logits."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from unghost.objectives import OBJECTIVES, HeadOutput, TokenBatch
from unghost.testing import head_of, weight_sums, whole_loss

LOGITS, REFERENCE = (2.0, 0.0, 1.0), (1.0, 0.0, 1.0)
# p = (0.6652409558, 0.0900305732, 0.2447284711), p_ref = (0.4223187983, 0.1553624035, 0.4223187983)
CE = (0.4076059644, 2.4076059644, 1.4076059644)
UNLIKELIHOOD = (1.09434427692616, 0.09434427692616)
KL = 0.1232923621
ROWS = ("suppress", "suppress", "reinforce", "stop", "retain", "distill")
TARGETS = (0, 1, 2, 0, 1, 2)


def batch(**streams: list[float]) -> TokenBatch:
    weights = {name: [float(row == name) for row in ROWS] for name in set(ROWS)} | streams
    return TokenBatch(
        targets=torch.tensor(TARGETS),
        sequence=torch.zeros(6, dtype=torch.long),
        task=torch.zeros(6, dtype=torch.long),
        segment=torch.tensor([0, 0, 1, -1, -1, -1]),
        streams={
            name: torch.tensor(column, dtype=torch.float64) for name, column in weights.items()
        },
        count=torch.ones(6),
        allowed=(torch.tensor([0, 2, 4, 4, 4, 4, 4]), torch.tensor([1, 2, 0, 1])),
    )


def terms(name: str, data: TokenBatch | None = None, **settings: float | str) -> dict[str, float]:
    """Return each term's weighted mean times its coefficient."""
    data = data or batch()
    objective = OBJECTIVES.get(name)
    made = objective(data, objective.make_settings(settings))
    head = head_of(*tables(), data, objective.needs)
    sums = weight_sums([made])
    return {
        name: float(term.coefficient * (term.weights * term.values(head)).sum() / sums[name])
        for name, term in made.items()
    }


def tables() -> tuple[torch.Tensor, torch.Tensor]:
    logits, reference = (torch.tensor([row] * 6).double() for row in (LOGITS, REFERENCE))
    return logits, reference


def close(value: dict[str, float]) -> object:
    return pytest.approx(value, abs=2e-10)


SKELETON = {"reinforce": CE[2], "stop": 2 * CE[0]}


def test_hybrid() -> None:
    suppressed = 0.5 * (UNLIKELIHOOD[0] + UNLIKELIHOOD[1]) / 2
    assert terms("hybrid") == close(
        {**SKELETON, "suppress": suppressed, "retain": KL, "distill": CE[2]}
    )


@pytest.mark.parametrize(
    ("mode", "names"),
    [("ce", {"reinforce"}), ("kl", {"anchor"}), ("both", {"reinforce", "anchor"})],
)
def test_reinforce_modes(mode: str, names: set[str]) -> None:
    found = terms("hybrid", reinforce_mode=mode, reinforce=3.0)
    assert set(found) - {"suppress", "stop", "retain", "distill"} == names
    wanted = {"reinforce": 3 * CE[2], "anchor": 3 * KL}
    assert {name: found[name] for name in names} == close({name: wanted[name] for name in names})


def test_signed_credit_weighs_the_mean() -> None:
    found = terms("hybrid", data=batch(suppress=[0.6, 0.2, 0, 0, 0, 0]))
    wanted = 0.5 * (0.75 * UNLIKELIHOOD[0] + 0.25 * UNLIKELIHOOD[1])
    assert found["suppress"] == pytest.approx(wanted, abs=2e-10)


def test_valid_mass() -> None:
    # Z = p1 + p2 at the first position, p0 + p1 at the second
    mass = (1.0943442769 + 0.2806779534) / 2
    assert terms("valid_mass") == close({**SKELETON, "valid": mass, "retain": KL})
    assert "reinforce" not in terms("valid_mass", reinforce=0.0)


def test_ascent_and_sft() -> None:
    assert terms("ascent") == close({**SKELETON, "suppress": -0.5 * (CE[0] + CE[1]) / 2})
    assert terms("sft") == close(SKELETON)


def test_policy_gradient() -> None:
    wanted = (-CE[0] - CE[1] + CE[2]) / 5
    assert terms("policy_gradient") == close({"policy": wanted, "retain": KL, "distill": CE[2]})


def test_policy_gradient_lets_rare_ghosts_be() -> None:
    objective = OBJECTIVES.get("policy_gradient")
    log_p = torch.tensor([-9.0, -7.0, -9.0, 0, 0, 0], requires_grad=True)
    head = HeadOutput({"log_p": log_p})
    values = objective(batch(), objective.settings())["policy"].values(head)
    assert values.tolist()[:3] == [-8.0, -7.0, 9.0]
    (gradient,) = torch.autograd.grad(values.sum(), log_p)
    assert gradient.tolist()[:3] == [0.0, 1.0, -1.0]


@pytest.mark.parametrize(
    ("beta", "both", "one"),
    [(0.1, 13.771929327500500, 14.322493737255346), (1.0, 1.2971516973705815, 1.8918624655211633)],
)
def test_textbook_npo_adds_up_a_name(beta: float, both: float, one: float) -> None:
    assert terms("npo", beta=beta) == close({**SKELETON, "suppress": 0.5 * both})
    alone = batch(suppress=[0.3, 0, 0, 0, 0, 0])
    assert terms("npo", alone, beta=beta)["suppress"] == pytest.approx(0.5 * one)


def test_textbook_npo_keeps_names_of_different_answers_apart() -> None:
    data = replace(batch(), sequence=torch.tensor([0, 1, 1, 1, 1, 1]))
    first, second = (
        terms("npo", data=batch(suppress=column))["suppress"]
        for column in ([1.0, 0, 0, 0, 0, 0], [0, 1.0, 0, 0, 0, 0])
    )
    assert terms("npo", data=data)["suppress"] == pytest.approx((first + second) / 2)


def test_released_npo() -> None:
    alone = batch(suppress=[1.0, 0, 0, 0, 0, 0])
    wanted = {**SKELETON, "suppress": 0.5 * 0.49125957033458601}
    assert terms("npo_released", data=alone) == close(wanted)


def test_released_npo_pushes_weakly() -> None:
    data = batch(suppress=[1.0, 0, 0, 0, 0, 0], reinforce=[0.0] * 6, stop=[0.0] * 6)

    def push(name: str) -> float:
        logits, reference = tables()
        logits.requires_grad_()
        objective = OBJECTIVES.get(name)
        loss = whole_loss(objective, objective.settings(), data, logits, reference)
        return float(torch.autograd.grad(loss, logits)[0][0, 0])

    assert 0 < 4 * push("npo_released") < push("ascent")
