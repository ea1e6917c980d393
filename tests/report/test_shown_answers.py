from __future__ import annotations

from typing import Any

import pytest

from domain_cases import PACKAGES, ask
from unghost.evaluate.answers import Answer, read_answers
from unghost.records import Completion, Mention, Sampling, Verdict
from unghost.report.answers import happened, shown_answers


def answered(
    text: str, *named: tuple[str, str], gold: str = "flask"
) -> tuple[list[Answer], list[Mention]]:
    prompt = ask("x", asks="packages", task_id="t", family="f", operator="o", split="heldout")
    prompt = type(prompt)(**{f: getattr(prompt, f) for f in prompt.__slots__} | {"gold": gold})
    mentions, verdicts = [], []
    for number, (raw, status) in enumerate(named):
        at = text.index(raw)
        mentions.append(
            Mention(str(number), "c", at, at + len(raw), 1, 1, raw, raw, "pypi", "list")
        )
        said = f"no {raw} in the list"
        verdicts.append(
            Verdict(str(number), raw, status, "name", "s", "2026-01-01", evidence=said)  # type: ignore[arg-type]
        )
    completion = Completion("c", prompt.id, "m", 0, 0, text, "stop", Sampling())
    return read_answers([prompt], [completion], mentions, verdicts, PACKAGES), mentions


def test_names_have_places_verdicts_and_evidence() -> None:
    (row,) = shown_answers(
        *answered("use qzvplo or flask", ("qzvplo", "absent"), ("flask", "exists"))
    )
    ghost, real = row["before"]["names"]
    assert row["before"]["text"] == "use qzv••• or flask"
    assert (ghost["start"], ghost["end"], ghost["status"]) == (4, 10, "absent")
    assert ghost["evidence"] == "qzv•••; no qzv••• in the list; as of 2026-01-01"
    assert real["evidence"] == "flask; no flask in the list; as of 2026-01-01"
    assert row["after"] is row["happened"] is None


def test_a_ghost_is_masked_in_code_that_uses_it_and_in_the_other_answer() -> None:
    before = answered("import qzv_plo\nqzv_plo.run()", ("qzv_plo", "absent"))
    (row,) = shown_answers(*before, *answered("not qzv-plo"))
    assert row["before"]["text"] == "import qzv••••\nqzv••••.run()"
    assert row["after"]["text"] == "not qzv••••"


def test_a_short_ghost_is_masked_in_its_own_answer() -> None:
    (row,) = shown_answers(*answered("import qz\nqz.run()", ("qz", "absent")))
    assert row["before"]["text"] == "import q•\nq•.run()"


GHOST = ("qzvplo", "absent")
RIGHT, OTHER = ("flask", "exists"), ("django", "exists")
NONE = "I know no package for this."


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (GHOST, None, "invented → none"),
        (GHOST, OTHER, "invented → real"),
        (GHOST, GHOST, "still invented"),
        (None, GHOST, "newly invented"),
        (RIGHT, RIGHT, "right → right"),
        (RIGHT, None, "right → lost"),
        (OTHER, RIGHT, "other"),
    ],
)
def test_what_happened(before: Any, after: Any, said: str) -> None:
    sides = [answered(NONE) if one is None else answered(one[0], one) for one in (before, after)]
    assert happened(sides[0][0][0], sides[1][0][0]) == said
