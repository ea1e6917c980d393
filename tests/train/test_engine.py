from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
import torch.nn.functional as F
from accelerate import Accelerator
from training_cases import NoSettings, examples, llama, objective, of

from unghost.objectives.base import Term
from unghost.train import examples as room
from unghost.train.engine import Sums, step
from unghost.train.examples import Example, collate
from unghost.train.policy import Policy, make_policy
from unghost.train.settings import AdapterSettings


def policy(kind: str = "lora") -> Policy:
    made = make_policy(llama(), AdapterSettings(kind=kind, rank=4))
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():  # away from the reference, so that the KL has a gradient
        for weight in made.trainable().values():
            weight.add_(0.05 * torch.randn(weight.shape, generator=generator))
    return made


def gradients(
    parts: Sequence[Sequence[Example]], kind: str = "lora", objective=objective, **flags: bool
) -> tuple[dict[str, torch.Tensor], Sums]:
    made = policy(kind)
    batches = [collate(part) for part in parts]
    sums = step(made, batches, of(objective), NoSettings(), Accelerator(cpu=True), **flags)
    return {name: weight.grad for name, weight in made.trainable().items()}, sums


def assert_same(one, other) -> None:
    for name, (total, weight) in one[1].items():
        assert other[1][name] == (pytest.approx(total, rel=1e-5), pytest.approx(weight))
    for name, gradient in one[0].items():
        torch.testing.assert_close(other[0][name], gradient, rtol=1e-3, atol=2e-6)


@pytest.mark.parametrize("kind", ["lora", "full"])
def test_equals_the_plain_computation_with_all_logits(kind: str) -> None:
    batch_of = examples()
    found, sums = gradients([batch_of[:5], batch_of[5:]], kind)
    made = policy(kind)
    totals: dict[str, torch.Tensor] = {}
    weights: dict[str, float] = {}

    def add(name: str, value: torch.Tensor, weight: float) -> None:
        totals[name] = totals.get(name, torch.tensor(0.0)) + weight * value
        weights[name] = weights.get(name, 0.0) + weight

    for example in batch_of:  # one at a time and unpadded
        ids = torch.tensor([example.prompt_ids + example.completion_ids])
        head = made.head_weight
        lp = F.log_softmax(F.linear(made.hidden(ids), head), -1)[0]
        ref = F.log_softmax(F.linear(made.ref_hidden(ids), made.ref_head_weight), -1)[0]
        allowed = dict(example.labels.allowed)
        for position, target in enumerate(example.completion_ids):
            at = len(example.prompt_ids) - 1 + position
            weight = {name: w[position] for name, w in example.labels.streams.items()}
            p = lp[at, target]
            if weight["suppress"]:
                add("suppress", -torch.log1p(-p.exp()), weight["suppress"])
                z = lp[at, list(allowed[position])].logsumexp(0)
                add("mass", -z, weight["suppress"])
            if weight["reinforce"]:
                add("reinforce", -p, weight["reinforce"])
            if weight["retain"]:
                add("retain", (ref[at].exp() * (ref[at] - lp[at])).sum(), weight["retain"])
    coefficients = {"suppress": 0.5, "mass": 0.3, "reinforce": 1.0, "retain": 2.0}
    loss = sum(coefficients[name] * totals[name] / weights[name] for name in totals)
    loss.backward()
    plain = {name: weight.grad for name, weight in made.trainable().items()}
    expected = {name: (totals[name].item(), weights[name]) for name in totals}
    assert sums.keys() == expected.keys()  # a term without weight, `stop`, is left out
    assert_same((plain, expected), (found, sums))


@pytest.mark.parametrize(
    "cut",
    [[(0, 13)], [(i, i + 1) for i in range(13)], [(0, 1), (1, 2), (2, 13)], [(5, 13), (0, 5)]],
)
def test_does_not_depend_on_micro_batches(cut: list[tuple[int, int]]) -> None:
    batch_of = examples()
    one = gradients([batch_of[:7], batch_of[7:]])
    assert_same(one, gradients([batch_of[start:end] for start, end in cut]))


def test_does_not_depend_on_padding(monkeypatch: pytest.MonkeyPatch) -> None:
    batch_of = examples()
    one = gradients([batch_of])
    monkeypatch.setattr(room, "LENGTH_STEP", 128)
    assert collate(batch_of).input_ids.shape[1] == 128
    assert_same(one, gradients([batch_of]))


def test_does_not_depend_on_the_order() -> None:
    batch_of = examples()
    assert_same(gradients([batch_of]), gradients([batch_of[::-1]]))


def test_a_term_is_divided_by_its_own_weight_alone() -> None:
    """Ten times the weight on one term changes no gradient."""

    def heavier(batch):
        terms = objective(batch)
        old = terms["suppress"]
        terms["suppress"] = Term(old.weights * 10, old.values, old.coefficient)
        return terms

    batch_of = examples()
    one, other = gradients([batch_of]), gradients([batch_of], objective=heavier)
    for name, gradient in one[0].items():
        torch.testing.assert_close(other[0][name], gradient, rtol=1e-3, atol=2e-6)
    assert other[1]["suppress"][1] == pytest.approx(10 * one[1]["suppress"][1])


def test_values_without_weight_may_be_anything() -> None:
    def broken(batch):
        terms = objective(batch)
        old = terms["reinforce"]

        def values(head):
            off = old.weights == 0
            return old.values(head).masked_fill(off, float("nan"))

        terms["reinforce"] = Term(old.weights, values, old.coefficient)
        return terms

    assert_same(gradients([examples()]), gradients([examples()], objective=broken))


def test_no_weight_at_all_leaves_no_gradient() -> None:
    def silent(batch):
        return {
            name: Term(term.weights * 0, term.values, term.coefficient)
            for name, term in objective(batch).items()
        }

    found, sums = gradients([examples()], objective=silent)
    assert sums == {}
    assert all(gradient is None for gradient in found.values())
    assert gradients([], objective=objective)[1] == {}


def test_bf16_stays_near_fp32() -> None:
    one, other = gradients([examples()]), gradients([examples()], bf16=True)
    flat = [torch.cat([g.flatten() for g in found[0].values()]) for found in (one, other)]
    assert F.cosine_similarity(flat[0], flat[1], dim=0) > 0.99
    assert not torch.equal(flat[0], flat[1])


def test_the_reference_is_asked_only_where_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = policy()
    calls: list[int] = []
    real = made.ref_hidden
    monkeypatch.setattr(made, "ref_hidden", lambda ids: calls.append(1) or real(ids))

    def only_ce(batch):
        return {"reinforce": objective(batch)["reinforce"]}

    batch, accelerator = collate(examples()), Accelerator(cpu=True)
    step(made, [batch], of(only_ce, frozenset({"log_p"})), NoSettings(), accelerator)
    assert not calls
    step(made, [batch], of(objective), NoSettings(), accelerator)
    assert calls
