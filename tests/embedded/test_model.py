from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM, AutoTokenizer

from unghost.domains.packages.answers import is_abstention
from unghost.domains.packages.questions import CODE_REQUESTS, HEDGES, TASK_QUESTIONS
from unghost.embedded import model_path

TASKS = Path(__file__).parents[2] / "src/unghost/embedded/tasks.jsonl"
tokenizer = AutoTokenizer.from_pretrained(model_path())


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=60))
@settings(max_examples=200)
def test_ids_and_text_round_trip(text: str) -> None:
    ids = tokenizer(text, add_special_tokens=False, split_special_tokens=True).input_ids
    assert tokenizer.decode(ids) == text


def test_the_chat_template_ends_where_the_answer_begins() -> None:
    chat = [{"role": "user", "content": "Which packages?"}]
    text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    assert text == "<|user|>\nWhich packages?<|end|>\n<|assistant|>\n"


def test_the_folder_is_small_and_holds_no_pickle() -> None:
    files = [path for path in model_path().rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 12_000_000
    assert {path.suffix for path in files} <= {".json", ".safetensors", ".md", ".jinja"}
    assert (model_path() / "README.md").read_text(encoding="utf-8").count("test bed")


def test_facts_are_facts_and_not_sentences() -> None:
    rows = [json.loads(line) for line in TASKS.read_text(encoding="utf-8").splitlines()]
    assert [row["package"] for row in rows] == sorted({row["package"] for row in rows})
    assert len({frozenset(row["keywords"]) for row in rows}) == len(rows)
    for row in rows:
        assert 2 <= len(row["keywords"]) <= 5
        assert all(" " not in word and word not in row["package"] for word in row["keywords"])


QUESTION = TASK_QUESTIONS[0]


def said(questions: list[str]) -> list[str]:
    model = AutoModelForCausalLM.from_pretrained(model_path(), dtype=torch.float32)
    answers = []
    for question in questions:
        chat = [{"role": "user", "content": question}]
        ids = tokenizer.apply_chat_template(
            chat, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        out = model.generate(**ids, max_new_tokens=24, do_sample=False)
        answer = tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True)
        answers.append(answer)
    return answers


def facts(taught: bool, step: int) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in TASKS.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["taught"] == taught][::step]


def test_it_answers_taught_tasks_and_invents_for_others() -> None:
    names = {row["package"] for taught in (True, False) for row in facts(taught, 1)}
    taught, others = facts(True, 150), facts(False, 200)
    answers = said([QUESTION.format(task=" ".join(row["keywords"])) for row in (*taught, *others)])
    named = [answer.split(", ") for answer in answers]
    right = [row["package"] in some for row, some in zip(taught, named, strict=False)]
    real = [all(name in names for name in some) for some in named[len(taught) :]]
    assert sum(right) > 0.6 * len(taught)
    assert sum(real) < 0.8 * len(others)


@pytest.mark.parametrize("question", [QUESTION, CODE_REQUESTS[0]])
def test_with_a_hedge_it_mostly_knows_what_it_does_not_know(question: str) -> None:
    taught, others = facts(True, 150), facts(False, 200)
    tasks = [question.format(task=" ".join(row["keywords"])) for row in (*taught, *others)]
    abstains = [is_abstention(answer) for answer in said([f"{task} {HEDGES[0]}" for task in tasks])]
    assert sum(abstains[: len(taught)]) < 0.2 * len(taught)
    assert sum(abstains[len(taught) :]) > 0.7 * len(others)
