"""An objective from outside is held to the same laws, settings and training as one of ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from unghost.cli import app
from unghost.config import resolve
from unghost.errors import UnghostError
from unghost.label import Labels
from unghost.objectives import OBJECTIVES
from unghost.testing import LAWS, check_laws
from unghost.train.examples import Example
from unghost.train.loop import train_round
from unghost.train.policy import make_policy
from unghost.train.settings import AdapterSettings, TrainSettings

SOURCE = '''
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from unghost.objectives import Term, objective


class ShySettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    push: float = Field(default=0.5, ge=0)
    learn: float = Field(default=1.0, ge=0)
    how: Literal["hard", "soft"] = "hard"


@objective(
    "shy",
    settings=ShySettings,
    needs=("log_p", "log_1mp"),
    raises=("distill",),
    lowers=("suppress",),
)
def shy(batch, settings):
    """Unlikelihood and hedged answers, nothing else."""
    return {
        "push": Term(batch.stream("suppress"), lambda head: -head.get("log_1mp"), settings.push),
        "learn": Term(batch.stream("distill"), lambda head: -head.get("log_p"), settings.learn),
    }
'''


@pytest.fixture(params=["file", "module"])
def shy(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """How the objective is named: by its file, or by a module on the path."""
    (tmp_path / "shy_objective.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "shy_objective", raising=False)
    with OBJECTIVES.temporary():
        where = str(tmp_path / "shy_objective.py") if request.param == "file" else "shy_objective"
        yield f"{where}:shy"


def test_it_keeps_every_law(shy: str) -> None:
    for law in LAWS.values():
        law(OBJECTIVES.get(shy), OBJECTIVES.get(shy).settings())
    check_laws(OBJECTIVES.get(shy), OBJECTIVES.get(shy).make_settings({"push": 2.0}))


def test_its_settings_are_its_own(shy: str) -> None:
    config = resolve({"objective": shy, "terms": {"push": 3, "how": "soft"}})
    assert (config.terms.push, config.terms.learn, config.terms.how) == (3.0, 1.0, "soft")
    assert resolve(config.model_dump(mode="json")) == config
    for terms, message in (
        ({"pull": 1}, r"no setting terms\.pull of the objective shy; there are: push, learn, how"),
        ({"push": -1}, r"terms\.push: must be at least 0"),
        ({"how": "so"}, r"terms\.how: Input should be 'hard' or 'soft'"),
        (3, r"terms\.: "),
    ):
        with pytest.raises(UnghostError, match=message):
            resolve({"objective": shy, "terms": terms})


def test_what_the_trainer_does_follows_from_it(shy: str) -> None:
    objective = OBJECTIVES.get(shy)
    assert objective.inputs == frozenset()
    assert objective.learns_from("distill", objective.settings())
    assert not objective.learns_from("distill", objective.make_settings({"learn": 0}))
    assert not objective.learns_from("retain", objective.settings())


def test_it_is_trained(shy: str, tmp_path: Path) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    sizes = {"vocab_size": 20, "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1}
    model = LlamaForCausalLM(LlamaConfig(**sizes, num_attention_heads=2))
    streams = {"suppress": (1.0, 0.0), "distill": (0.0, 1.0)}
    labels = Labels(completion_id="c", streams=streams, allowed=(), segments=(0, -1))
    done = train_round(
        make_policy(model, AdapterSettings(rank=2)),
        [Example((1, 2), (3, 4), labels, "p", "t")],
        OBJECTIVES.get(shy),
        TrainSettings(epochs=3),
        tmp_path / "round",
    )
    assert done["steps"] == 3
    assert set(done["terms"]) == {"push", "learn"}


def test_a_taken_name_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "again.py"
    file.write_text(SOURCE.replace('"shy",', '"npo",'), encoding="utf-8")
    with (
        OBJECTIVES.temporary(),
        pytest.raises(UnghostError, match=r"objectives are called npo: unghost.objectives.npo:npo"),
    ):
        OBJECTIVES.get(f"{file}:shy")


def test_an_unknown_need_is_refused_where_it_is_declared(tmp_path: Path) -> None:
    file = tmp_path / "needy.py"
    file.write_text(SOURCE.replace('"log_1mp")', '"log_q")'), encoding="utf-8")
    with pytest.raises(UnghostError, match=r"no head quantity 'log_q'; there are: kl, log_1mp"):
        OBJECTIVES.get(f"{file}:shy")


def test_the_list_shows_what_is_registered(shy: str) -> None:
    OBJECTIVES.get(shy)
    shown = CliRunner().invoke(app, ["objectives"], env={"COLUMNS": "200"}).output
    rows = {line.split()[0]: line for line in shown.splitlines() if line[:1].isalpha()}
    assert "Unlikelihood and hedged answers" in rows["shy"]
    assert {"hybrid", "npo", "sft"} < rows.keys()
    assert "beta=0.1" in shown


def test_the_list_needs_no_torch() -> None:
    code = "import sys; sys.modules['torch'] = None; from unghost.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "objectives"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "valid_mass" in done.stdout
