from __future__ import annotations

from typing import Any

import pytest

from domain_cases import PACKAGES
from label_cases import Scene
from unghost.label import STREAMS, Labels, doubtful_answers, label_hedged
from unghost.records import Completion

pytestmark = pytest.mark.usefixtures("every_name_may_be_taught")

NONE_KNOWN = "I know no package for this."


def scene(*plain: str) -> Scene:
    """Make a prompt's plain answers, each one name; those that start with a g are ghosts."""
    made = Scene()
    for name in plain:
        made.answer(name, names={name: "absent" if name.startswith("g") else "exists"})
    return made


def learned(made: Scene, *pieces: str, **more: Any) -> list[tuple[str, Completion, Labels]]:
    """Return the last answer as the hedged one, the others as plain ones."""
    made.answer(*pieces, prompt="hedged", **{"names": {}, **more})
    hedged = made.completions.pop()
    doubtful = doubtful_answers(made.completions, made.mentions, made.verdicts, PACKAGES)
    pairs = [("p", hedged)]
    return label_hedged(made.completions, doubtful, pairs, made.mentions, made.verdicts, PACKAGES)


def test_an_abstention_is_learned_by_the_share_of_ghostly_answers() -> None:
    [(prompt, answer, labels)] = learned(scene("g1", "numpy", "numpy", "g3"), NONE_KNOWN)
    assert (prompt, answer.text) == ("p", NONE_KNOWN)
    assert labels.completion_id == answer.id
    assert labels.streams["distill"] == (0.5, 0.5)  # EOS as well
    assert set(labels.streams) == set(STREAMS)
    assert all(not any(labels.streams[name]) for name in STREAMS if name != "distill")
    assert (labels.segments, labels.allowed) == ((-1, -1), ())


def test_what_is_answered_well_is_left_alone() -> None:
    assert not learned(scene("numpy", "numpy", "pandas"), NONE_KNOWN)
    assert not learned(scene("numpy"), NONE_KNOWN)


def test_real_names_that_no_two_answers_share_are_guesses() -> None:
    [(_, _, labels)] = learned(scene("numpy", "pandas"), NONE_KNOWN)
    assert labels.streams["distill"] == (1.0, 1.0)
    both = scene("numpy")
    both.answer("pandas", ", ", "numpy", names={"pandas": "exists", "numpy": "exists"})
    assert not learned(both, NONE_KNOWN)
    code = Scene()
    for module in ("numpy", "pandas"):
        names = {"os": "stdlib", module: "exists"}
        code.answer("import os, ", module, names=names, kind="import")
    assert learned(code, NONE_KNOWN)


def test_an_abstention_where_a_real_name_was_known_is_taken_back() -> None:
    made = scene("numpy", "numpy", "numpy")
    made.answer(NONE_KNOWN, names={})
    [(_, _, labels)] = learned(made, "numpy", names={"numpy": "exists"})
    assert labels.streams["distill"] == (0.25, 0.25)


def test_a_real_name_is_learned() -> None:
    [(_, _, labels)] = learned(scene("g1"), "numpy", names={"numpy": "exists"})
    assert labels.streams["distill"] == (1.0, 1.0)


def test_ghosts_names_that_nobody_can_judge_and_nonsense_are_not() -> None:
    for status in ("absent", "unknown", "reserved", "private"):
        names = {"numpy": "exists", "other": status}
        assert not learned(scene("g1"), "numpy", ", ", "other", names=names)
    assert not learned(scene("g1"), "hm")
    assert not learned(scene("g1"), "os", names={"os": "stdlib"})


def test_a_broken_off_answer_is_not() -> None:
    assert not learned(scene("g1"), NONE_KNOWN, finish="length")


def test_a_hedged_answer_without_plain_ones_is_not() -> None:
    assert not learned(Scene(), NONE_KNOWN)


def test_the_thinking_part_is_not_learned() -> None:
    [(_, _, labels)] = learned(scene("g1"), "<think>", "hm", "</think>", NONE_KNOWN)
    assert labels.streams["distill"] == (0.0, 0.0, 0.0, 1.0, 1.0)


def test_a_refusal_with_names_is_judged_by_its_names() -> None:
    said = "There is no package that does all of it, but try "
    assert not learned(scene("g1"), said, "ghost", names={"ghost": "absent"})
    [(_, _, labels)] = learned(scene("g1"), said, "numpy", names={"numpy": "exists"})
    assert labels.streams["distill"] == (1.0, 1.0, 1.0)
    made = Scene()
    made.answer("# no external packages\n", "import os", names={"os": "stdlib"}, kind="import")
    assert not doubtful_answers(made.completions, made.mentions, made.verdicts, PACKAGES)


def test_a_package_of_another_split_is_not_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    splits = {"numpy": "heldout", "os": "heldout"}
    monkeypatch.setattr("unghost.domains.base.split_of", lambda n: splits.get(n, "discover"))
    assert not learned(scene("g1"), "numpy", names={"numpy": "exists"})
    assert learned(scene("g1"), "pandas", names={"pandas": "exists"})
    names = {"os": "stdlib", "pandas": "exists"}
    assert learned(scene("g1"), "import os, ", "pandas", names=names, kind="import")
