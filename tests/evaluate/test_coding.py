from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from unghost.errors import UnghostError
from unghost.evaluate.coding import (
    Benchmark,
    check_answer,
    coding_figures,
    coding_prompts,
    load_benchmark,
)

HUMANEVAL_PLUS = {
    "task_id": "HumanEval/0",
    "prompt": 'def double(x: int) -> int:\n    """ Twice a number.\n    """\n',
    "contract": "",
    "canonical_solution": "\n    return 2 * x\n",
    "entry_point": "double",
    "base_input": [[1], [2]],
    "plus_input": [[0], [-3], [10**30]],
    "atol": 0,
}
MBPP_PLUS = {
    "task_id": "Mbpp/2",
    "prompt": '"""\nShared elements of two lists.\nassert True\n"""\n',
    "contract": "",
    "canonical_solution": "\ndef similar_elements(a, b):\n    return tuple(set(a) & set(b))\n",
    "entry_point": "similar_elements",
    "base_input": [[[1, 2], [2, 3]]],
    "plus_input": [[[], []]],
    "atol": 0,
}
HUMANEVAL = {
    "task_id": "HumanEval/0",
    "prompt": HUMANEVAL_PLUS["prompt"],
    "canonical_solution": "    return 2 * x\n",
    "entry_point": "double",
    "test": "def check(candidate):\n    assert candidate(2) == 4\n",
}
MBPP = {
    "task_id": 11,
    "text": "Write a function to double.",
    "code": "def help(x):\r\n  return x\r\ndef double(x):\r\n  return 2 * help(x)",
    "test_list": ["assert double(2) == 4", "assert double(0) == 0"],
    "test_setup_code": "",
    "challenge_test_list": [],
}
GOOD = "def double(x):\n    return 2 * x\n```\nThis doubles.\n"
Write = Callable[..., Benchmark]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*rows: dict[str, Any]) -> Benchmark:
        path = tmp_path / "problems.jsonl.gz"
        path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
        return load_benchmark(path)

    return written


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (HUMANEVAL_PLUS, "humaneval_plus"),
        (MBPP_PLUS, "mbpp_plus"),
        (HUMANEVAL, "humaneval"),
        (MBPP, "mbpp"),
    ],
)
def test_the_kind_of_a_file_is_seen(write: Write, row: dict[str, Any], name: str) -> None:
    benchmark = write(row)
    assert benchmark.name == name
    assert benchmark.has_plus == ("plus" in name)
    assert len(benchmark.problems) == 1


def test_only_the_test_split_of_mbpp_is_asked(write: Write) -> None:
    benchmark = write(MBPP | {"task_id": 10}, MBPP, MBPP | {"task_id": 511})
    assert [p["task_id"] for p in benchmark.problems] == ["Mbpp/11"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"task_id": 3}', "no json"])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnghostError, match=r"x\.jsonl"):
        load_benchmark(path)


def test_prompts_are_those_of_evalplus(write: Write) -> None:
    benchmark = write(HUMANEVAL_PLUS)
    (chat,), (direct,) = (coding_prompts(benchmark, form) for form in ("chat", "direct"))
    assert [m.role for m in chat.messages] == ["user", "assistant"]
    assert chat.messages[0].content.endswith('Twice a number.\n    """\n```\n')
    assert chat.messages[1].content.endswith("corresponding tests:\n```python\n")
    assert direct.messages[0].content == HUMANEVAL_PLUS["prompt"].strip()  # type: ignore[attr-defined]
    assert chat.id != direct.id


@pytest.mark.parametrize(
    ("answer", "base", "plus"),
    [
        (GOOD, "pass", "pass"),
        ("def double(x):\n    return 2 * x if 0 < x else 7\n", "pass", "fail"),
        ("def double(x):\n    return 3 * x\n", "fail", "fail"),
        ("I do not know.", "fail", "fail"),
        ("", "fail", "fail"),
        ("def double(x):\n    import os\n    os._exit(0)\n    return 2\n", "timeout", "timeout"),
    ],
)
def test_answers_are_checked(write: Write, answer: str, base: str, plus: str) -> None:
    pytest.importorskip("evalplus")
    benchmark = write(HUMANEVAL_PLUS)
    found = check_answer(benchmark, benchmark.problems[0], answer, "chat")
    assert (found["base"], found["plus"]) == (base, plus)


def test_the_rest_of_a_prompt_is_checked(write: Write) -> None:
    pytest.importorskip("evalplus")
    benchmark = write(HUMANEVAL_PLUS)
    answer = "    return 2 * x\n\ndef other():\n    return 1\n"
    found = check_answer(benchmark, benchmark.problems[0], answer, "direct")
    assert (found["base"], found["plus"]) == ("pass", "pass")
    assert "other" not in found["solution"]


def test_an_endless_answer_runs_out_of_time(write: Write) -> None:
    pytest.importorskip("evalplus")
    benchmark = write(HUMANEVAL)
    answer = "def double(x):\n    while True: pass\n    return 1\n"
    assert check_answer(benchmark, benchmark.problems[0], answer, "chat")["base"] == "timeout"


@pytest.mark.parametrize("row", [HUMANEVAL, MBPP])
@pytest.mark.parametrize(
    ("answer", "base"),
    [
        (GOOD, "pass"),
        ("def double(x):\n    return 3 * x\n", "fail"),
        ("def double(x):\n    import os\n    os._exit(0)\n    return 2\n", "fail"),
    ],
)
def test_plain_problems_have_their_own_tests(
    write: Write, row: dict[str, Any], answer: str, base: str
) -> None:
    pytest.importorskip("evalplus")
    benchmark = write(row)
    found = check_answer(benchmark, benchmark.problems[0], answer, "chat")
    assert found["base"] == base
    assert "plus" not in found


def test_sets_are_compared_as_evalplus_compares_them(write: Write) -> None:
    pytest.importorskip("evalplus")
    benchmark = write(MBPP_PLUS)
    answer = "def similar_elements(a, b):\n    return [x for x in a if x in b]\n"
    found = check_answer(benchmark, benchmark.problems[0], answer, "chat")
    assert (found["base"], found["plus"]) == ("pass", "pass")


def test_figures_are_paired_and_name_what_changed(write: Write) -> None:
    rows = [HUMANEVAL_PLUS | {"task_id": f"HumanEval/{n}"} for n in range(4)]
    benchmark = write(*rows)
    good, half, bad = (
        {"base": "pass", "plus": "pass"},
        {"base": "pass", "plus": "fail"},
        {"base": "fail", "plus": "timeout"},
    )
    ids = [row["task_id"] for row in rows]
    before = dict(zip(ids, [good, good, half, bad], strict=True))
    after = dict(zip(ids, [good, bad, good, half], strict=True))
    figures = coding_figures(benchmark, before, after)
    assert figures["humaneval"]["before"]["value"] == 0.75
    assert figures["humaneval_plus"]["before"]["value"] == 0.5
    assert figures["humaneval_plus"]["change"]["value"] == 0.0
    assert figures["humaneval_plus"]["gained"] == ["HumanEval/2"]
    assert figures["humaneval_plus"]["lost"] == ["HumanEval/1"]
    assert figures["humaneval_plus"]["timeouts"] == [1, 1]
