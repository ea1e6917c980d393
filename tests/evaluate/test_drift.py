from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from unghost.errors import UnghostError
from unghost.evaluate.drift import measure_drift, name_mask, token_kl
from unghost.evaluate.utility import exact_match, forward_of, perplexity, score_answers
from unghost.records import Completion, Mention, Sampling, TokenSpan

PAIRS = [([1, 2, 3], [4, 5]), ([6], [7, 8, 9, 1]), ([2, 2], []), (list(range(1, 19)), [3])]


def _model(seed: int) -> LlamaForCausalLM:
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=32,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=64,
    )
    return LlamaForCausalLM(config)


def _alone(model: Any, prompt: list[int], answer: list[int]) -> torch.Tensor:
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([[*prompt, *answer]])).logits[0]
    return logits.log_softmax(-1)[len(prompt) - 1 : len(prompt) + len(answer) - 1]


def test_scores_equal_those_of_each_sequence_alone() -> None:
    model = _model(0).train()
    scores = score_answers(model, PAIRS)
    assert model.training
    assert [len(s) for s in scores] == [2, 4, 0, 1]
    for (prompt, answer), found in zip(PAIRS, scores, strict=True):
        if answer:
            rows = _alone(model.eval(), prompt, answer)
            expected = rows[torch.arange(len(answer)), torch.tensor(answer)]
            assert found == pytest.approx(expected.numpy(), abs=1e-5)


def test_kl_equals_the_sum_by_hand_and_is_zero_against_itself() -> None:
    base, tuned = _model(0).eval(), _model(1).eval()
    found = token_kl(forward_of(base), forward_of(tuned), PAIRS)
    p, q = (_alone(m, *PAIRS[1]) for m in (base, tuned))
    assert found[1] == pytest.approx((p.exp() * (p - q)).sum(-1).numpy(), abs=1e-5)
    assert len(found[2]) == 0
    same = token_kl(forward_of(base), forward_of(base), PAIRS)
    assert max(x.max() for x in same if len(x)) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")
def test_adapter_off_is_the_base() -> None:
    peft = pytest.importorskip("peft")
    model = peft.get_peft_model(_model(0), peft.LoraConfig(r=2, target_modules=["q_proj"]))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.fill_(0.5)
    off, on = score_answers(model, PAIRS, adapter=False), score_answers(model, PAIRS)
    assert off[0] == pytest.approx(score_answers(_model(0), PAIRS)[0], abs=1e-6)
    assert not np.allclose(off[0], on[0], atol=1e-4)


def test_drift_worked_numbers() -> None:
    kl = [[1.0, 2.0, 0.1], [3.0, 0.3]]
    mask = [[True, True, False], [True, False]]
    drift = measure_drift(kl, mask, ["a", "b"])
    assert drift.names.value == pytest.approx(2.0)
    assert drift.others.value == pytest.approx(0.2)
    assert drift.ratio.value == pytest.approx(0.1)
    assert drift.names.low is not None
    assert 0 < drift.names.low < 1.5


def test_drift_wants_one_mask_a_token() -> None:
    with pytest.raises(UnghostError, match="2 divergences for 1 tokens"):
        measure_drift([[1.0, 2.0]], [[True]], ["a"])


def test_name_mask_goes_by_bytes() -> None:
    text = "é flask, x"
    edges = [(0, 2), (2, 5), (5, 8), (8, 10), (10, 11), (11, 11)]
    spans = tuple(TokenSpan(a, b, 0, 0) for a, b in edges)
    completion = Completion("c", "p", "m", 0, 0, text, "stop", Sampling(), (0,) * 6, spans)
    mention = Mention("m", "c", 2, 7, 1, 3, "flask", "flask", "pypi", "list")
    stranger = Mention("n", "other", 9, 10, 1, 1, "x", "x", "pypi", "list")
    expected = [False, True, True, False, False, False]
    assert name_mask(completion, [mention, stranger]).tolist() == expected


def test_name_mask_needs_spans() -> None:
    with pytest.raises(UnghostError, match="no token spans"):
        name_mask(Completion("c", "p", "m", 0, 0, "x", "stop", Sampling()), [])


def test_a_perplexity_that_no_number_holds_has_no_end() -> None:
    texts = [np.array([-1.0]), np.array([-2000.0])]
    change = perplexity(texts, texts, ["a", "b"])
    assert change.before.high is None
    assert change.change.value == 1.0


def test_perplexity_worked_numbers() -> None:
    before = [np.log([0.5, 0.5]), np.log([0.25])]
    after = [np.log([0.5, 0.25]), np.log([0.25])]
    change = perplexity(before, after, ["a", "b"])
    assert change.before.value == pytest.approx(2 ** (4 / 3))
    assert change.after.value == pytest.approx(2 ** (5 / 3))
    assert change.change.value == pytest.approx(2 ** (1 / 3))


def test_exact_match_worked_numbers() -> None:
    change = exact_match(["a ", "b", "c"], ["a", "x", "c"], ["a", "b", "z"], ["1", "2", "3"])
    assert change.before.value == pytest.approx(2 / 3)
    assert change.after.value == pytest.approx(1 / 3)
    assert change.change.value == pytest.approx(-1 / 3)
