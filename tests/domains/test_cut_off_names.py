"""A name in whose middle an answer was cut off says nothing of what the model would have named."""

from __future__ import annotations

import pytest

from domain_cases import ask
from unghost.domains.packages.domain import PackagesDomain
from unghost.names.universe import load_universe
from unghost.records import Completion, FinishReason, Sampling

PROMPT = ask("tables", asks="packages", task_id="t", family="f", operator="o", split="heldout")


@pytest.mark.parametrize(
    ("text", "finish", "statuses"),
    [
        ("requests\nflask-rest", "length", ["exists", "unknown"]),
        ("requests\nflask-rest", "stop", ["exists", "absent"]),
        ("requests", "length", ["unknown"]),
    ],
)
def test_the_last_name_before_the_cut_is_unknown(
    text: str, finish: FinishReason, statuses: list[str]
) -> None:
    domain = PackagesDomain(load_universe("demo"), suggest=True)
    completion = Completion("c", PROMPT.id, "m", 0, 0, text, finish, Sampling())
    verdicts = domain.verify(domain.find(PROMPT, completion))
    assert [verdict.status for verdict in verdicts] == statuses
    assert all(verdict.status == "absent" or not verdict.suggestions for verdict in verdicts)
