from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest
from explorer_world import (
    World,
    complete,
    make_tasks,
    run_batch,
    run_round,
)

from domain_cases import PACKAGES, follow_up
from unghost.discover.dedupe import features, jaccard
from unghost.discover.explorer import Explorer
from unghost.discover.operators import names_any
from unghost.discover.plans import ExplorerSettings
from unghost.domains.tasks import Task
from unghost.errors import UnghostError
from unghost.records import Prompt


def revived(explorer: Explorer, tasks: list[Task]) -> Explorer:
    other = Explorer(PACKAGES, tasks, explorer.settings, explorer.seed)
    other.load_json(json.loads(json.dumps(explorer.to_json(), sort_keys=True)))
    return other


def test_same_seed_same_prompts(
    tasks: list[Task], settings: ExplorerSettings, world: World
) -> None:
    runs = [
        [
            [run_round(explorer, world, number) for number in (1, 2, 3)]
            for explorer in [Explorer(PACKAGES, tasks, settings, seed)]
        ]
        for seed in (0, 0, 1)
    ]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_a_round_is_fixed_before_it_runs(
    tasks: list[Task], settings: ExplorerSettings, world: World
) -> None:
    explorer = Explorer(PACKAGES, tasks, settings, 0)
    requests = explorer.model_prompts(1)
    assert requests == explorer.model_prompts(1)
    batches = explorer.plan(1)
    assert [batch.index for batch in batches] == list(range(5))
    run_batch(explorer, world, batches[0].prompts, 1)
    assert explorer.plan(1) == batches
    assert explorer.model_prompts(1) == requests


@pytest.mark.parametrize("stop_after", [0, 2, 5])
def test_a_killed_run_goes_on_the_same(
    tasks: list[Task], settings: ExplorerSettings, world: World, stop_after: int
) -> None:
    explorer = Explorer(PACKAGES, tasks, settings, 0)
    run_round(explorer, world, 1)
    requests = explorer.model_prompts(2)
    explorer = revived(explorer, tasks)
    assert explorer.model_prompts(2) == requests
    explorer.accept_tasks(requests, [complete(p, f"tables of {p.id}", 2) for p in requests])
    explorer = revived(explorer, tasks)
    batches = explorer.plan(2)
    for batch in batches[:stop_after]:
        run_batch(explorer, world, batch.prompts, 2)
    other = revived(explorer, tasks)
    assert other.plan(2) == batches
    for one in (explorer, other):
        for batch in batches[stop_after:]:
            run_batch(one, world, batch.prompts, 2)
    assert run_round(other, world, 3) == run_round(explorer, world, 3)
    assert other.to_json() == explorer.to_json()


def test_a_round_mixes_its_shares(
    tasks: list[Task], settings: ExplorerSettings, world: World
) -> None:
    explorer = Explorer(PACKAGES, tasks, settings, 0)
    run_round(explorer, world, 1)
    prompts = [p for batch in explorer.plan(2) for p in batch.asking("packages")]
    operators = Counter(prompt.operator for prompt in prompts)
    assert len(prompts) == len({prompt.task_id for prompt in prompts}) == 40
    right = explorer.ledger.right
    assert operators["anchor"] == min(8, len(right)) > 0
    assert operators["replay"] == 8
    assert all(p.task_id in right for p in prompts if p.operator == "anchor")
    fresh = [p for p in prompts if p.operator not in ("anchor", "replay")]
    assert 2 * sum(p.family == "facts" for p in fresh) >= len(fresh) - 2
    first = {p.task_id for batch in explorer.plan(2) for p in batch.asking("code")}
    assert first <= {p.task_id for p in prompts}
    assert first


def test_what_the_model_was_taught_is_not_looked_at(
    settings: ExplorerSettings, world: World
) -> None:
    asked = []
    for known in (True, False, None):
        explorer = Explorer(
            PACKAGES, make_tasks("discover", 60, known=lambda _, k=known: k), settings, 0
        )
        asked.append([p.id for number in (1, 2) for p in run_round(explorer, world, number)])
    assert asked[0] == asked[1] == asked[2]


