from __future__ import annotations

from itertools import combinations

import pytest

from unghost.mentions import words
from unghost.mentions.words import FACTS


def test_each_fact_has_a_reason_and_says_each_word_once() -> None:
    for fact in FACTS.values():
        said = fact.words.split()
        assert fact.why.endswith(".")
        assert len(said) == len(set(said)) > 0
        assert said == [word.lower() for word in said]


def test_a_word_of_the_vocabulary_is_of_one_kind() -> None:
    kinds = ("prose", "heading", "topic", "ordinary", "common")
    for one, other in combinations(kinds, 2):
        assert not set(FACTS[one].words.split()) & set(FACTS[other].words.split())


@pytest.mark.parametrize("name", ["requests", "click", "black", "rich", "flask", "numpy", "pytest"])
def test_what_is_installed_often_is_no_english_word(name: str) -> None:
    groups = (words.PROSE, words.HEADINGS, words.COUNTED, words.ORDINARY, words.BEHIND)
    assert not any(name in group for group in groups)
    assert not words.is_topic_word(name)
