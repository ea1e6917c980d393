"""Figures with intervals: ratios of sums over tasks, alone and paired.

Answers to one task resemble each other, so the task is the cluster and whole tasks are resampled.
Sources: the percentile bootstrap over clusters (textbook), the exact binomial interval of Clopper
and Pearson (1934) on the effective sample size with the degrees-of-freedom correction of Korn and
Graubard (1998). That the exact interval takes over below five clusters is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
"""Coverage that every interval aims at."""
FEW_CLUSTERS = 5
"""With fewer clusters that hold a hit (or a miss) the bootstrap is not trusted."""
_CELLS = 4_000_000

Floats = NDArray[np.float64]
Method = Literal["bootstrap", "exact", "none"]
Change = Literal["cut", "difference", "ratio"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval.

    Attributes:
        value: The figure, or None where nothing was there to measure.
        low: Lower end of the interval, or None.
        high: Upper end of the interval, or None.
        hits: What the numerator summed to (of the second model for a paired figure).
        total: What the denominator summed to (of the second model for a paired figure).
        clusters: Tasks that took part.
        method: ``bootstrap`` over tasks, ``exact`` (Clopper-Pearson), or ``none``.
    """

    value: float | None
    low: float | None
    high: float | None
    hits: float
    total: float
    clusters: int
    method: Method

    def to_json(self) -> dict[str, Any]:
        """Return the estimate as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Estimate:
        """Read what :meth:`to_json` gave."""
        return cls(**data)


NOTHING = Estimate(None, None, None, 0.0, 0.0, 0, "none")
"""The estimate of a figure that nothing was measured for."""


def resample(columns: ArrayLike, *, seed: int = 0, resamples: int = 2000) -> Floats:
    """Sum columns over bootstrap samples of whole clusters.

    Args:
        columns: One row a cluster, one column a quantity, [clusters, quantities].
        seed: Seed of the draws; equal seeds and shapes draw the same clusters.
        resamples: Number of bootstrap samples.

    Returns:
        The sums, [resamples, quantities].
    """
    table = np.asarray(columns, dtype=np.float64)
    count = len(table)
    if count == 0:
        return np.zeros((resamples, table.shape[1]))
    chunk = max(1, _CELLS // count)
    sums = []
    for start in range(0, resamples, chunk):
        rows = min(chunk, resamples - start)
        sums.append(_times_drawn(count, rows, (seed, start)) @ table)
    return np.concatenate(sums)


def clopper_pearson(hits: float, total: float, level: float = LEVEL) -> tuple[float, float]:
    """Return the exact binomial interval; hits and total may be fractions (effective sizes).

    Source: Clopper and Pearson (1934), in its form by quantiles of the beta distribution.
    """
    from scipy.stats import beta

    tail = (1.0 - level) / 2.0
    low = float(beta.ppf(tail, hits, total - hits + 1.0)) if hits > 0 else 0.0
    high = float(beta.ppf(1.0 - tail, hits + 1.0, total - hits)) if hits < total else 1.0
    return low, high


def effective_size(numerators: Floats, denominators: Floats) -> float:
    """Return the number of independent observations that clustered ones are worth.

    The design effect is the linearised variance of the ratio over the binomial one. Where the ratio
    is 0 or 1 the variance says nothing, and each cluster is taken to be of one mind (Kish's
    sum of sizes squared over the sum of squared sizes), the most careful assumption.
    """
    from scipy.stats import t

    total = float(denominators.sum())
    used = denominators > 0
    count = int(used.sum())
    rate = float(numerators.sum()) / total
    if count == 1:
        return 1.0
    if not 0.0 < rate < 1.0:
        return total**2 / float((denominators**2).sum())
    deviations = numerators[used] - rate * denominators[used]
    variance = count / (count - 1) * float((deviations**2).sum()) / total**2
    size = total / max(variance * total / (rate * (1.0 - rate)), 1.0)
    if total > 1.0:
        tail = 1.0 - (1.0 - LEVEL) / 2.0
        size *= float(t.ppf(tail, total - 1.0) / t.ppf(tail, count - 1)) ** 2
    return max(size, 1.0)


def proportion(
    numerators: ArrayLike, denominators: ArrayLike, *, seed: int = 0, resamples: int = 2000
) -> Estimate:
    """Estimate a share: sum of numerators over sum of denominators, one entry a cluster.

    Every numerator lies between 0 and its denominator. With fewer than five clusters that hold a
    hit, or fewer than five that hold a miss, the interval is exact, so it is never [0, 0].
    """
    top, bottom = _columns(numerators, denominators)
    if bottom.sum() == 0:
        return NOTHING
    if _is_thin(top, bottom):
        low, high = _exact(top, bottom, LEVEL)
        return _estimate(top, bottom, (low, high), "exact")
    return mean(top, bottom, seed=seed, resamples=resamples)


def mean(
    numerators: ArrayLike, denominators: ArrayLike, *, seed: int = 0, resamples: int = 2000
) -> Estimate:
    """Estimate an unbounded mean: sum over sum, one entry a cluster, with a bootstrap interval."""
    top, bottom = _columns(numerators, denominators)
    if bottom.sum() == 0:
        return NOTHING
    if np.count_nonzero(bottom) < 2:
        return _estimate(top, bottom, (None, None), "none")
    sums = resample(np.stack([top, bottom], axis=1), seed=seed, resamples=resamples)
    return _estimate(top, bottom, percentiles(_divide(sums[:, 0], sums[:, 1])), "bootstrap")


def paired(
    before: tuple[ArrayLike, ArrayLike],
    after: tuple[ArrayLike, ArrayLike],
    change: Change,
    *,
    bounded: bool = True,
    seed: int = 0,
    resamples: int = 2000,
) -> Estimate:
    """Compare two ratios over the same clusters by a paired bootstrap.

    Args:
        before: Numerators and denominators of the first model, one entry a cluster.
        after: The same of the second model, clusters in the same order.
        change: ``cut`` is 1 - after/before, ``ratio`` after/before, ``difference`` after - before.
        bounded: Both ratios are shares. Where one of them has too few clusters for a bootstrap, the
            interval joins two exact ones (each at 97.5 %, so that both hold with 95 %): careful
            rather than short.
        seed: Seed of the draws.
        resamples: Number of bootstrap samples.
    """
    first, second = _columns(*before), _columns(*after)
    if first[1].sum() == 0 or second[1].sum() == 0:
        return NOTHING
    values = [float(top.sum() / bottom.sum()) for top, bottom in (first, second)]
    if values[0] == 0.0 and change != "difference":
        return NOTHING
    value = float(_change(np.array(values[:1]), np.array(values[1:]), change)[0])
    ends: tuple[float | None, float | None]
    method: Method
    if bounded and (_is_thin(*first) or _is_thin(*second)):
        ends, method = _joined(first, second, change), "exact"
    else:
        sums = resample(np.stack([*first, *second], axis=1), seed=seed, resamples=resamples)
        rates = _divide(sums[:, 0], sums[:, 1]), _divide(sums[:, 2], sums[:, 3])
        ends, method = percentiles(_change(*rates, change)), "bootstrap"
    return Estimate(
        value, *ends, float(second[0].sum()), float(second[1].sum()), len(first[0]), method
    )


def percentiles(values: Floats) -> tuple[float | None, float | None]:
    """Return the ends of the percentile interval, without samples where a figure is undefined."""
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return None, None
    tail = 100.0 * (1.0 - LEVEL) / 2.0
    low, high = np.percentile(finite, [tail, 100.0 - tail])
    return float(low), float(high)


def by_cluster(
    clusters: Sequence[str], values: ArrayLike, order: Sequence[str] | None = None
) -> Floats:
    """Sum rows of values by cluster.

    Args:
        clusters: The cluster of each row.
        values: [rows, quantities].
        order: Clusters wanted, in order; the sorted ones found if None. Rows of others are dropped.

    Returns:
        [clusters, quantities].
    """
    table = np.asarray(values, dtype=np.float64)
    names = sorted(set(clusters)) if order is None else order
    index = {name: position for position, name in enumerate(names)}
    keep = [row for row, name in enumerate(clusters) if name in index]
    sums = np.zeros((len(names), table.shape[1] if table.ndim == 2 else 1))
    if keep:
        np.add.at(sums, [index[clusters[row]] for row in keep], table[keep])
    return sums


def apply(estimate: Estimate, function: Callable[[float], float]) -> Estimate:
    """Map an estimate by an increasing function, such as the exponential."""
    ends = (
        None if x is None else function(x) for x in (estimate.value, estimate.low, estimate.high)
    )
    value, low, high = ends
    return Estimate(
        value, low, high, estimate.hits, estimate.total, estimate.clusters, estimate.method
    )


@lru_cache(maxsize=2)
def _times_drawn(count: int, rows: int, seed: tuple[int, int]) -> Floats:
    """Draw whole clusters: how often each of them, [rows, count]; most figures share the draws."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, count, size=(rows, count)) + count * np.arange(rows)[:, None]
    times = np.bincount(drawn.ravel(), minlength=rows * count)
    return times.reshape(rows, count).astype(np.float64)


