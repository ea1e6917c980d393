from __future__ import annotations

import pytest

from unghost.domains.packages.answers import find_in_answer, is_abstention
from unghost.mentions.kinds.by_name import Asked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I know no package for this.", True),
        ("Sorry, I don\u2019t know any package that does that.", True),
        ("requests", False),
        ("", False),
    ],
)
def test_abstentions_are_recognised(text: str, expected: bool) -> None:
    assert is_abstention(text) == expected


def test_doubt_in_the_thinking_part_is_no_abstention() -> None:
    assert not is_abstention("<think>I know no package... or do I?</think>requests")
    assert is_abstention("<think>requests?</think>I know no package for this.")


@pytest.mark.parametrize(
    ("asks", "text"),
    [
        ("code", "```javascript\nimport x from 'y'\n```"),
        ("packages", "```\nnpm install something\n```"),
    ],
)
def test_other_ecosystems_are_left_out(asks: Asked, text: str) -> None:
    assert find_in_answer(text, "s", asks=asks, ecosystem="pypi") == []
