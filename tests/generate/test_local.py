from __future__ import annotations

from typing import Any

import pytest
import torch

from unghost import Prompt
from unghost.generate.base import Pace, in_order
from unghost.generate.encode import encode_prompt
from unghost.generate.local import TransformersGenerator
from unghost.records import Completion, Message, Sampling

QUESTIONS = ["pip", "import os, flask", "a", "zope café ☕ requests", "naïve", "install it"]


def prompts() -> list[Prompt]:
    return [
        Prompt(f"p{i}", f"t{i}", (Message("user", text),), "packages", text, "f", "o", "discover")
        for i, text in enumerate(QUESTIONS)
    ]


def answers(
    generator: TransformersGenerator, asked: list[Prompt], sampling: Sampling, **how: Any
) -> list[Completion]:
    return in_order(asked, generator.generate(asked, sampling, **how))


@pytest.fixture
def generator(tiny_model: Any, byte_level: Any) -> TransformersGenerator:
    return TransformersGenerator(tiny_model, byte_level, model_id="tiny")


def test_greedy_answers_are_those_of_transformers(
    generator: TransformersGenerator, tiny_model: Any, byte_level: Any
) -> None:
    greedy = Sampling(max_new_tokens=12)
    for prompt, completion in zip(prompts(), answers(generator, prompts(), greedy), strict=True):
        ids = torch.tensor([encode_prompt(byte_level, prompt)])
        out = tiny_model.generate(ids, max_new_tokens=12, do_sample=False)[0, ids.shape[1] :]
        assert completion.token_ids == tuple(out.tolist())


def test_an_answer_does_not_depend_on_its_company(generator: TransformersGenerator) -> None:
    sampling = Sampling(temperature=1.0, max_new_tokens=10)
    together = answers(generator, prompts(), sampling, samples=3, round=2, seed=5)
    assert len({c.token_ids for c in together}) > len(QUESTIONS)
    alone = [
        completion
        for prompt in prompts()
        for completion in answers(generator, [prompt], sampling, samples=3, round=2, seed=5)
    ]
    assert [c.token_ids for c in together] == [c.token_ids for c in alone]
    assert [c.id for c in together] == [c.id for c in alone]


@pytest.mark.parametrize("change", [{"seed": 6}, {"round": 3}])
def test_seed_and_round_change_the_noise(
    generator: TransformersGenerator, change: dict[str, int]
) -> None:
    sampling = Sampling(temperature=1.0, max_new_tokens=10)
    one = answers(generator, prompts(), sampling, seed=5, round=2)
    other = answers(generator, prompts(), sampling, **({"seed": 5, "round": 2} | change))
    assert [c.token_ids for c in one] != [c.token_ids for c in other]


def test_log_probs_are_those_of_the_untempered_model(
    generator: TransformersGenerator, tiny_model: Any, byte_level: Any
) -> None:
    sampling = Sampling(temperature=0.7, top_k=5, top_p=0.9, max_new_tokens=8)
    for prompt, completion in zip(prompts(), answers(generator, prompts(), sampling), strict=True):
        start = encode_prompt(byte_level, prompt)
        assert completion.token_ids is not None
        assert completion.log_probs is not None
        ids = torch.tensor([[*start, *completion.token_ids]])
        scores = tiny_model(ids).logits[0, len(start) - 1 : -1].log_softmax(-1)
        expected = scores.gather(-1, ids[0, len(start) :, None])[:, 0]
        torch.testing.assert_close(torch.tensor(completion.log_probs), expected, atol=1e-4, rtol=0)


def test_sampled_tokens_follow_the_distribution(tiny_model: Any, byte_level: Any) -> None:
    generator = TransformersGenerator(tiny_model, byte_level, model_id="tiny")
    (prompt,) = prompts()[:1]
    drawn = answers(generator, [prompt], Sampling(temperature=1.0, max_new_tokens=1), samples=4000)
    counts = torch.zeros(len(byte_level))
    for completion in drawn:
        assert completion.token_ids is not None
        counts[completion.token_ids[0]] += 1
    ids = torch.tensor([encode_prompt(byte_level, prompt)])
    expected = tiny_model(ids).logits[0, -1].softmax(-1).detach()
    assert 0.5 * (counts / 4000 - expected).abs().sum() < 0.12
    likely = expected > 0.05
    assert ((counts / 4000 - expected).abs()[likely] < 0.04).all()


