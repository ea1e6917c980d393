"""A maker of records by hand: what was asked and named, in one line an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from unghost.domains.packages.domain import PackagesDomain
from unghost.domains.tasks import Task
from unghost.evaluate.answers import Answer, read_answers
from unghost.names.universe import load_universe
from unghost.records import Completion, Mention, Prompt, Sampling, Verdict


class Asked(PackagesDomain):
    """Packages, with an abstention of its own."""

    def is_abstention(self, text: str) -> bool:
        return text.startswith("I know none")


DOMAIN = Asked(load_universe("demo"))


@dataclass
class Bench:
    """Collects records; ``say`` adds one answer."""

    prompts: list[Prompt] = field(default_factory=list)
    completions: list[Completion] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)

    def say(
        self,
        task: str,
        names: str | Sequence[tuple[str, str]] = (),
        *,
        prompt: str | None = None,
        sample: int = 0,
        gold: str | None = None,
        asks: str = "packages",
        text: str | None = None,
        finish: str = "stop",
        temperature: float = 0.0,
        resolved: str = "name",
    ) -> Bench:
        """Add an answer.

        ``names`` is either like "+flask -ghost ?x" (exists, absent, unknown) or pairs of a name
        and its status.
        """
        marks = {"+": "exists", "-": "absent", "?": "unknown"}
        if isinstance(names, str):
            names = [(word[1:], marks[word[0]]) for word in names.split()]
        prompt_id = prompt or f"p-{task}"
        if all(p.id != prompt_id for p in self.prompts):
            self.prompts.append(
                Prompt(prompt_id, task, (), asks, task, "f", "o", "heldout", None, gold)  # type: ignore[arg-type]
            )
        cid = f"c-{prompt_id}-{sample}"
        body = ", ".join(name for name, _ in names) if text is None else text
        self.completions.append(
            Completion(cid, prompt_id, "m", 0, sample, body, finish, Sampling(temperature))  # type: ignore[arg-type]
        )
        for number, (name, status) in enumerate(names):
            mid = f"m-{cid}-{number}"
            self.mentions.append(
                Mention(mid, cid, number, number + 1, 1, 1, name, name, "pypi", "list")
            )
            self.verdicts.append(
                Verdict(mid, name, status, resolved, "snap", "2026-04-01")  # type: ignore[arg-type]
            )
        return self

    @property
    def records(
        self,
    ) -> tuple[list[Prompt], list[Completion], list[Mention], list[Verdict]]:
        return self.prompts, self.completions, self.mentions, self.verdicts

    @property
    def answers(self) -> list[Answer]:
        return read_answers(*self.records, domain=DOMAIN, tasks=self.tasks)


@pytest.fixture
def bench() -> type[Bench]:
    return Bench