def _columns(numerators: ArrayLike, denominators: ArrayLike) -> tuple[Floats, Floats]:
    return np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)


def _is_thin(numerators: Floats, denominators: Floats) -> bool:
    hits = np.count_nonzero(numerators > 0)
    misses = np.count_nonzero(denominators - numerators > 1e-12)
    return bool(min(hits, misses) < FEW_CLUSTERS)


def _exact(numerators: Floats, denominators: Floats, level: float) -> tuple[float, float]:
    size = effective_size(numerators, denominators)
    rate = float(numerators.sum() / denominators.sum())
    return clopper_pearson(rate * size, size, level)


def _joined(
    before: tuple[Floats, Floats], after: tuple[Floats, Floats], change: Change
) -> tuple[float | None, float | None]:
    level = 1.0 - (1.0 - LEVEL) / 2.0
    (low_b, high_b), (low_a, high_a) = _exact(*before, level), _exact(*after, level)
    if change == "difference":
        return low_a - high_b, high_a - low_b
    smallest = low_a / high_b
    largest = high_a / low_b if low_b > 0 else None
    if change == "ratio":
        return smallest, largest
    return (None if largest is None else 1.0 - largest), 1.0 - smallest


def _change(before: Floats, after: Floats, change: Change) -> Floats:
    if change == "difference":
        return after - before
    ratio = _divide(after, before)
    return 1.0 - ratio if change == "cut" else ratio


def _divide(numerators: Floats, denominators: Floats) -> Floats:
    ratio: Floats = np.full(numerators.shape, np.nan)
    np.divide(numerators, denominators, out=ratio, where=denominators != 0)
    return ratio


def _estimate(
    top: Floats, bottom: Floats, ends: tuple[float | None, float | None], method: Method
) -> Estimate:
    value = float(top.sum() / bottom.sum())
    count = int(np.count_nonzero(bottom))
    return Estimate(value, *ends, float(top.sum()), float(bottom.sum()), count, method)