def test_top_k_and_top_p_cut_the_tail(tiny_model: Any, byte_level: Any) -> None:
    generator = TransformersGenerator(tiny_model, byte_level, model_id="tiny")
    (prompt,) = prompts()[:1]
    ids = torch.tensor([encode_prompt(byte_level, prompt)])
    order = tiny_model(ids).logits[0, -1].argsort(descending=True).tolist()
    for sampling, allowed in (
        (Sampling(1.0, top_k=2, max_new_tokens=1), set(order[:2])),
        (Sampling(1.0, top_p=1e-6, max_new_tokens=1), {order[0]}),
    ):
        drawn = answers(generator, [prompt], sampling, samples=200)
        assert {c.token_ids[0] for c in drawn if c.token_ids} == allowed


def test_answers_stop_at_the_end_token_or_at_the_cap(
    generator: TransformersGenerator,
) -> None:
    drawn = answers(generator, prompts(), Sampling(1.5, max_new_tokens=60), samples=8, seed=1)
    for completion in drawn:
        assert completion.token_ids is not None
        ended = completion.token_ids[-1] == 1
        assert completion.finish_reason == ("stop" if ended else "length")
        assert 1 not in completion.token_ids[:-1]
        assert ended or len(completion.token_ids) == 60
    assert {c.finish_reason for c in drawn} == {"stop", "length"}


def test_nothing_to_ask_is_no_error(generator: TransformersGenerator) -> None:
    assert answers(generator, [], Sampling()) == []


def test_batches_shrink_to_what_the_memory_holds(
    generator: TransformersGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampling = Sampling(temperature=1.0, max_new_tokens=10)
    whole = answers(generator, prompts(), sampling, samples=2)
    sizes = []
    write = TransformersGenerator.write_batch

    def watched(self: Any, groups: Any, sampling: Sampling) -> Any:
        sizes.append(sum(map(len, groups)))
        return write(self, groups, sampling)

    monkeypatch.setattr(TransformersGenerator, "write_batch", watched)
    monkeypatch.setattr("unghost.generate.local.memory_of", lambda device: 0)
    small = answers(generator, prompts(), sampling, samples=2)
    assert sizes == [2] * len(QUESTIONS)
    assert [c.token_ids for c in small] == [c.token_ids for c in whole]


def test_an_answer_is_given_when_it_is_finished(generator: TransformersGenerator) -> None:
    sampling = Sampling(1.5, max_new_tokens=60)
    lengths = [
        len(c.token_ids or ()) for c in generator.generate(prompts(), sampling, samples=8, seed=1)
    ]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[-1] == 60
    assert torch.is_inference_mode_enabled() is False


def test_what_is_at_hand_is_not_given_again_and_changes_nothing(
    tiny_model: Any, byte_level: Any
) -> None:
    generator = TransformersGenerator(tiny_model, byte_level, model_id="tiny", rows=6)
    sampling = Sampling(temperature=1.0, max_new_tokens=12)
    whole = list(generator.generate(prompts(), sampling, samples=3))
    sizes: list[float] = []
    for cut in range(len(whole) + 1):
        done = {c.id for c in whole[:cut]}
        rest = list(
            generator.generate(
                prompts(), sampling, samples=3, done=done, watch=lambda p: sizes.append(p.tokens)
            )
        )
        assert rest == whole[cut:]
    assert sizes[-1] < sum(len(c.token_ids or ()) for c in whole)


def test_the_pace_moves_within_a_batch(generator: TransformersGenerator) -> None:
    told: list[Pace] = []
    found = list(generator.generate(prompts(), Sampling(1.5, max_new_tokens=20), watch=told.append))
    assert len(told) == max(len(c.token_ids or ()) for c in found)
    assert [pace.answers for pace in told] == sorted(pace.answers for pace in told)
    assert 0 < told[0].answers < told[-1].answers == len(found)
    assert told[-1].tokens == sum(len(c.token_ids or ()) for c in found)
