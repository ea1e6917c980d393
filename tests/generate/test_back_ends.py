"""A back end is one file, from anywhere: a list of answers takes the place of a model."""

from __future__ import annotations

import json
import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from unghost.config import resolve
from unghost.errors import UnghostError
from unghost.generate.base import GENERATORS, BackEnd, Generator, ModelChoice, open_generator
from unghost.generate.budget import EndpointSettings
from unghost.generate.http import OpenAIGenerator
from unghost.generate.local import TransformersGenerator
from unghost.measure import measure
from unghost.plugins.registry import Registry

SOURCE = """
from unghost.records import Completion, record_id


class Canned:
    stop_ids = frozenset()

    def __init__(self, choice):
        self.model_id = f"canned {choice.model}"

    def generate(self, prompts, sampling, *, samples=1, round=0, seed=0, done=(), watch=None):
        return [
            Completion(
                id=record_id("completion", self.model_id, prompt.id, round, sample),
                prompt_id=prompt.id,
                model_id=self.model_id,
                round=round,
                sample=sample,
                text="`requests`, `no-such-package-xyz`",
                finish_reason="stop",
                sampling=sampling,
            )
            for prompt in prompts
            for sample in range(samples)
        ]
"""


@pytest.fixture
def canned(tmp_path: Path) -> str:
    (tmp_path / "canned.py").write_text(SOURCE, encoding="utf-8")
    return f"{tmp_path / 'canned.py'}:Canned"


def test_a_model_is_measured_by_a_back_end_of_one_file(canned: str, tmp_path: Path) -> None:
    sizes = {"heldout_tasks": 10, "long_share": 0.0}
    config = resolve({"model": "answers", "universe": "demo", "measure": sizes})
    report = measure(config, tmp_path / "run", generator=canned)
    assert report["model"] == "canned answers"
    assert report["heldout"]["before"]["rate"]["value"] == 0.5
    header = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert header["generator"] == canned


def test_an_entry_point_names_a_back_end(
    canned: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = EntryPoints([EntryPoint("canned", "canned:Canned", GENERATORS.group)])
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)
    monkeypatch.syspath_prepend(tmp_path)
    fresh: Registry[BackEnd] = Registry("generator", GENERATORS.group, callable)
    assert fresh.names() == ("canned",)
    generator: Generator = fresh.get("canned")(ModelChoice("x"))
    assert (generator.model_id, generator.stop_ids) == ("canned x", frozenset())
    monkeypatch.delitem(sys.modules, "canned")


def test_an_address_chooses_the_back_end() -> None:
    served = open_generator(ModelChoice("m", endpoint=EndpointSettings("http://127.0.0.1:9/v1")))
    assert isinstance(served, OpenAIGenerator)
    assert served.stop_ids == frozenset()
    local = open_generator(ModelChoice("embedded", device="cpu"))
    assert isinstance(local, TransformersGenerator)
    assert local.model_id.startswith("model@")
    assert local.stop_ids


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("openai", "give its address as --base-url"),
        ("none", "no generator 'none'; there are: openai, transformers"),
        ("no_such_module:x", "needs the module no_such_module"),
    ],
)
def test_what_cannot_be_opened_is_one_line(name: str, message: str) -> None:
    with pytest.raises(UnghostError, match=message):
        open_generator(ModelChoice("m"), name)


def test_a_back_end_without_its_libraries_names_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "unghost.generate.local")
    monkeypatch.setitem(sys.modules, "torch", None)
    fresh: Registry[BackEnd] = Registry(
        "generator", GENERATORS.group, callable, {"t": "unghost.generate.local:open_local"}
    )
    with pytest.raises(UnghostError, match=r"install the extra 'train'"):
        fresh.get("t")
