from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from training_cases import examples

from unghost.objectives import OBJECTIVES
from unghost.train.examples import LENGTH_STEP, collate, merge_duplicates, pack, plan_steps


def test_each_selected_position_points_at_the_state_that_predicts_its_target() -> None:
    batch_of = examples(7)
    batch = collate(batch_of)
    width = batch.input_ids.shape[1]
    assert width % LENGTH_STEP == 0
    at = 0
    for row, example in enumerate(batch_of):
        ids = example.prompt_ids + example.completion_ids
        streams = example.labels.streams
        for position, target in enumerate(example.completion_ids):
            if not any(weights[position] for weights in streams.values()):
                continue
            column = len(example.prompt_ids) - 1 + position
            assert batch.positions[at] == row * width + column
            assert batch.input_ids[row, column] == ids[column]
            assert batch.tokens.targets[at] == target == ids[column + 1]
            assert batch.tokens.sequence[at] == row
            for name, weights in streams.items():
                assert batch.tokens.streams[name][at] == weights[position]
            start, end = batch.tokens.allowed[0][at : at + 2].tolist()
            found = tuple(batch.tokens.allowed[1][start:end].tolist())
            assert found == dict(example.labels.allowed).get(position, ())
            at += 1
    assert at == len(batch.positions) == len(batch.tokens.targets)
    assert batch.real == sum(example.length for example in batch_of)


def test_tokens_without_weight_are_not_scored() -> None:
    example = examples(1)[0]
    nothing = {name: (0.0,) * len(weights) for name, weights in example.labels.streams.items()}
    bare = replace(example, labels=replace(example.labels, streams=nothing, allowed=()))
    assert len(collate([bare]).positions) == 0


def test_one_in_k_of_the_retained_is_kept_wherever_the_example_stands() -> None:
    batch_of = examples(60)
    every, some = collate(batch_of), collate(batch_of, retain_every=3)

    def count(batch: object, stream: str) -> int:
        return int((batch.tokens.streams[stream] != 0).sum())  # type: ignore[attr-defined]

    for stream in ("suppress", "reinforce"):
        assert count(every, stream) == count(some, stream)
    assert 0.2 < count(some, "retain") / count(every, "retain") < 0.47
    alone = [collate([example], retain_every=3).tokens.targets for example in batch_of]
    assert torch.equal(torch.cat(alone), some.tokens.targets)


@given(
    count=st.integers(1, 40),
    batch_sequences=st.integers(1, 20),
    batch_tokens=st.one_of(st.none(), st.integers(1, 400)),
    epochs=st.integers(1, 3),
    seed=st.integers(0, 9),
)
def test_a_plan_holds_every_example_once_an_epoch(
    count: int, batch_sequences: int, batch_tokens: int | None, epochs: int, seed: int
) -> None:
    batch_of = examples(count)
    plan = plan_steps(
        batch_of,
        batch_sequences=batch_sequences,
        batch_tokens=batch_tokens,
        epochs=epochs,
        seed=seed,
    )
    flat = [index for step in plan for index in step]
    assert sorted(flat) == sorted(list(range(count)) * epochs)
    for step in plan:
        assert len(step) <= batch_sequences
        if batch_tokens is not None and len(step) > 1:
            assert sum(batch_of[i].length for i in step) <= batch_tokens


def test_the_order_follows_the_seed() -> None:
    batch_of = examples(30)
    plans = [plan_steps(batch_of, batch_sequences=8, seed=seed) for seed in (0, 0, 1)]
    assert plans[0] == plans[1] != plans[2]


@given(limit=st.integers(16, 600), world=st.integers(1, 4))
def test_every_example_goes_into_one_micro_batch_of_one_rank(limit: int, world: int) -> None:
    batch_of = examples(24)
    found = [
        batch
        for rank in range(world)
        for batch in pack(batch_of, micro_batch_tokens=limit, rank=rank, world=world)
    ]
    ids = [example.prompt_id for batch in found for example in batch]
    assert sorted(ids) == sorted(example.prompt_id for example in batch_of)
    for batch in found:
        size = len(batch) * max(example.padded for example in batch)
        assert size <= max(limit, 16) or len(batch) == 1


def test_every_rank_gets_work_where_there_is_enough() -> None:
    batch_of = examples(8)
    for world in (1, 2, 4):
        shares = [
            pack(batch_of, micro_batch_tokens=4096, rank=r, world=world) for r in range(world)
        ]
        assert all(shares)


def test_equal_answers_become_one_with_the_sum_of_weights() -> None:
    made = examples(6)
    doubled = [made[0], *made, made[0], made[3]]
    merged = merge_duplicates(doubled)
    assert [e.completion_ids for e in merged] == [e.completion_ids for e in made]
    for example, original, times in zip(merged, made, (3, 1, 1, 2, 1, 1), strict=True):
        for name, weights in original.labels.streams.items():
            assert example.labels.streams[name] == tuple(times * w for w in weights)
    other = replace(made[0], prompt_id="another")
    assert len(merge_duplicates([made[0], other])) == 2


def test_merging_changes_no_term() -> None:
    made = examples(5)
    doubled = [made[1], *made, made[1]]
    sums = []
    for each in (doubled, merge_duplicates(doubled)):
        batch = collate(each).tokens
        per_token = {name: batch.stream(name) for name in ("suppress", "reinforce", "retain")}
        values = batch.targets.float()  # stands for any value that depends on the token alone
        sums.append({name: float((w * values).sum()) for name, w in per_token.items()})
        sums[-1] |= {f"all {name}": float(w.sum()) for name, w in per_token.items()}
    assert sums[0] == pytest.approx(sums[1])


@pytest.mark.parametrize("name", OBJECTIVES.names())
def test_merging_changes_no_denominator(name: str) -> None:
    made = examples(5)
    doubled = [made[1], *made, made[1]]
    divided = []
    for each in (doubled, merge_duplicates(doubled)):
        batch = collate([replace(e, labels=replace(e.labels, allowed=())) for e in each]).tokens
        objective = OBJECTIVES.get(name)
        terms = objective(batch, objective.settings())
        parts = {
            key: term.weights if term.denominator is None else term.denominator
            for key, term in terms.items()
        }
        divided.append({key: float(part.sum()) for key, part in parts.items()})
    assert divided[0] == pytest.approx(divided[1])


@pytest.mark.parametrize("budget", [1, 40, 400, 2000])
def test_a_round_may_be_of_so_many_tokens(budget: int) -> None:
    made = examples(9)
    steps = plan_steps(made, batch_sequences=4, round_tokens=budget, seed=3)
    order = [index for step in steps for index in step]
    sizes = [made[index].length for index in order]
    assert sum(sizes) >= budget > sum(sizes[:-1])
    once = plan_steps(made, batch_sequences=4, seed=3)
    first = [index for step in once for index in step]
    assert order[:9] == first[: len(order)]
    assert plan_steps([], batch_sequences=4, round_tokens=budget) == []
