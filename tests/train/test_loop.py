from __future__ import annotations

import json
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from training_cases import examples, objective
from training_worker import SETTINGS, context, policy, train, train_and_die

from unghost.errors import UnghostError
from unghost.objectives.base import Term
from unghost.train.loop import summarise


def trained(folder: Path) -> dict[str, Any]:
    """Everything a round leaves behind, without the times."""
    log = [json.loads(line) for line in (folder / "train.jsonl").read_text().splitlines()]
    for line in log:
        line.pop("seconds")
    adapter = {file.name: file.read_bytes() for file in (folder / "adapter").iterdir()}
    state = torch.load(folder / "checkpoint" / "state.pt", weights_only=True)
    moments = [
        moment.tolist()
        for one in state["optimizer"]["state"].values()
        for _, moment in sorted(one.items())
    ]
    left = sorted(str(file.relative_to(folder)) for file in folder.rglob("*"))
    return {"log": log, "adapter": adapter, "moments": moments, "files": left}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("whole")
    train(folder)
    return trained(folder)


def test_a_round_learns_and_says_what_it_did(tmp_path: Path) -> None:
    seen = []
    settings = replace(SETTINGS, epochs=12, batch_sequences=13)
    metrics = train(
        tmp_path,
        policy=policy(),
        settings=settings,
        progress=lambda done, planned, line: seen.append((done, planned, line["step"])),
    )
    log = [json.loads(line) for line in (tmp_path / "train.jsonl").read_text().splitlines()]
    assert [line["step"] for line in log] == list(range(1, 13))
    assert seen == [(step, 12, step) for step in range(1, 13)]
    means = [{name: s / w for name, (s, w) in line["terms"].items()} for line in log]
    for name in ("suppress", "reinforce", "mass"):
        assert means[-1][name] < means[0][name]
    assert means[0]["retain"] == pytest.approx(0, abs=1e-6)
    assert log[0]["lr"] == pytest.approx(1e-3)
    assert log[11]["lr"] == pytest.approx(1e-2)
    assert log[0]["tokens"] == sum(example.length for example in examples())
    assert metrics["steps"] == 12
    assert metrics["tokens"] == 12 * log[0]["tokens"]
    assert metrics["terms"].keys() == means[0].keys()
    assert metrics == summarise(tmp_path)


@pytest.mark.parametrize(
    ("point", "number"),
    [
        ("step", 1),
        ("step", 2),
        ("step", 3),
        ("step", 5),
        ("checkpoint/state.pt", 1),
        ("checkpoint/state.pt", 2),
        ("checkpoint/state.pt", 3),
        ("adapter", 1),
    ],
)
def test_a_killed_round_goes_on_bit_for_bit(
    tmp_path: Path, whole: dict[str, Any], point: str, number: int
) -> None:
    process = context().Process(target=train_and_die, args=(tmp_path, point, number))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    train(tmp_path)
    found = trained(tmp_path)
    assert found == whole  # and the killed writer's temporary files are gone


def test_two_runs_are_the_same(tmp_path: Path, whole: dict[str, Any]) -> None:
    made = policy(dropout=0.1)
    torch.manual_seed(99)  # the caller's generator has no say, and is left alone
    before = torch.get_rng_state()
    train(tmp_path, policy=made)
    assert trained(tmp_path) == whole
    assert torch.equal(torch.get_rng_state(), before)


def test_a_complete_round_is_not_trained_again(tmp_path: Path) -> None:
    first = train(tmp_path)
    before = trained(tmp_path)
    fresh = policy(dropout=0.1)
    again = train(tmp_path, policy=fresh, progress=lambda *_: pytest.fail("took a step"))
    assert again == first
    assert trained(tmp_path) == before
    fresh.save(tmp_path / "copy")
    for name, content in before["adapter"].items():
        assert (tmp_path / "copy" / name).read_bytes() == content


