from __future__ import annotations

import pytest
from explorer_world import make_tasks

from unghost.discover.seeds import (
    check_split,
    facts_candidates,
    facts_family,
)
from unghost.domains.packages.seeds import SEEDS
from unghost.domains.tasks import Task
from unghost.errors import UnghostError


@pytest.mark.parametrize("split", ["validate", "heldout"])
def test_a_task_of_another_split_is_refused(split: str, tasks: list[Task]) -> None:
    check_split(tasks)
    with pytest.raises(UnghostError, match=f"{split}-0 belongs to the split {split}"):
        check_split([*tasks, *make_tasks(split, 1, known=lambda _: None)])


def test_the_tables_are_plain_words_and_each_stands_once() -> None:
    assert len({family.name for family in SEEDS.families}) == len(SEEDS.families) >= 10
    for family in SEEDS.families:
        assert len(family.words) >= 8
        assert len(family.rare) >= 4
    words = [word for family in SEEDS.families for word in (*family.words, *family.rare)]
    for table in (words, SEEDS.newer, SEEDS.constraints, SEEDS.idioms):
        assert len(set(table)) == len(table)
        assert all(word.isascii() and word == word.strip().lower() for word in table)


def test_facts_keep_what_the_tasks_say(tasks: list[Task]) -> None:
    made = facts_candidates(tasks)
    assert [(c.task_id, c.text, c.gold) for c in made] == [(t.id, t.text, t.gold) for t in tasks]


def test_the_rare_words_of_the_facts_are_the_rarest(tasks: list[Task]) -> None:
    family = facts_family(facts_candidates(tasks))
    count = lambda word: sum(word in task.keywords for task in tasks)  # noqa: E731
    assert max(map(count, family.rare)) <= min(map(count, family.words))
    assert 4 * len(family.rare) <= len(family.rare) + len(family.words)
