from __future__ import annotations

from pathlib import Path

import pytest
import torch

from unghost.config import resolve
from unghost.domains.packages.prompts import ask
from unghost.lab import Lab, open_lab
from unghost.records import Completion, Mention, Prompt, Sampling, Verdict
from unghost.results import _drift, _utility, discover_figures, topic_words
from unghost.runs import Batch

UTILITY = str(Path(__file__).parent / "e2e" / "utility.jsonl")


def found(*answers: tuple[str, str]) -> Batch:
    """Return a round in which (operator, ghosts) prompts were answered in that order."""
    batch = Batch([], [], [], [])
    for number, (operator, ghosts) in enumerate(answers):
        prompt = ask(
            f"task {number}",
            asks="packages",
            task_id=f"t{number}",
            family="f",
            operator=operator,
            split="discover",
        )
        batch.prompts.append(prompt)
        batch.completions.append(
            Completion(f"c{number}", prompt.id, "m", 1, 0, ghosts, "stop", Sampling(), (1,) * 10)
        )
        for name in ghosts.split():
            mid = f"{number}{name}"
            batch.mentions.append(
                Mention(mid, f"c{number}", 0, 1, 1, 1, name, name, "pypi", "list")
            )
            batch.verdicts.append(Verdict(mid, name, "absent", "name", "s", "2026-01-01"))
    return batch


def test_arms_count_first_meetings_and_add_up_to_the_round() -> None:
    batch = found(("replay", "old one"), ("rarer", "one two two"), ("wider", "two three old"))
    figures = discover_figures(batch, {"one", "two", "three"})
    new = {arm["arm"]: arm["new_ghosts"] for arm in figures["arms"]}
    assert new == {"f / replay": 1, "f / rarer": 1, "f / wider": 1}
    assert sum(new.values()) == figures["new_ghosts"] == 3
    assert figures["arms"][0]["yield"] == pytest.approx(100)


def lab_of(kind: str) -> Lab:
    settings = {"max_new_tokens": 12}
    return open_lab(
        resolve(
            {"device": "cpu", "utility": UTILITY, "adapter": {"kind": kind}, "measure": settings}
        )
    )


@pytest.mark.parametrize("kind", ["lora", "full"])
def test_elsewhere_before_is_the_original_model(kind: str) -> None:
    lab = lab_of(kind)
    untouched = _utility(lab)["exact_match"]
    assert untouched["before"] == untouched["after"]
    with torch.no_grad():
        for weight in lab.policy.trainable().values():
            weight.add_(0.3 * torch.ones_like(weight))
    steps: list[int] = []
    spoiled = _utility(lab, steps.append)
    assert spoiled["exact_match"]["before"] == untouched["before"]
    assert spoiled["perplexity"]["after"]["value"] > 2 * spoiled["perplexity"]["before"]["value"]
    assert steps == [1, 2]


def test_shown_answers_have_their_divergence_and_leave_the_summary_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("unghost.results._DRIFT_ANSWERS", 2)
    lab = lab_of("lora")
    prompts: list[Prompt] = [
        ask(f"x{n}", asks="packages", task_id=f"t{n}", family="f", operator="o", split="heldout")
        for n in range(6)
    ]
    completions = lab.probe.generator.generate(prompts, Sampling(max_new_tokens=8))
    before = Batch(prompts, completions, [], [])
    summary, drawn = _drift(lab, before, set())
    assert len(drawn) == 2
    missing = {c.prompt_id for c in completions if c.id not in drawn}
    again, more = _drift(lab, before, missing)
    assert again == summary
    assert set(more) == {c.id for c in completions}
    assert all(len(more[c.id]) == len(c.token_ids or ()) for c in completions)


def test_keywords_of_tasks_of_one_package_are_joined() -> None:
    from unghost.domains.packages.tasks import Task

    tasks = [Task("a", "x", ("one",)), Task("a", "y", ("two",)), Task("b", "z")]
    assert topic_words(tasks) == {"a": {"one", "two"}}
