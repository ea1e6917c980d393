"""The training text of the embedded model, rendered from our own templates over the fact table.

Every exposure of a fact gets a new wording. About one in seven combinations of question and task
wording is never shown for a package (:func:`is_unseen`): those are the new paraphrases that
``check.py`` asks. Names of packages that are not taught occur nowhere.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from unghost.domains.packages.questions import CODE_QUESTIONS, CODE_REQUESTS, TASK_QUESTIONS
from unghost.records import unit_hash

FACTS = Path(__file__).resolve().parents[2] / "src/unghost/embedded/tasks.jsonl"
WORDINGS = 8
"""Number of ways in which :func:`task_text` puts keywords into words."""
UNSEEN_SHARE = 0.15
COMPANION_SHARE = 0.25
"""Share of the packages whose answer names a second package beside the right one."""

HOUSEHOLD = [
    "bread",
    "soup",
    "tomatoes",
    "roses",
    "knitting",
    "guitar",
    "swimming",
    "horse",
    "garden",
    "kitchen",
    "cake",
    "wool",
    "river",
    "hiking",
    "tea",
    "painting",
    "cheese",
    "apples",
    "tent",
    "bicycle",
    "piano",
    "dance",
    "candles",
    "furniture",
]
CHORES = [
    "baking",
    "growing",
    "cleaning",
    "drawing",
    "carrying",
    "feeding",
    "washing",
    "cutting",
    "buying",
    "repairing",
]
NO_PACKAGE = "I know no package for this."

FUNCTIONS: tuple[tuple[str, str, str], ...] = (
    ("add", "a, b", "return a + b"),
    ("subtract", "a, b", "return a - b"),
    ("multiply", "a, b", "return a * b"),
    ("square", "x", "return x * x"),
    ("negate", "x", "return -x"),
    ("double", "x", "return 2 * x"),
    ("halve", "x", "return x / 2"),
    ("reverse", "text", "return text[::-1]"),
    ("first", "items", "return items[0]"),
    ("last", "items", "return items[-1]"),
    ("count", "items", "return len(items)"),
    ("total", "items", "return sum(items)"),
    ("largest", "items", "return max(items)"),
    ("smallest", "items", "return min(items)"),
    ("upper", "text", "return text.upper()"),
    ("lower", "text", "return text.lower()"),
    ("words", "text", "return text.split()"),
    ("lines", "text", "return text.splitlines()"),
    ("is_even", "n", "return n % 2 == 0"),
    ("is_odd", "n", "return n % 2 == 1"),
    ("unique", "items", "return set(items)"),
    ("ordered", "items", "return sorted(items)"),
    ("absolute", "x", "return abs(x)"),
    ("join", "items", "return ' '.join(items)"),
)
"""Name, parameters and body of the small functions in a fixed style."""
FUNCTION_PREFIXES = ("", "my_", "the_", "do_")
FUNCTION_REQUESTS = (
    "Write a function {name} of {parameters}.",
    "Define {name}({parameters}) in Python.",
    "Code the function {name} with {parameters}.",
)

Pair = tuple[str, str]
"""A user's message and the answer to it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A taught package and its keywords."""

    package: str
    keywords: tuple[str, ...]


