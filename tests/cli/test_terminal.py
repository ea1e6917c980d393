from __future__ import annotations

from unghost.cli.terminal import printable_values
from unghost.syntax.printable import printable


def test_characters_that_steer_a_terminal_are_shown_as_question_marks() -> None:
    assert printable("a\x1b[2J\x07\u202eb\ud800 \u00e9") == "a?[2J??b? \u00e9"
    value = {"a": ["\x1b", 1, None], "b": {"c": "x"}}
    assert printable_values(value) == {"a": ["?", 1, None], "b": {"c": "x"}}
