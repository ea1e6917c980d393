"""Coding problems: HumanEval(+) and MBPP(+) from files on the user's disk.

Prompts are those of evalplus, and so are the extraction of code and the tests of the plus files;
see :mod:`unghost.evaluate.coding_check`, which runs in the sandbox.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np

from unghost.errors import UnghostError
from unghost.evaluate.estimates import paired, proportion
from unghost.evaluate.sandbox import Limits, run_code
from unghost.records import Message, Prompt, Sampling, record_id

Suite = Literal["humaneval", "mbpp"]
Form = Literal["chat", "direct"]
"""How a model is asked: by its chat template, or to go on with the prompt where it has none."""

SAMPLING = Sampling(max_new_tokens=512)
"""Greedy. evalplus takes 768 tokens; answers that need more than 512 are rare and take long."""

_CHECK = Path(__file__).with_name("coding_check.py")
_NEEDED = ("evalplus", "tree_sitter_python", "termcolor", "tqdm", "psutil")
_INSTRUCTION = (
    "Please provide a self-contained Python script that solves the following problem in a"
    " markdown code block:"
)
_RESPONSE = (
    "Below is a Python script with a self-contained function that solves the problem and passes"
    " corresponding tests:"
)
_MBPP_TEST = range(11, 511)
"""The test split of MBPP; the rest is for examples, tuning and training."""
_KINDS = ("base", "plus")
_LIMITS = Limits(seconds=180, cpu_seconds=150)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The problems of one file.

    Attributes:
        name: Its figure in the report: ``humaneval``, ``humaneval_plus``, ``mbpp``, ``mbpp_plus``.
        suite: Whose problems they are.
        problems: As the file has them; those without plus tests have ``tests``, statements.
        file: The file's name.
        sha256: Its contents' hash.
    """

    name: str
    suite: Suite
    problems: tuple[Mapping[str, Any], ...]
    file: str
    sha256: str

    @property
    def has_plus(self) -> bool:
        """Whether it has the additional tests of evalplus."""
        return self.name.endswith("_plus")


def check_installed() -> None:
    """Refuse to begin what could not be checked.

    Raises:
        UnghostError: evalplus, or what its checks need, is not installed.
    """
    for module in _NEEDED:
        if find_spec(module) is None:
            raise UnghostError(
                f"coding problems need {module}, which is not installed: install the extra"
                " 'coding' of unghost (unghost[coding])"
            )


def load_benchmark(path: Path) -> Benchmark:
    """Read a file of coding problems, JSON lines or such a file gzipped.

    What it holds is seen by its keys: HumanEvalPlus, MbppPlus, HumanEval or MBPP; of MBPP the test
    split is taken.

    Raises:
        UnghostError: The file cannot be read or holds something else.
    """
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (OSError, EOFError, ValueError) as error:
        raise UnghostError(f"cannot read the coding problems in {path}: {error}") from error
    refusal = UnghostError(
        f"{path} holds no coding problems that are known: give a file of HumanEvalPlus, MbppPlus,"
        " HumanEval or MBPP as JSON lines"
    )
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise refusal
    try:
        name, problems = _recognised(rows)
    except (KeyError, TypeError, StopIteration):
        raise refusal from None
    suite: Suite = "mbpp" if name.startswith("mbpp") else "humaneval"
    return Benchmark(name, suite, tuple(problems), path.name, hashlib.sha256(raw).hexdigest())