def test_weights_optimizer_and_schedule_are_carried_to_the_next_round(tmp_path: Path) -> None:
    made = policy(dropout=0.1)
    train(tmp_path / "0", policy=made)
    train(tmp_path / "1", policy=made, carry=tmp_path / "0")
    log = [json.loads(line) for line in (tmp_path / "1" / "train.jsonl").read_text().splitlines()]
    assert [line["lr"] for line in log] == pytest.approx([6e-3, 7e-3, 8e-3, 9e-3, 1e-2])
    train(tmp_path / "again", carry=tmp_path / "0")  # a new process, a fresh policy
    assert trained(tmp_path / "again") == trained(tmp_path / "1")
    state = torch.load(tmp_path / "1" / "checkpoint" / "state.pt", weights_only=True)
    assert {int(one["step"]) for one in state["optimizer"]["state"].values()} == {10}
    with pytest.raises(UnghostError, match="not complete"):
        train(tmp_path / "2", carry=tmp_path / "nowhere")


def test_nothing_to_learn_leaves_the_model_as_it_is(tmp_path: Path) -> None:
    metrics = train(tmp_path, count=0)
    assert metrics == {"steps": 0, "tokens": 0, "seconds": 0, "terms": {}}
    assert (tmp_path / "adapter" / "adapter_config.json").is_file()


@pytest.mark.parametrize("broken", ["value", "gradient"])
def test_what_is_not_finite_stops_the_round_and_overwrites_nothing(
    tmp_path: Path, broken: str
) -> None:
    calls = 0

    def poisoned(batch: Any) -> dict[str, Term]:
        nonlocal calls
        calls += 1
        terms = objective(batch)
        old = terms["reinforce"]

        def values(head: Any) -> Any:
            value = old.values(head)
            if calls <= 8:
                return value
            # The root of 0 is 0, and its slope infinite.
            return value * float("inf") if broken == "value" else value + (value * 0).sqrt()

        return {**terms, "reinforce": Term(old.weights, values, old.coefficient)}

    made = policy(dropout=0.1)
    with pytest.raises(UnghostError, match=r"not finite at step [345]") as error:
        train(tmp_path, policy=made, objective=poisoned)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "adapter").exists()
    assert all(torch.isfinite(weight).all() for weight in made.trainable().values())
    state = torch.load(tmp_path / "checkpoint" / "state.pt", weights_only=True)
    assert state["step"] in (2, 4)
    assert all(torch.isfinite(weight).all() for weight in state["weights"].values())


def test_another_configuration_is_refused(tmp_path: Path) -> None:
    train(tmp_path)
    with pytest.raises(UnghostError, match="other examples or settings"):
        train(tmp_path, count=12)
    with pytest.raises(UnghostError, match="other examples or settings"):
        train(tmp_path, settings=replace(SETTINGS, lr=1e-3))


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    train(tmp_path)
    file = tmp_path / "checkpoint" / "state.pt"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(UnghostError, match="is damaged"):
        train(tmp_path)
    torch.save({"version": 99}, file)
    with pytest.raises(UnghostError, match="version 99"):
        train(tmp_path)


def test_a_checkpoint_of_another_adapter_is_refused(tmp_path: Path) -> None:
    train(tmp_path)
    with pytest.raises(UnghostError, match="another model or adapter"):
        train(tmp_path, policy=policy("full"))


def test_full_fine_tuning_and_checkpointed_gradients_train_too(tmp_path: Path) -> None:
    train(tmp_path / "full", policy=policy("full"))
    plain, sparing = policy(), policy()
    train(tmp_path / "plain", policy=plain)
    train(
        tmp_path / "sparing",
        policy=sparing,
        settings=replace(SETTINGS, gradient_checkpointing=True),
    )
    for name, weight in plain.trainable().items():
        torch.testing.assert_close(sparing.trainable()[name], weight, rtol=1e-3, atol=1e-4)
        if "lora_B" in name:
            assert weight.abs().sum() > 0


def test_the_rate_falls_within_each_round(tmp_path: Path) -> None:
    settings = replace(SETTINGS, warmup_steps=0, lr_end=0.2)
    made = policy()
    train(tmp_path / "0", policy=made, settings=settings)
    train(tmp_path / "1", policy=made, settings=settings, carry=tmp_path / "0")
    for number in ("0", "1"):
        lines = (tmp_path / number / "train.jsonl").read_text().splitlines()
        rates = [json.loads(line)["lr"] for line in lines]
        assert rates == pytest.approx([1e-2, 8e-3, 6e-3, 4e-3, 2e-3])
