from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from unghost.discover.dedupe import Deduper, features, jaccard

WORDS = [f"word{number}" for number in range(12)]
texts = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join), max_size=25
)


def unique(texts: list[str], threshold: float = 0.8) -> list[str]:
    deduper = Deduper(threshold)
    return [text for text in texts if deduper.add(text)]


thresholds = st.sampled_from([0.3, 0.5, 0.8, 0.95, 1.0])


@given(texts, thresholds)
def test_what_is_dropped_has_a_near_duplicate_that_is_kept(
    given: list[str], threshold: float
) -> None:
    kept = unique(given, threshold)
    sets = [features(text) for text in kept]
    for text in given:
        assert max(jaccard(features(text), other) for other in sets) >= threshold - 1e-6


@given(texts, thresholds)
def test_it_is_a_subsequence_and_doing_it_again_changes_nothing(
    given: list[str], threshold: float
) -> None:
    kept = unique(given, threshold)
    rest = iter(given)
    assert all(text in rest for text in kept)
    assert unique(kept, threshold) == kept


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8))
def test_case_punctuation_and_fillers_do_not_make_a_new_task(words: list[str]) -> None:
    deduper = Deduper(1.0)
    assert deduper.add(" ".join(words))
    disguised = "A tool for " + "  ".join(word.upper() for word in words) + "!"
    assert not deduper.add(disguised)


def test_near_duplicates_are_found_among_thousands() -> None:
    noise = Random(0)
    many = [f"task{n}" for n in range(2000)]
    base = [" ".join(noise.sample(many, 12)) for _ in range(3000)]
    deduper = Deduper(0.8)
    assert all(deduper.add(text) for text in base)
    near = [f"{text} extra" for text in base]
    assert not any(deduper.add(text) for text in near)


def test_different_tasks_of_the_same_words_are_kept() -> None:
    assert unique(["yaml parser", "csv parser", "parser yaml"]) == [
        "yaml parser",
        "csv parser",
    ] + (["parser yaml"] if jaccard(features("yaml parser"), features("parser yaml")) < 0.8 else [])
    assert unique(["", "the of", "..."]) == []