def test_anchors_are_what_was_answered_well_before(
    settings: ExplorerSettings, world: World
) -> None:
    tasks = make_tasks("discover", 60, known=lambda _: None)
    explorer = Explorer(PACKAGES, tasks, settings, 0)
    first = run_round(explorer, world, 1)
    assert not [prompt for prompt in first if prompt.operator == "anchor"]
    right = {p.task_id for p in first if p.asks == "packages" and world.names(p)[0][1] == "exists"}
    assert right
    second = run_round(explorer, world, 2)
    anchors = {prompt.task_id for prompt in second if prompt.operator == "anchor"}
    assert anchors <= right
    assert len(anchors) == min(8, len(right))


def test_half_of_the_anchors_share_is_new_while_there_is_anything_new(
    settings: ExplorerSettings,
) -> None:
    good = World(lambda prompt: [(prompt.gold or "requests", "exists")])
    explorer = Explorer(PACKAGES, make_tasks("discover", 60, known=lambda _: None), settings, 0)
    met: set[str] = set()
    for number in range(1, 8):
        asked = [p for p in run_round(explorer, good, number) if p.asks == "packages"]
        anchors = sum(prompt.operator == "anchor" for prompt in asked)
        given = {p.task_id for p in asked if p.task_id.startswith("discover-")}
        if number > 1:
            assert anchors >= 8
        if number == 2:
            assert len(given - met) >= 8
        met |= given
    assert len(met) == 60
    assert anchors == 16


def test_fresh_tasks_are_new_and_keep_away_from_other_splits(
    tasks: list[Task], settings: ExplorerSettings, world: World
) -> None:
    reserved = make_tasks("heldout", 20, known=lambda _: False)
    explorer = Explorer(PACKAGES, tasks, settings, 0, reserved)
    other_splits = [features(task.text) for task in reserved]
    gold = frozenset(task.gold for task in (*tasks, *reserved) if task.gold)
    seen: set[str] = set()
    for number in range(1, 6):
        for prompt in run_round(explorer, world, number):
            if prompt.asks != "packages" or prompt.operator in ("anchor", "replay"):
                continue
            assert prompt.task not in seen
            seen.add(prompt.task)
            words = features(prompt.task)
            assert all(jaccard(words, other) < settings.near_duplicate for other in other_splits)
            assert not names_any(prompt.task, gold)
            assert prompt.split == "discover"


def test_the_given_tasks_must_be_of_the_discover_split(settings: ExplorerSettings) -> None:
    with pytest.raises(UnghostError, match="must never see"):
        Explorer(PACKAGES, make_tasks("validate", 3, known=lambda _: True), settings, 0)


def test_it_works_without_any_task(settings: ExplorerSettings, world: World) -> None:
    explorer = Explorer(PACKAGES, [], settings, 0)
    prompts = run_round(explorer, world, 1)
    assert sum(prompt.asks == "packages" for prompt in prompts) == 40


def test_what_the_model_writes_is_asked(tasks: list[Task], settings: ExplorerSettings) -> None:
    explorer = Explorer(PACKAGES, tasks, replace(settings, known_share=0, replay_share=0), 0)
    requests = explorer.model_prompts(1)
    assert requests
    assert {prompt.asks for prompt in requests} == {"task"}
    answers = [complete(p, "import os; os.remove('x')") for p in requests]
    answers[0] = complete(requests[0], "charts of tides for harbour masters.")
    assert explorer.accept_tasks(requests, answers) == 1
    prompts = [p for batch in explorer.plan(1) for p in batch.asking("packages")]
    written = [p for p in prompts if p.operator in ("write-about", "write-like")]
    assert [p.task for p in written] == ["charts of tides for harbour masters"]
    assert len(prompts) == 40
    with pytest.raises(UnghostError, match="too late"):
        explorer.accept_tasks(requests, answers)


def test_a_model_that_cannot_write_is_not_asked(
    tasks: list[Task], settings: ExplorerSettings
) -> None:
    explorer = Explorer(PACKAGES, tasks, replace(settings, model_writes=False), 0)
    assert explorer.model_prompts(1) == []
    assert sum(len(batch.asking("packages")) for batch in explorer.plan(1)) == 40