def _recognised(rows: Sequence[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    first = rows[0]
    if "plus_input" in first:
        suite = "mbpp" if first["task_id"].startswith("Mbpp/") else "humaneval"
        wanted = ("task_id", "prompt", "entry_point", "canonical_solution", "atol")
        inputs = ("base_input", "plus_input")
        return f"{suite}_plus", [{key: row[key] for key in (*wanted, *inputs)} for row in rows]
    if "test_list" in first:
        kept = [row for row in rows if row["task_id"] in _MBPP_TEST]
        return "mbpp", [_plain_mbpp(row) for row in kept]
    return "humaneval", [
        {
            "task_id": row["task_id"],
            "prompt": row["prompt"],
            "entry_point": row["entry_point"],
            "tests": f"{row['test']}\ncheck({row['entry_point']})",
        }
        for row in rows
    ]


def _plain_mbpp(row: Mapping[str, Any]) -> dict[str, Any]:
    """Bring a problem of MBPP into the form of evalplus: one test in the prompt says the name."""
    tests = row["test_list"]
    defined = re.findall(r"^def +(\w+)", row["code"], re.MULTILINE)
    name = next(name for name in reversed(defined) if re.search(rf"\b{name}\b", tests[0]))
    return {
        "task_id": f"Mbpp/{row['task_id']}",
        "prompt": f'"""\n{row["text"]}\n{tests[0]}\n"""\n',
        "entry_point": name,
        "tests": "\n".join([row.get("test_setup_code", ""), *tests]),
    }


def coding_prompts(benchmark: Benchmark, form: Form) -> list[Prompt]:
    """Build the prompts as evalplus words them; a chat ends in the beginning of the answer."""
    return [_prompt(benchmark, problem, form) for problem in benchmark.problems]


def _prompt(benchmark: Benchmark, problem: Mapping[str, Any], form: Form) -> Prompt:
    text = problem["prompt"].strip()
    messages: tuple[Message, ...] = (Message("user", text),)
    if form == "chat":
        question = f"{_INSTRUCTION}\n```\n{text}\n```\n"
        messages = (
            Message("user", question),
            Message("assistant", f"{_RESPONSE}\n```python\n"),
        )
    return Prompt(
        id=record_id("coding", benchmark.sha256, problem["task_id"], form),
        task_id=problem["task_id"],
        messages=messages,
        asks="text",
        task=text,
        family=benchmark.name,
        operator="measure",
        split="heldout",
    )


def check_answer(
    benchmark: Benchmark, problem: Mapping[str, Any], answer: str, form: Form
) -> dict[str, str]:
    """Run an answer against a problem's tests, in the sandbox.

    Returns:
        The code taken from it as ``solution``, and the status of the ``base`` and ``plus`` tests:
        ``pass``, ``fail`` or ``timeout``.

    Raises:
        UnghostError: This system cannot limit processes.
    """
    data = {
        "suite": benchmark.suite,
        "problem": problem,
        "answer": answer,
        "direct": form == "direct",
    }
    outcome = run_code(_CHECK.read_text(encoding="utf-8"), data, _LIMITS)
    if isinstance(outcome.result, dict):
        return {key: str(value) for key, value in outcome.result.items()}
    if not outcome.timed_out and "ModuleNotFoundError" in outcome.error:
        raise UnghostError(f"the check of {problem['task_id']} fails: {outcome.error}")
    status = "timeout" if outcome.timed_out else "fail"
    kinds = _KINDS if benchmark.has_plus else _KINDS[:1]
    return {"solution": "", **dict.fromkeys(kinds, status)}


def coding_figures(
    benchmark: Benchmark,
    before: Mapping[str, Mapping[str, str]],
    after: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    """Compare two models' results on a benchmark; pass@1 of greedy answers.

    A problem counts for the plus figure if its base tests pass too, as evalplus counts.

    Args:
        benchmark: The problems.
        before: The base's results by task id.
        after: The tuned model's.

    Returns:
        Per figure ``before``, ``after``, ``change``, the tasks ``gained`` and ``lost``, and how
        many ran out of time.
    """
    ids = [problem["task_id"] for problem in benchmark.problems]
    ones = np.ones(len(ids))
    plain = benchmark.name.removesuffix("_plus")
    figures = {}
    for figure in (plain, benchmark.name) if benchmark.has_plus else (plain,):
        kinds = _KINDS if figure != plain else _KINDS[:1]

        def passes(results: Mapping[str, Mapping[str, str]], kinds: Any = kinds) -> list[bool]:
            return [all(results[i][kind] == "pass" for kind in kinds) for i in ids]

        first, second = passes(before), passes(after)
        one, two = ((np.array(hits, dtype=np.float64), ones) for hits in (first, second))
        figures[figure] = {
            "before": proportion(*one).to_json(),
            "after": proportion(*two).to_json(),
            "change": paired(one, two, "difference").to_json(),
            "gained": [i for i, a, b in zip(ids, first, second, strict=True) if b and not a],
            "lost": [i for i, a, b in zip(ids, first, second, strict=True) if a and not b],
            "timeouts": [
                sum("timeout" in results[i].values() for i in ids) for results in (before, after)
            ],
        }
    return figures
