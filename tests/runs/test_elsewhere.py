from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from unghost.errors import UnghostError
from unghost.evaluate.coding import load_benchmark
from unghost.runs.elsewhere import (
    Side,
    compare_coding,
    compare_harness,
    compare_texts,
    load_texts,
    open_side,
)

PROBLEM = {
    "task_id": "HumanEval/0",
    "prompt": 'def double(x: int) -> int:\n    """ Twice a number.\n    """\n',
    "entry_point": "double",
    "test": "def check(candidate):\n    assert candidate(2) == 4\n",
}


@pytest.fixture(scope="module")
def side(tmp_path_factory: pytest.TempPathFactory) -> Side:
    return open_side("base", "embedded", "fp32", "cpu", tmp_path_factory.mktemp("elsewhere"))


def test_texts_are_lines_or_passages(tmp_path: Path) -> None:
    lines, plain = tmp_path / "a.jsonl", tmp_path / "a.txt"
    lines.write_text('{"text": "one"}\n{"text": "two\\nlines"}\n', encoding="utf-8")
    plain.write_text("a line\n" * 1000, encoding="utf-8")
    assert load_texts(lines) == ["one", "two\nlines"]
    passages = load_texts(plain)
    assert "".join(passages) == "a line\n" * 1000
    assert len(passages) == 4


@pytest.mark.parametrize("line", ["{}", "[]", "3", '{"text": 3}', "x"])
def test_other_lines_are_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"text": "one"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(UnghostError, match=r"a\.jsonl line 2"):
        load_texts(path)


def test_perplexity_of_the_same_model_does_not_change(side: Side) -> None:
    texts = ["import flask\n" * 400, "pip install requests", "a"]
    found = compare_texts(texts, [side, side])
    assert found["change"]["value"] == 1.0
    assert found["before"]["value"] > 1.0
    # Every token but the first of each window of 512 is scored.
    ids = [len(side.loaded.tokenizer(text)["input_ids"]) for text in texts]
    assert found["before"]["total"] == sum(n - -(-n // 512) for n in ids)


def test_models_of_other_tokens_are_refused(side: Side) -> None:
    class Other:
        def __call__(self, text: str, **_: Any) -> dict[str, list[int]]:
            return {"input_ids": [1] * len(text)}

    from dataclasses import replace

    other = replace(side, loaded=replace(side.loaded, tokenizer=Other()))
    with pytest.raises(UnghostError, match="different tokens"):
        compare_texts(["some text of several words"], [side, other])


def test_problems_are_asked_and_run_once(side: Side, tmp_path: Path) -> None:
    pytest.importorskip("evalplus")
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps(PROBLEM), encoding="utf-8")
    benchmark, told = load_benchmark(path), []

    def progress(stage: str, done: float, total: int, tokens: int = 0, /) -> None:
        told.append((stage, tokens))

    first = compare_coding(benchmark, [side, side], progress)
    assert first["figures"]["humaneval"]["change"]["value"] == 0.0
    assert first["forms"] == ["chat", "chat"]
    assert first["problems"] == 1
    (folder,) = side.folder.glob("humaneval-*")
    answer = json.loads((folder / "completions.jsonl").read_text(encoding="utf-8"))
    assert answer["finish_reason"] in ("stop", "length")
    generated = max(tokens for _, tokens in told)
    assert generated > 0
    # What stands in the folder is believed, so nothing is asked or run again.
    results = {answer["id"]: {"solution": "", "base": "pass"}}
    (folder / "results.json").write_text(json.dumps(results), encoding="utf-8")
    told.clear()
    again = compare_coding(benchmark, [side, side], progress)
    assert again["figures"]["humaneval"]["before"]["value"] == 1.0
    assert all(tokens == 0 for _, tokens in told)


def test_a_task_of_lm_eval_is_run_from_a_folder(side: Side, tmp_path: Path) -> None:
    pytest.importorskip("lm_eval")
    data = tmp_path / "toy.jsonl"
    data.write_text('{"q": "2+2=", "a": 0}\n{"q": "2+3=", "a": 1}\n', encoding="utf-8")
    definition = f"""
task: toy_sums
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{q}}}}"
doc_to_choice: ["4", "5"]
doc_to_target: "{{{{a}}}}"
metric_list: [{{metric: acc, aggregation: mean, higher_is_better: true}}]
"""
    (tmp_path / "toy.yaml").write_text(definition, encoding="utf-8")
    found = compare_harness("toy_sums", tmp_path, [side, side])
    (before, after) = found["metrics"]["toy_sums.acc"]
    assert before == after
    assert list(found["metrics"]) == ["toy_sums.acc"]
    with pytest.raises(UnghostError, match="no task 'other'"):
        compare_harness("other", tmp_path, [side, side])
