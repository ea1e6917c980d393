"""Two models on the same questions: the paired difference, its test, and the names that moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from unghost.evaluate.answers import Answer
from unghost.evaluate.estimates import Floats, by_cluster, paired, proportion
from unghost.evaluate.measurement import solvable

FLIPS = 10_000
"""Random assignments of the permutation test; all of them are tried where there are fewer."""
_ROUNDING = 1e-12
_NAMES_SHOWN = 50


def pair_section(
    before: Sequence[Answer],
    after: Sequence[Answer],
    *,
    seed: int = 0,
) -> dict[str, Any]:
    """Compare the answers of two models to the same questions.

    Questions that only one of them answered are left out, and impossible tasks.

    Args:
        before: Answers of the base.
        after: Answers of the tuned model.
        seed: Seed of the permutation test.

    Returns:
        ``tasks`` and ``questions`` compared; ``answers_with_ghost`` before, after, their
        ``change`` and the ``p`` of :func:`sign_flip`; and by question the real names ``gained`` and
        ``lost``, the inventions ``cured`` and ``new``.
    """
    before, after = solvable(before), solvable(after)
    both = {a.question for a in before} & {a.question for a in after}
    first, second = ([a for a in x if a.question in both] for x in (before, after))
    tasks = sorted({a.cluster for a in first})
    columns = [_with_ghost(x, tasks) for x in (first, second)]
    sides = [(table[:, 0], table[:, 1]) for table in columns]
    return {
        "tasks": len(tasks),
        "questions": len(both),
        "answers_with_ghost": {
            "before": proportion(*sides[0]).to_json(),
            "after": proportion(*sides[1]).to_json(),
            "change": paired(sides[0], sides[1], "difference").to_json(),
            "p": sign_flip(*columns, seed=seed),
        },
        "gained": _moved(second, first, _valid),
        "lost": _moved(first, second, _valid),
        "cured": _moved(first, second, _absent),
        "new": _moved(second, first, _absent),
    }


def sign_flip(before: Floats, after: Floats, *, seed: int = 0, flips: int = FLIPS) -> float | None:
    """Test by permutation whether two shares differ; the two-sided p-value.

    If the models do not differ, the answers of a task could as well have come from the other one:
    each task's answers are exchanged or not, and p is the share of assignments whose difference is
    at least as large as the one seen. All assignments are tried if they are no more than
    ``flips``; otherwise as many are drawn, and the one seen counts as one of them (Phipson and
    Smyth 2010).

    Args:
        before: Hits and answers of the base by task, [tasks, 2].
        after: The same of the tuned model, tasks in the same order.
        seed: Seed of the draws.
        flips: How many assignments are drawn at most.

    Returns:
        None where one of them has no answers.
    """
    if not before[:, 1].sum() or not after[:, 1].sum():
        return None
    apart = after - before
    apart = apart[np.any(apart != 0, axis=1)]
    count = len(apart)
    seen = _difference(before.sum(0), after.sum(0))
    exact = count <= int(np.log2(flips))
    if exact:
        numbers = np.arange(2**count)
        exchanged = (numbers[:, None] >> np.arange(count)) & 1
    else:
        rng = np.random.default_rng((seed, count))
        exchanged = rng.integers(0, 2, size=(flips, count), dtype=np.int8)
    moved = exchanged.astype(np.float64) @ apart
    found = _difference(before.sum(0) + moved, after.sum(0) - moved)
    extreme = int(np.count_nonzero(np.abs(found) >= abs(seen) - _ROUNDING))
    return extreme / len(found) if exact else (extreme + 1) / (flips + 1)


def _difference(before: Floats, after: Floats) -> Any:
    shares = [
        np.divide(x[..., 0], x[..., 1], out=np.zeros(x.shape[:-1]), where=x[..., 1] > 0)
        for x in (before, after)
    ]
    return shares[1] - shares[0]


def _with_ghost(answers: Sequence[Answer], tasks: Sequence[str]) -> Floats:
    rows = [[a.count("absent") > 0, 1.0] for a in answers]
    values = np.array(rows, dtype=np.float64).reshape(-1, 2)
    return by_cluster([a.cluster for a in answers], values, tasks)


def _valid(answer: Answer) -> Collection[str]:
    return answer.valid


def _absent(answer: Answer) -> Collection[str]:
    return {v.canonical for v in answer.verdicts if v.status == "absent"}


def _moved(
    here: Sequence[Answer], there: Sequence[Answer], named: Callable[[Answer], Collection[str]]
) -> dict[str, Any]:
    """Return what is named here and not there in answer to the same question."""
    other: dict[str, set[str]] = {}
    for answer in there:
        other.setdefault(answer.question, set()).update(named(answer))
    pairs = {(a.question, name) for a in here for name in named(a) if name not in other[a.question]}
    counts = Counter(name for _, name in pairs)
    shown = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_NAMES_SHOWN]
    return {
        "total": len(pairs),
        "distinct": len(counts),
        "names": [{"name": name, "questions": n} for name, n in shown],
    }
