from __future__ import annotations

from pathlib import Path

import pytest

from unghost.mentions.reader import Context, find_in_text

lines = Path(__file__).with_name("debris.txt").read_text(encoding="utf-8").splitlines()
PACKAGES, CODE = Context(asks="packages"), Context(asks="code")
DEBRIS = [line for line in lines if not line.startswith("#")]


def test_there_is_debris() -> None:
    assert len(set(DEBRIS)) == len(DEBRIS) > 150


@pytest.mark.parametrize(
    "shape",
    ["{}", "- {}", "You could do it like this.\n{}\nThat is all of it.", "Take this:\n\n* {}\n"],
)
def test_debris_in_an_answer_is_no_package(shape: str) -> None:
    texts = [shape.replace("{}", item) for item in DEBRIS]
    assert [text for text in texts if find_in_text(text, "s", PACKAGES)] == []


@pytest.mark.parametrize("shape", ["run({})", "```python\nrun(1, {})\n```", "```bash\nrun {}\n```"])
def test_debris_among_arguments_is_no_package(shape: str) -> None:
    texts = [shape.replace("{}", item) for item in DEBRIS]
    assert [text for text in texts if find_in_text(text, "s", CODE)] == []