def test_follow_up_asks_about_each_code_once(tasks: list[Task], settings: ExplorerSettings) -> None:
    explorer = Explorer(PACKAGES, tasks, replace(settings, long_share=1), 0)
    prompts = explorer.plan(1)[0].prompts
    code = [prompt for prompt in prompts if prompt.asks == "code"]
    answers = [complete(p, f"import {p.task_id.replace('-', '_')}") for p in prompts]
    answers += [replace(answer, id=f"{answer.id}x", sample=1) for answer in answers]
    answers.append(replace(complete(code[0], "  \n"), sample=2))
    more = follow_up(prompts, answers)
    assert [prompt.parent_id for prompt in more] == [prompt.id for prompt in code]
    assert {prompt.asks for prompt in more} == {"requirements"}
    for prompt, origin in zip(more, code, strict=True):
        assert f"import {origin.task_id.replace('-', '_')}" in prompt.messages[-1].content
        assert (prompt.task_id, prompt.family, prompt.operator) == (
            origin.task_id,
            origin.family,
            origin.operator,
        )


def test_ghosts_are_counted_once_and_replayed_until_cured(
    tasks: list[Task], settings: ExplorerSettings
) -> None:
    explorer = Explorer(PACKAGES, tasks, replace(settings, long_share=0), 0)
    haunted = World(lambda prompt: [("ghost-one", "absent"), ("who-knows", "unknown")])
    run_round(explorer, haunted, 1)
    assert explorer.new_by_round == {1: 1}
    assert list(explorer.ledger.ghosts) == ["ghost-one"]
    asked = run_round(explorer, haunted, 2)
    assert explorer.new_by_round == {1: 1, 2: 0}
    assert sum(prompt.operator == "replay" for prompt in asked) == 8
    cured = World(lambda prompt: [])
    for number in range(3, 20):
        asked = run_round(explorer, cured, number)
    assert not any(prompt.operator == "replay" for prompt in asked)
    assert not explorer.ledger.prone


def test_the_yield_steers_the_choice_of_arms(tasks: list[Task]) -> None:
    def names(prompt: Prompt) -> list[tuple[str, str]]:
        rich = prompt.operator == "idiom"
        return [(f"ghost-{prompt.task_id}", "absent")] if rich else [("requests", "exists")]

    settings = ExplorerSettings(tasks_per_round=120, known_share=0, replay_share=0)
    explorer = Explorer(PACKAGES, tasks, settings, 0)
    shares = []
    for number in range(1, 6):
        asked = [p for p in run_round(explorer, World(names), number) if p.asks == "packages"]
        shares.append(sum(p.operator == "idiom" for p in asked) / len(asked))
    assert shares[-1] > 0.3 > 2 * shares[0]
    rates = explorer.bandit.rates()
    assert max(rates, key=rates.__getitem__)[1] == "idiom"


def test_states_that_do_not_fit_are_refused(tasks: list[Task], settings: ExplorerSettings) -> None:
    explorer = Explorer(PACKAGES, tasks, settings, 0)
    state = explorer.to_json()
    with pytest.raises(UnghostError, match="other tasks, settings or seed"):
        Explorer(PACKAGES, tasks, settings, 1).load_json(state)
    with pytest.raises(UnghostError, match="version"):
        explorer.load_json({**state, "version": 0})


def test_calls_out_of_order_are_refused(tasks: list[Task], settings: ExplorerSettings) -> None:
    explorer = Explorer(PACKAGES, tasks, settings, 0)
    with pytest.raises(UnghostError, match="nothing was planned"):
        explorer.observe([], [], [], [])
    with pytest.raises(UnghostError, match="too early"):
        explorer.accept_tasks([], [])
    explorer.plan(2)
    with pytest.raises(UnghostError, match="round 1 is over"):
        explorer.plan(1)


@pytest.mark.parametrize(
    "bad",
    [
        {"tasks_per_round": 0},
        {"known_share": 1.5},
        {"known_share": 0.6, "replay_share": 0.6},
        {"discount": 0},
    ],
)
def test_senseless_settings_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(UnghostError):
        ExplorerSettings(**bad)  # type: ignore[arg-type]
