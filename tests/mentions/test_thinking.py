from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.mentions.reader import Context, find_in_text
from unghost.mentions.thinking import thinking_end


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>numpy or numpie?</think>\nrequests", "\nrequests"),
        ("  <Thinking>a\nb</THINKING>requests", "requests"),
        ("numpie perhaps?</think>requests", "requests"),  # opened by the chat template
        ("<think>never ends: numpie", ""),
        ("<think>a</think>b</think>c", "b</think>c"),
        ("<reasoning></reasoning>", ""),
        ("requests", "requests"),
        ("", ""),
        ("use <think>x</think> in your prompt", "use <think>x</think> in your prompt"),
        ("I think> requests", "I think> requests"),
        ("\u0130\u0130<b>", "\u0130\u0130<b>"),
        ("<think>\u0130</think>requests", "requests"),
    ],
)
def test_where_the_answer_begins(text: str, answer: str) -> None:
    assert text[thinking_end(text) :] == answer


def test_names_in_the_thinking_part_are_no_mentions() -> None:
    text = "<think>\npip install numpie\n</think>\nrequests, rich"
    found = find_in_text(text, "s", Context(asks="packages"))
    assert [mention.name for mention in found] == ["requests", "rich"]
    assert [text[mention.start : mention.end] for mention in found] == ["requests", "rich"]
    assert [(mention.line, mention.column) for mention in found] == [(4, 1), (4, 11)]


def test_nor_are_imports_there() -> None:
    text = "<think>import numpie</think>```python\nimport requests\n```"
    assert [m.name for m in find_in_text(text, "s", Context(asks="code"))] == ["requests"]


@given(st.text(alphabet="<>/think \nab", max_size=80))
def test_any_text_has_one_beginning(text: str) -> None:
    assert 0 <= thinking_end(text) <= len(text)