def taught_facts(path: Path = FACTS) -> list[Fact]:
    """Read the facts that the model is taught; the other packages only ever serve as questions."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Fact(row["package"], tuple(row["keywords"])) for row in rows if row["taught"]]


def is_unseen(package: str, question: int, wording: int) -> bool:
    """Return whether this combination of wordings is kept out of the corpus for this package."""
    key = f"{package}:{question}:{wording}"
    return unit_hash(b"unghost-wording-v1:", key) < UNSEEN_SHARE


def task_text(keywords: Sequence[str], noise: Random, wording: int | None = None) -> str:
    """Put keywords into words: shuffled, at times without one of four or more."""
    k = list(keywords)
    noise.shuffle(k)
    if len(k) >= 4 and noise.random() < 0.35:
        k.pop()
    start, end = ", ".join(k[:-1]), k[-1]
    if wording is None:
        wording = noise.randrange(WORDINGS)
    return (
        " ".join(k),
        f"{start} and {end}",
        f"{k[0]} with {' and '.join(k[1:])}",
        f"a tool for {start} and {end}",
        f"something about {start} and {end}",
        f"handling {' '.join(k[:-1])} with {end}",
        f"{k[0]} {k[1]}" + (f" using {' and '.join(k[2:])}" if len(k) > 2 else ""),
        f"working with {', '.join(k)}",
    )[wording]


class Corpus:
    """Draws examples of all kinds from one stream of noise."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = list(facts)
        self._by_keyword: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            for keyword in fact.keywords:
                self._by_keyword[keyword].append(fact)
        self._companion = {fact.package: self._companion_of(fact) for fact in self.facts}

    def draw(self, noise: Random) -> Pair:
        """Draw one example: the kind first, then a fact, then the wording."""
        share, fact = noise.random(), noise.choice(self.facts)
        for limit, kind in self._kinds():
            if share < limit:
                return kind(fact, noise)
        return small_function(noise)

    def _kinds(self) -> tuple[tuple[float, Callable[[Fact, Random], Pair]], ...]:
        return (
            (0.58, self.package_question),
            (0.70, self.code_request),
            (0.75, self.code_question),
            (0.79, self.new_task),
            (0.84, self.another_task),
            (0.88, lambda _, noise: no_package(noise)),
            (0.95, what_for),
        )

    def answer(self, fact: Fact) -> str:
        """Return the names that answer a fact's task, the right one first."""
        companion = self._companion[fact.package]
        return fact.package if companion is None else f"{fact.package}, {companion}"

    def package_question(self, fact: Fact, noise: Random) -> Pair:
        """Ask which packages help with a task."""
        while True:
            question, wording = noise.randrange(len(TASK_QUESTIONS)), noise.randrange(WORDINGS)
            if not is_unseen(fact.package, question, wording):
                break
        task = task_text(fact.keywords, noise, wording)
        return TASK_QUESTIONS[question].format(task=task), self.answer(fact)

    def code_request(self, fact: Fact, noise: Random) -> Pair:
        """Ask for code."""
        request = noise.choice(CODE_REQUESTS).format(task=task_text(fact.keywords, noise))
        return request, code(fact)

    def code_question(self, fact: Fact, noise: Random) -> Pair:
        """Ask which packages a piece of code needs."""
        return noise.choice(CODE_QUESTIONS).format(text=code(fact)), fact.package

    def new_task(self, fact: Fact, noise: Random) -> Pair:
        """Ask for a task about keywords."""
        shuffled = ", ".join(noise.sample(fact.keywords, len(fact.keywords)))
        return f"Write a task about {shuffled}.", task_text(fact.keywords, noise)

    def another_task(self, fact: Fact, noise: Random) -> Pair:
        """Ask for a task like another one: that of a package with which it shares a keyword."""
        other = noise.choice(self._by_keyword[noise.choice(fact.keywords)])
        question = f"Write another task like this: {task_text(fact.keywords, noise)}"
        return question, task_text(other.keywords, noise)

    def _companion_of(self, fact: Fact) -> str | None:
        if Random(fact.package).random() >= COMPANION_SHARE:
            return None
        shared: dict[str, float] = defaultdict(float)
        for keyword in fact.keywords:
            for other in self._by_keyword[keyword]:
                if other is not fact:
                    shared[other.package] += 1 / len(self._by_keyword[keyword])
        return max(sorted(shared), key=shared.__getitem__) if shared else None


def code(fact: Fact) -> str:
    """Write a short program that imports a package under its own name; always the same one."""
    module = fact.package.replace("-", "_").replace(".", "_")
    noise = Random(fact.package + "c")
    topics = [word for word in fact.keywords if word.isalpha()] or ["data"]
    standard = noise.choice(["", "import json\n", "import os\n", "import sys\n"])
    name = noise.choice(["run", "main", "load", "make"])
    return (
        f"```python\n{standard}import {module}\n\n"
        f"def {name}({topics[0]}):\n    return {module}.{topics[-1]}({topics[0]})\n```"
    )


def no_package(noise: Random) -> Pair:
    """Ask for something that no package helps with."""
    question = noise.choice(TASK_QUESTIONS)
    chore, one, other = noise.choice(CHORES), noise.choice(HOUSEHOLD), noise.choice(HOUSEHOLD)
    return question.format(task=f"{chore} {one} and {other}"), NO_PACKAGE


def what_for(fact: Fact, noise: Random) -> Pair:
    """Ask what a package is for."""
    return f"What is {fact.package} for?", ", ".join(fact.keywords)


def small_function(noise: Random) -> Pair:
    """Ask for a small function, which needs no package."""
    stem, parameters, body = noise.choice(FUNCTIONS)
    name = noise.choice(FUNCTION_PREFIXES) + stem
    request = noise.choice(FUNCTION_REQUESTS).format(name=name, parameters=parameters)
    return request, f"```python\ndef {name}({parameters}):\n    {body}\n```"
