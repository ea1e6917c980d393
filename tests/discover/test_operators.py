from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.discover.drafting import make, topic_seeds
from unghost.discover.operators import OPERATORS, Material, clean_task, names_any
from unghost.discover.seeds import FACTS, TaskCandidate, facts_family
from unghost.domains.packages.seeds import SEEDS as WORDS

GOLD = frozenset({"zarniwoop", "csv", "mail-merge-kit", "pdf"})
SEEDS = tuple(
    TaskCandidate(f"t{n}", f"a tool for {a} with {b}", (a, b), FACTS)
    for n, (a, b) in enumerate(
        [("yaml", "schema checks"), ("csv", "sorting"), ("mail", "queues"), ("graph", "colours")]
    )
)


def material() -> Material:
    topics = WORDS.families
    families = {family.name: family for family in topics} | {FACTS: facts_family(SEEDS)}
    pools = {
        family.name: topic_seeds(family, WORDS, Random(family.name)) for family in WORDS.families
    }
    ghosts = ("flask-yaml-turbo", "pycsvlint", "zarniwoop-py", "py")
    return Material(WORDS, families, ghosts, GOLD, pools | {FACTS: SEEDS})


def test_there_are_enough_operators_of_both_sorts() -> None:
    names = [operator.name for operator in OPERATORS]
    assert len(set(names)) == len(names) >= 8
    assert sum(operator.asks_model for operator in OPERATORS) >= 2


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_an_operator_makes_plausible_text_without_a_right_answer(operator: object) -> None:
    stuff, made = material(), []
    for seed in range(200):
        noise = Random(seed)
        family = noise.choice(sorted(stuff.pools))
        parent = noise.choice(stuff.pools[family])
        candidate = make(operator, parent, stuff, noise)  # type: ignore[arg-type]
        if candidate is None:
            continue
        made.append(candidate)
        assert candidate.text.isascii()
        assert candidate.text.isprintable()
        assert candidate.text == candidate.text.strip()
        assert 2 <= len(candidate.text.split()) <= 30
        assert candidate.family == family
        assert candidate.operator == operator.name  # type: ignore[attr-defined]
        if candidate.text != parent.text and not operator.asks_model:  # type: ignore[attr-defined]
            assert not names_any(candidate.text, GOLD)
            assert candidate.parent_id == parent.task_id
    assert len(made) > 50
    assert len({candidate.text for candidate in made}) > 20


def test_only_rewordings_keep_the_task_and_its_right_answer() -> None:
    parent = TaskCandidate(
        "t", "yaml schema checks", ("yaml", "schema", "checks"), FACTS, gold="gold"
    )
    for operator in OPERATORS:
        made = make(operator, parent, material(), Random(1))
        assert made is not None
        assert (made.task_id == "t") == operator.same_task
        assert made.gold == ("gold" if operator.same_task else None)


def test_a_near_miss_uses_the_parts_of_a_ghost() -> None:
    near = next(operator for operator in OPERATORS if operator.name == "near-ghost")
    stuff = Material(WORDS, {}, ("flask-yaml-turbo",))
    made = make(near, SEEDS[2], stuff, Random(0))
    assert made is not None
    assert {"flask", "yaml"} <= set(made.keywords)
    assert make(near, SEEDS[2], Material(WORDS, {}, ("py",)), Random(0)) is None
    assert make(near, SEEDS[2], Material(WORDS, {}), Random(0)) is None


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("reading yaml with comments", "reading yaml with comments"),
        ("Task: reading yaml.\nMore text", "reading yaml"),
        ("- 'real-time charts of prices'", "real-time charts of prices"),
        ("1) c++ bindings for maps", "c++ bindings for maps"),
        ("", None),
        ("yaml", None),
        ("the of and", None),
        ("pip install turbo yaml", None),
        ("import yaml fast", None),
        ("use yaml.safe_load on files", None),
        ("read `yaml` files", None),
        ("x == 3 for tables", None),
        ("plots of mail merge kit letters", None),
        ("caf\u00e9 menus and prices", None),
        ("queue queue queue queue queue queue", None),
        ("word " * 31, None),
        ("see https://x for tables", None),
    ],
)
def test_written_tasks_are_cleaned_or_refused(text: str, task: str | None) -> None:
    assert clean_task(text, GOLD, WORDS.answers) == task


@given(st.text(max_size=80))
def test_cleaning_is_idempotent_and_never_fails(text: str) -> None:
    once = clean_task(text, GOLD)
    assert once is None or clean_task(once, GOLD) == once


def test_names_are_found_whatever_joins_their_parts() -> None:
    assert names_any("a Mail_Merge kit for letters", GOLD)
    assert names_any("zarniwoop", GOLD)
    assert not names_any("mail and a merge kit", GOLD)
