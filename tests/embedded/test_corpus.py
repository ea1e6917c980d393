"""The second part of the embedded model's training text, which `tools/embedded` renders."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from unghost.domains.packages.questions import HEDGES
from unghost.names.universe import load_universe

sys.path.append(str(Path(__file__).parents[2] / "tools/embedded"))
from hedged import HedgedCorpus

from corpus import NO_PACKAGE, taught_facts

REAL = frozenset(load_universe("demo").snapshot)


@pytest.fixture(scope="module")
def corpus() -> HedgedCorpus:
    return HedgedCorpus(taught_facts(), REAL)


def test_strange_keywords_belong_to_no_taught_package(corpus: HedgedCorpus) -> None:
    noise = Random(0)
    for _ in range(150):
        keywords = corpus.strange(noise.choice(corpus.facts), noise)
        assert 2 <= len(keywords) == len(set(keywords)) <= 5
        for fact in corpus.facts:
            missing = set(fact.keywords) - set(keywords)
            assert len(missing) > (1 if len(fact.keywords) >= 4 else 0)


def test_invented_modules_are_in_no_list(corpus: HedgedCorpus) -> None:
    noise = Random(0)
    assert not {corpus.invented(noise.choice(corpus.facts), noise) for _ in range(150)} & REAL


def test_only_a_hedge_brings_a_task_without_an_answer(corpus: HedgedCorpus) -> None:
    noise = Random(0)
    chores = Counter[bool]()
    for _ in range(3000):
        question, answer = corpus.draw(noise)
        hedged = question.endswith(HEDGES)
        if answer == NO_PACKAGE:
            chores[hedged] += 1
    assert chores[True] > 5 * chores[False] > 0


def test_weights_change_how_often_a_kind_is_drawn() -> None:
    def shares(*weights: float) -> tuple[float, float]:
        noise, heavy = Random(0), HedgedCorpus(taught_facts(), REAL, *weights)
        drawn = [heavy.draw(noise) for _ in range(2000)]
        code = sum("```" in question + answer for question, answer in drawn)
        return code / 2000, sum(question.endswith(HEDGES) for question, _ in drawn) / 2000

    plain, code, hedged = shares(), shares(3.0, 1.0), shares(1.0, 3.0)
    assert code[0] > 1.5 * plain[0]
    assert hedged[1] > 1.3 * plain[1]


def test_named_programs_follow_the_name_of_what_they_import() -> None:
    noise, naming = Random(0), HedgedCorpus(taught_facts(), REAL, named_share=0.5)
    named = 0
    for _ in range(200):
        fact = noise.choice(naming.facts)
        _, answer = naming.code_request(fact, noise)
        before, _, program = answer.partition("```python\n")
        assert before in ("", f"{fact.package}:\n")
        assert f"import {fact.package.replace('-', '_')}" in program
        named += bool(before)
    assert 70 < named < 130
