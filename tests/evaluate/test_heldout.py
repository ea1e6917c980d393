from __future__ import annotations

import json
from typing import Any

import pytest

from unghost.domains.tasks import Task
from unghost.evaluate.heldout import SELECTION, heldout_section, keywords_of
from unghost.report.schema import Heldout


def test_section_holds_every_key_of_the_schema_and_is_json(bench: Any) -> None:
    before = bench().say("a", "-x +flask", gold="flask").say("b", "+six", gold="six").answers
    after = bench().say("a", "+flask", gold="flask").say("b", "+six", gold="six").answers
    section = heldout_section(
        before,
        after,
        known={"flask": True, "six": False},
        task_keywords={"a": ["web"], "b": ["compat"]},
        name_keywords={"flask": ["web"], "six": ["compat"]},
    )
    assert set(section) == set(Heldout.__annotations__)
    json.dumps(section, allow_nan=False)
    assert section["cut"]["value"] == pytest.approx(1.0)
    assert section["retention"]["value"] == 1.0
    assert section["known_right"]["before"]["total"] == 1
    assert section["fit"]["before"]["value"] == 1.0
    prone = section["prone"]
    assert (prone["prompts"], prone["selection"]) == (1, SELECTION)
    assert prone["before"]["rate"]["value"] == pytest.approx(0.5)


def test_a_measurement_alone_has_nothing_after(bench: Any) -> None:
    section = heldout_section(bench().say("a", "-x").answers)
    assert set(section) == set(Heldout.__annotations__)
    assert [key for key, value in section.items() if value is not None] == [
        "before",
        "measured_before",
    ]


def test_keywords_of_tasks_of_one_package_are_joined() -> None:
    tasks = [Task("a", "x", ("one",)), Task("a", "y", ("two",)), Task("b", "z")]
    assert keywords_of(tasks)["task_keywords"] == {"a": {"one", "two"}}
