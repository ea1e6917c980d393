from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain_cases import PACKAGES
from unghost.evaluate.answers import read_answers
from unghost.mentions.refusal import is_refusal
from unghost.records import Completion, Mention, Prompt, Sampling, Verdict

REFUSALS = (
    "I'm sorry, but as an AI language model I can't do that.",
    "I\u2019m sorry for any confusion, but as a chatbot, I don't have the capability to list them.",
    "As an AI language model, I do not have the ability to install software.",
    "I'm sorry, but I can't assist with that.",
    "I cannot provide that.",
    "Sorry, I can't help.",
    "I am unable to answer this question.",
    "I apologize, but I am not able to write that.",
    "Unfortunately, I cannot help with this.",
    "<think>easy</think>I'm not able to do this.",
)


@pytest.mark.parametrize("text", REFUSALS)
def test_refusals_of_common_models(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I know no package for this.",
        "You can't do that with one library alone.",
        "Sorry about the wait! Here you go.",
        "As an assistant in a lab you can use a spreadsheet.",
        "If it cannot connect, retry.",
        "<think>I'm sorry, I can't help with that.</think>Use a spreadsheet.",
        "Use a spreadsheet. " * 30 + "I'm sorry, but I can't say more.",
    ],
)
def test_other_answers_are_none(text: str) -> None:
    assert not is_refusal(text)


@given(
    refusal=st.sampled_from(REFUSALS),
    status=st.sampled_from(["exists", "absent", "unknown", "private", "reserved", "stdlib"]),
)
def test_an_answer_that_names_something_is_never_one(refusal: str, status: Any) -> None:
    prompt = Prompt("p", "t", (), "packages", "t", "f", "o", "heldout")
    text = f"{refusal} Try flask."
    completion = Completion("c", "p", "m", 0, 0, text, "stop", Sampling())
    mention = Mention("m", "c", 0, 5, 1, 1, "flask", "flask", "pypi", "prose")
    verdict = Verdict("m", "flask", status, "name", "snap", "2026-04-01")
    (named,) = read_answers([prompt], [completion], [mention], [verdict], PACKAGES)
    assert named.kind == ("uncounted" if status == "stdlib" else "naming")
    (bare,) = read_answers([prompt], [completion], [], [], PACKAGES)
    assert bare.kind == "refusal"
