from __future__ import annotations

import pytest
from explorer_world import World, hashed_names, make_tasks

from unghost.discover.plans import ExplorerSettings
from unghost.domains.tasks import Task


@pytest.fixture
def tasks() -> list[Task]:
    return make_tasks("discover", 60, known=lambda number: number % 2 == 0)


@pytest.fixture
def settings() -> ExplorerSettings:
    return ExplorerSettings(tasks_per_round=40, batch_tasks=8)


@pytest.fixture
def world() -> World:
    return World(hashed_names)
