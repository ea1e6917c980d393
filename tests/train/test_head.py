from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch.utils._python_dispatch import TorchDispatchMode

from unghost.errors import UnghostError
from unghost.objectives.quantities import QUANTITIES, Scores, inputs_of, quantity
from unghost.train.head import chunk_size, selected_head

ALL = ("log_p", "log_1mp", "log_z", "kl", "ref_log_p", "temper_kl")
N, D, V = 11, 6, 23


def inputs(dtype: torch.dtype = torch.float64, seed: int = 0) -> dict[str, Any]:
    g = torch.Generator().manual_seed(seed)
    counts = torch.tensor([0, 3, 1, 5, V, 2, 0, 4, 1, 1, 7])
    ids = torch.cat([torch.randperm(V, generator=g)[:c] for c in counts.tolist()])
    return {
        "hidden": torch.randn(N, D, generator=g, dtype=dtype),
        "weight": torch.randn(V, D, generator=g, dtype=dtype),
        "targets": torch.randint(V, (N,), generator=g),
        "ref_hidden": torch.randn(N, D, generator=g, dtype=dtype),
        "allowed": (F.pad(counts.cumsum(0), (1, 0)), ids),
    }


def naive(case: dict[str, Any]) -> dict[str, torch.Tensor]:
    """All logits at once, and every quantity from its definition."""
    z = case["hidden"].double() @ case["weight"].double().T
    r = F.log_softmax(case["ref_hidden"].double() @ case["weight"].double().T, -1)
    lp = F.log_softmax(z, -1)
    rows = torch.arange(N)
    log_p = lp[rows, case["targets"]]
    half = F.log_softmax(z / 2, -1)
    offsets, ids = case["allowed"]
    spans = [ids[a:b] for a, b in pairwise(offsets)]
    log_z = [lp[i, s].exp().sum().log() if len(s) else lp.sum() * 0 for i, s in enumerate(spans)]
    return {
        "log_p": log_p,
        "log_1mp": torch.log1p(-log_p.exp()),
        "log_z": torch.stack(log_z),
        "kl": (r.exp() * (r - lp)).sum(-1),
        "ref_log_p": r[rows, case["targets"]],
        "temper_kl": (half.exp() * (half - lp)).sum(-1),
    }


@pytest.mark.parametrize("chunk", [1, 4, 11, 64, None])
def test_equals_the_full_softmax(chunk: int | None) -> None:
    case = inputs()
    found = selected_head(**case, needs=ALL, chunk=chunk)
    for name, value in naive(case).items():
        torch.testing.assert_close(found.get(name), value, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", [name for name in ALL if name != "ref_log_p"])
@pytest.mark.parametrize("chunk", [3, 64])
def test_gradients_equal_the_full_softmax(name: str, chunk: int) -> None:
    case = inputs()
    weights = torch.linspace(-1, 2, N, dtype=torch.float64)
    leaves = [case["hidden"].requires_grad_(), case["weight"].requires_grad_()]
    frozen = {**case, "weight": case["weight"]}
    found = selected_head(**frozen, needs=(name,), chunk=chunk)
    ours = torch.autograd.grad((found.get(name) * weights).sum(), leaves)
    plain = naive(case)
    if name == "kl":  # the reference takes no gradient through the shared matrix
        z = case["hidden"] @ case["weight"].T
        r = F.log_softmax(case["ref_hidden"] @ case["weight"].detach().T, -1)
        plain["kl"] = (r.exp() * (r - F.log_softmax(z, -1))).sum(-1)
    theirs = torch.autograd.grad((plain[name] * weights).sum(), leaves)
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-9)


def test_gradcheck_in_float64() -> None:
    case = inputs()
    needs = ("log_p", "log_1mp", "log_z", "kl", "temper_kl")

    def f(hidden: torch.Tensor) -> tuple[torch.Tensor, ...]:
        found = selected_head(**{**case, "hidden": hidden}, needs=needs, chunk=4)
        return tuple(found.get(name) for name in needs)

    assert torch.autograd.gradcheck(f, (case["hidden"].requires_grad_(),))


def test_log_1mp_stays_exact_as_p_goes_to_one() -> None:
    # One-hot logits: the target's is 40 and the others' 0, so 1 - p = (V - 1) / (e^40 + V - 1),
    # which fp32 cannot tell from 0 once p is formed.
    hidden = torch.tensor([[40.0]], requires_grad=True)
    weight = torch.zeros(V, 1)
    weight[3] = 1
    found = selected_head(hidden, weight, torch.tensor([3]), needs=("log_p", "log_1mp"))
    assert found.get("log_1mp").item() == pytest.approx(math.log(V - 1) - 40, rel=1e-6)
    found.get("log_1mp").sum().backward()
    assert hidden.grad.item() == pytest.approx(-1.0)
    far = selected_head(hidden * 1000, weight, torch.tensor([3]), needs=("log_1mp",))
    assert torch.isfinite(far.get("log_1mp")).all()


