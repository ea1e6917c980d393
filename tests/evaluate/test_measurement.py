from __future__ import annotations

import json
import time
from typing import Any

from unghost.domains.tasks import Task
from unghost.evaluate.measurement import Measurement, measurement_section


def _made(bench: Any, tasks: int = 30) -> Any:
    made = bench()
    for n in range(tasks):
        names = f"-zq-{n % 7} +flask" if n % 3 == 0 else "+six"
        made.say(f"t{n}", names, gold="flask")
        level = ("everyday", "rare")[n % 2]
        made.tasks.append(Task(f"t{n}", "x", right=("flask",), level=level, topic=f"f{n % 4}"))
    return made


def test_groups_and_json(bench: Any) -> None:
    made, again = _made(bench), bench()
    for n in range(30):
        again.say(f"t{n}", f"-zq-{n % 7}", sample=1)
    found = measurement_section(made.answers, sampled=again.answers)
    assert set(found.by) == {"asks", "level", "topic"}
    assert len(found.by["topic"]) == 4
    assert found.persistence is not None
    assert found.persistence.always.value == 1.0
    assert found.sampled is not None
    data = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert Measurement.from_json(data) == found


def test_a_domain_tells_popularity_and_distance(bench: Any) -> None:
    from domain_cases import PACKAGES

    found = measurement_section(_made(bench).answers, domain=PACKAGES)
    (group,) = found.by["popularity"]
    assert group.startswith("top ")
    assert found.inventions.near is not None
    assert sum(found.inventions.near.values()) == found.inventions.distinct


def test_nothing_measured_is_no_error() -> None:
    found = measurement_section([])
    assert found.outcomes.invented.value is None
    assert Measurement.from_json(found.to_json()) == found


def test_analysis_is_fast(bench: Any) -> None:
    answers = _made(bench, 300).answers * 10
    start = time.perf_counter()
    measurement_section(answers)
    assert len(answers) / (time.perf_counter() - start) > 300  # 20,000 a second when idle
