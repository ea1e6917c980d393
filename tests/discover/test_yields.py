from __future__ import annotations

import pytest

from domain_cases import ask
from unghost.discover.yields import discover_figures
from unghost.records import Completion, Mention, Sampling, Verdict
from unghost.storage.folder import Batch


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