def test_kl_is_exactly_zero_where_policy_and_reference_agree() -> None:
    case = inputs(torch.float32)
    case["ref_hidden"] = case["hidden"].clone()
    found = selected_head(**case, needs=("kl",), chunk=4)
    assert (found.get("kl") == 0).all()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_the_maths_is_fp32_even_under_autocast(dtype: torch.dtype) -> None:
    case = inputs(dtype)
    plain = naive(case)  # of the same rounded inputs, in double
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = selected_head(**case, needs=ALL, chunk=4)
    for name in ALL:
        value = found.get(name)
        assert value.dtype is torch.float32
        torch.testing.assert_close(value.double(), plain[name], rtol=1e-5, atol=1e-5)


class Largest(TorchDispatchMode):
    """Remembers the size of the largest tensor that any operation made."""

    def __init__(self) -> None:
        super().__init__()
        self.numel = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        for value in out if isinstance(out, (tuple, list)) else (out,):
            if isinstance(value, torch.Tensor):
                self.numel = max(self.numel, value.numel())
        return out


@pytest.mark.parametrize("backward", [False, True])
def test_no_operation_makes_more_than_a_chunk_of_logits(backward: bool) -> None:
    n, d, v, chunk = 96, 4, 500, 8
    g = torch.Generator().manual_seed(0)
    hidden = torch.randn(n, d, generator=g, requires_grad=True)
    allowed = (torch.arange(n + 1), torch.randint(v, (n,), generator=g))
    with Largest() as largest:
        found = selected_head(
            hidden,
            torch.randn(v, d, generator=g),
            torch.randint(v, (n,), generator=g),
            needs=ALL,
            ref_hidden=torch.randn(n, d, generator=g),
            allowed=allowed,
            chunk=chunk,
        )
        if backward:
            sum(found.get(name).sum() for name in ALL).backward()
    assert largest.numel <= max(chunk * v, d * v)


def test_no_chunk_of_logits_waits_for_the_backward_pass() -> None:
    saved: list[int] = []

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        saved.append(tensor.numel())
        return tensor

    n, d, v, chunk = 96, 4, 500, 8
    hidden, weight = torch.randn(n, d, requires_grad=True), torch.randn(v, d)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        selected_head(hidden, weight, torch.zeros(n, dtype=torch.long), needs=ALL[:2], chunk=chunk)
    assert max(saved, default=0) < chunk * v


def test_nothing_selected_gives_empty_outputs() -> None:
    hidden = torch.zeros(0, D, requires_grad=True)
    found = selected_head(hidden, torch.ones(V, D), torch.zeros(0, dtype=torch.long), needs=ALL[:2])
    assert found.get("log_p").shape == (0,)
    assert "kl" not in found.quantities


def test_a_new_quantity_is_one_function() -> None:
    case = inputs()
    with QUANTITIES.temporary():

        @quantity("reference")
        def entropies(scores: Scores) -> torch.Tensor:
            log_probs = scores.logits - scores.total[:, None]
            reference, total = scores.of_reference
            ours, theirs = log_probs.exp() * log_probs, (reference - total[:, None]).softmax(-1)
            return theirs.log().mul(theirs).sum(-1) - ours.sum(-1)

        found = selected_head(**case, needs=("entropies", "log_p"), chunk=4).get("entropies")
        assert inputs_of(("entropies", "log_z")) == {"reference", "allowed"}
    expected = [
        torch.distributions.Categorical(logits=case[name] @ case["weight"].T).entropy()
        for name in ("hidden", "ref_hidden")
    ]
    torch.testing.assert_close(found, expected[0] - expected[1])


def test_what_is_missing_is_said() -> None:
    case = inputs()
    with pytest.raises(UnghostError, match="no head quantity 'log_q'"):
        selected_head(**case, needs=("log_q",))
    with pytest.raises(UnghostError, match="ref_hidden"):
        selected_head(**{**case, "ref_hidden": None}, needs=("kl",))
    with pytest.raises(UnghostError, match="allowed"):
        selected_head(**{**case, "allowed": None}, needs=("log_z",))


def test_the_chunk_follows_the_vocabulary_within_bounds() -> None:
    assert chunk_size(1000) == 512
    assert chunk_size(65536) == 256
    assert chunk_size(1_000_000) == 64
