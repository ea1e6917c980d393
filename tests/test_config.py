from __future__ import annotations

import math
from pathlib import Path

import pytest

from unghost import UnghostError
from unghost.config import read_config, resolve
from unghost.embedded import demo_config


def test_overrides_lie_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text("seed = 3\n[train]\nlr = 0.5\nepochs = 2\n", encoding="utf-8")
    config = resolve(
        read_config(path, ["train.lr=1e-3", "blame=span", "objective=npo", "terms.beta=0.5"])
    )
    assert (config.seed, config.train.lr, config.train.epochs) == (3, 1e-3, 2)
    assert (config.blame, config.terms.beta) == ("span", 0.5)
    assert config.explore.batch_tasks == 64


def test_the_configuration_survives_json() -> None:
    config = resolve({"seed": 4, "train": {"lr": 0.25}})
    assert resolve(config.model_dump(mode="json")) == config


def test_the_demos_settings_are_sound() -> None:
    assert resolve(read_config(demo_config())).measure.heldout_tasks >= 300


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"trian": {}}, "no setting trian; there are: model"),
        ({"train": {"lrr": 1}}, r"no setting train\.lrr"),
        ({"seed": "x"}, "seed: "),
        ({"blame": "everyone"}, "blame: "),
        ({"sample": {"samples": 0}}, "at least 1"),
        ({"explore": {"known_share": 3}}, "known_share is a share"),
        ({"explore": {"tasks_per_round": -1}}, "tasks_per_round"),
        ({"stop": {"patience": -1}}, "patience"),
        ({"seed": -1}, "seed: "),
        ({"sample": {"long_top_p": 0}}, "long_top_p"),
        ({"sample": {"long_top_p": math.nan}}, "long_top_p"),
        ({"sample": {"long_top_k": -1}}, "long_top_k"),
        ({"sample": {"temperature": math.nan}}, "temperature"),
        ({"train": {"lr": 0}}, r"train\.lr"),
        ({"train": {"lr": math.nan}}, r"train\.lr"),
        ({"train": {"lr_end": 1.5}}, "lr_end"),
        ({"train": {"warmup_steps": -1}}, "warmup_steps"),
        ({"train": {"checkpoint_every": 0}}, "checkpoint_every"),
        ({"train": {"epochs": 0}}, "epochs"),
        ({"train": {"batch_sequences": 0}}, "batch_sequences"),
        ({"train": {"batch_tokens": 0}}, "batch_tokens"),
        ({"train": {"micro_batch_tokens": 0}}, "micro_batch_tokens"),
        ({"train": {"retain_every": 0}}, "retain_every"),
        ({"objective": "npo", "terms": {"beta": 0}}, r"terms\.beta: must be above 0"),
        ({"terms": {"suppress": -0.5}}, r"terms\.suppress"),
        ({"adapter": {"rank": 0}}, r"adapter\.rank"),
        ({"adapter": {"dropout": 1}}, r"adapter\.dropout"),
        ({"load_in_4bit": True, "adapter": {"kind": "full"}}, "load_in_4bit"),
    ],
)
def test_what_makes_no_sense_is_named(values: dict[str, object], message: str) -> None:
    with pytest.raises(UnghostError, match=message):
        resolve(values)


@pytest.mark.parametrize("override", ["x", "=1", "seed.deep=1"])
def test_strange_overrides_are_refused(tmp_path: Path, override: str) -> None:
    path = tmp_path / "s.toml"
    path.write_text("seed = 1\n", encoding="utf-8")
    with pytest.raises(UnghostError):
        resolve(read_config(path, [override]))


def test_an_unreadable_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("= 3", encoding="utf-8")
    for name in ("bad.toml", "none.toml"):
        with pytest.raises(UnghostError, match="cannot read the settings"):
            read_config(tmp_path / name)


def test_the_seed_and_the_round_reach_the_training() -> None:
    config = resolve({"seed": 5, "train": {"lr": 0.5, "lr_decay": 0.5, "seed": 2}})
    assert [config.train_of(round).lr for round in (1, 2, 3)] == [0.5, 0.25, 0.125]
    assert (config.train_of(3).seed, config.seeded_adapter.seed) == (7, 5)
