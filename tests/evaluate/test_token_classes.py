from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from unghost.errors import UnghostError
from unghost.evaluate.token_classes import drift_section, token_classes, token_texts
from unghost.records import Completion, Mention, Sampling, TokenSpan

TEXT = "Take flask:\n```sh\npip install flask -U\n```\nor\n```python\nimport six\nx = 1\n```\nDone"


def words(text: str) -> Completion:
    """An answer whose tokens are words with the blanks before them."""
    spans = tuple(TokenSpan(*m.span(), *m.span()) for m in re.finditer(r"\s*\S+", text))
    ids = tuple(range(len(spans)))
    return Completion("c", "p", "m", 0, 0, text, "stop", Sampling(), ids, spans)


def mention(text: str, name: str, kind: str, which: int = 0) -> Mention:
    start = [m.start() for m in re.finditer(name, text)][which]
    end = start + len(name)
    return Mention(f"m{start}", "c", start, end, 1, 1, name, name, "pypi", kind)  # type: ignore[arg-type]


MENTIONS = [
    mention(TEXT, "flask", "prose"),
    mention(TEXT, "flask", "install", 1),
    mention(TEXT, "six", "import"),
]


def test_each_token_is_of_one_class() -> None:
    answer = words(TEXT)
    found = token_classes(answer, MENTIONS)
    said = dict(zip(TEXT.split(), found, strict=True))
    assert found[TEXT.split().index("flask:")] == "names"
    assert said["pip"] == said["install"] == said["-U"] == "install"
    assert said["flask"] == said["six"] == "names"
    assert said["import"] == said["x"] == said["1"] == "code"
    assert said["Take"] == said["Done"] == said["or"] == "prose"


def test_an_answer_without_fences_is_code_where_code_was_asked() -> None:
    answer = words("import six\nx = 1")
    found = token_classes(answer, [mention(answer.text, "six", "import")], is_code=True)
    assert found == ["code", "names", "code", "code", "code"]
    assert token_classes(answer, [])[-1] == "prose"


def test_answers_without_tokens_are_refused() -> None:
    with pytest.raises(UnghostError, match="no token spans"):
        token_classes(replace(words("x"), spans=None), [])


def test_invented_names_are_hidden() -> None:
    answer = words("use ghosty or six")
    found = [mention(answer.text, "ghosty", "prose"), mention(answer.text, "six", "prose")]
    assert token_texts(answer, found, {found[0].id}) == [
        "use",
        " \u2022" + "\u2022" * 5,
        " or",
        " six",
    ]


def test_means_by_class_and_the_tokens_that_changed() -> None:
    found = drift_section(
        [np.array([1.0, 0.0, 0.1]), np.array([3.0, 0.0])],
        [["names", "prose", "code"], ["names", "prose"]],
        [["flask", "the", "x"], ["flask", "a"]],
        ["a", "b"],
    )
    assert found["classes"]["names"]["value"] == 2.0
    assert found["classes"]["prose"]["value"] == 0.0
    assert found["classes"]["install"]["value"] is None
    assert found["tokens"][0] == {"text": "flask", "class": "names", "count": 2, "kl": 2.0}
    assert found["tokens"][1]["text"] == "x"
