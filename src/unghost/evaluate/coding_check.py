"""The check of one answer to a coding problem, by evalplus's own code; runs in the sandbox alone.

Read as text by :mod:`unghost.evaluate.coding`, so nothing of unghost is imported here.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import types
from typing import Any

_LEAST_SECONDS = 5.0
"""Time for each input; evalplus gives at least 1 s, too little on a machine that is shared."""


def main(data: dict[str, Any]) -> dict[str, Any]:
    """Extract the code from an answer and run it against the problem's tests.

    Args:
        data: ``suite`` (``humaneval`` or ``mbpp``), ``problem``, ``answer`` and whether it is
            ``direct``: the rest of the prompt rather than a whole program.

    Returns:
        ``solution``, the ``base`` status and, where the problem has such tests, the ``plus``
        status, each ``pass``, ``fail`` or ``timeout``.
    """
    _leave_out_what_downloads()
    multiprocessing.set_start_method("fork")
    os.environ["EVALPLUS_MAX_MEMORY_BYTES"] = "-1"  # the sandbox limits it already
    problem, suite = data["problem"], data["suite"]
    solution = _solution(problem, suite, data["answer"], data["direct"])
    found = {"solution": solution}
    if "tests" in problem:
        # The tests may use what the prompt defines beside the function that is wanted.
        program = "\n".join((problem["prompt"], solution, problem["tests"]))
        return found | {"base": _by_statements(program)}
    for kind in ("base", "plus"):
        found[kind] = _by_inputs(solution, problem, suite, kind)
    return found


def _leave_out_what_downloads() -> None:
    """Put empty modules where evalplus imports what it fetches data with: ours is on the disk."""
    for name in ("datasets", "wget", "tempdir", "appdirs"):
        module: Any = types.ModuleType(name)
        module.load_dataset, module.user_cache_dir = None, lambda _: os.getcwd()
        sys.modules[name] = module


def _solution(problem: dict[str, Any], suite: str, answer: str, direct: bool) -> str:
    """Cut an answer off where evalplus stops a model, and take the code out of it."""
    from evalplus.provider.utility import EOS, extra_eos_for_direct_completion
    from evalplus.sanitize import sanitize

    ends = [*EOS, *(extra_eos_for_direct_completion(suite) if direct else ["\n```\n"])]
    places = [place for end in ends if (place := answer.find(end)) >= 0]
    written = answer[: min(places, default=len(answer))].replace("\t", "    ")
    whole = problem["prompt"].strip() + "\n" + written if direct else written
    return str(sanitize(whole, entrypoint=problem["entry_point"]))


def _by_inputs(solution: str, problem: dict[str, Any], suite: str, kind: str) -> str:
    from evalplus.eval import untrusted_check
    from evalplus.eval._special_oracle import MBPP_OUTPUT_NOT_NONE_TASKS
    from evalplus.gen.util import trusted_exec

    inputs = problem[f"{kind}_input"]
    if suite == "mbpp":
        from evalplus.data.mbpp import mbpp_deserialize_inputs

        inputs = mbpp_deserialize_inputs(problem["task_id"], inputs)
    name = problem["entry_point"]
    expected, seconds = trusted_exec(
        problem["prompt"] + problem["canonical_solution"],
        inputs,
        name,
        record_time=True,
        output_not_none=suite == "mbpp" and name in MBPP_OUTPUT_NOT_NONE_TASKS,
    )
    status, _ = untrusted_check(
        suite,
        solution,
        inputs,
        name,
        expected=expected,
        atol=problem["atol"],
        ref_time=seconds,
        fast_check=True,
        min_time_limit=_LEAST_SECONDS,
    )
    return str(status)


def _by_statements(program: str) -> str:
    """Run a solution and the problem's own assertions, in a process that must reach the end.

    As in the original benchmarks, with evalplus's guard around it.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _reach_the_end(program, writing)
    os.close(writing)
    os.waitpid(child, 0)
    said = os.read(reading, 8).decode()
    return said or "fail"


def _reach_the_end(code: str, writing: int) -> None:
    from evalplus.eval.utils import TimeoutException, reliability_guard, swallow_io, time_limit

    said, leave = b"fail", os._exit
    try:
        reliability_guard()
        with swallow_io(), time_limit(2 * _LEAST_SECONDS):
            exec(compile(code, "solution", "exec"), {"__name__": "solution"})
        said = b"pass"
    except TimeoutException:
        said = b"timeout"
    except BaseException:
        said = b"fail"
    os.write(writing, said)
    leave(0)
