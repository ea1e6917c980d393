"""Figures with intervals: ratios of sums over tasks, alone and paired.

Answers to one task resemble each other, so the task is the cluster, and only the spread between
tasks says how sure a figure is. No figure is drawn at random, so equal answers give equal figures.

Sources: the delete-one jackknife over clusters and intervals on the logit scale (textbook);
Satterthwaite's degrees of freedom (1946) from the observed spread of squared deviations, which
widens the interval where a few tasks decide the figure (his formula; that it is filled from the
fourth moment is ours, chosen by ``benchmarks/intervals.py``); the exact binomial interval of
Clopper and Pearson (1934) on the effective sample size of Korn and Graubard (1998). That the exact
interval takes over below five clusters is ours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
"""Coverage that every interval aims at."""
FEW_CLUSTERS = 5
"""With fewer clusters that hold a hit (or a miss) the spread between clusters is not trusted."""

Floats = NDArray[np.float64]
Method = Literal["robust", "exact", "none"]
Change = Literal["cut", "difference", "ratio"]
Ends = tuple[float | None, float | None]


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
        method: ``robust`` (from the spread between tasks), ``exact`` (Clopper-Pearson), or
            ``none``.
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


class Spread(NamedTuple):
    """How sure a figure is: its standard error, and the degrees of freedom that this rests on."""

    error: float
    freedom: float

    def reach(self, level: float = LEVEL) -> float:
        """Return half of the width of an interval of Student's t."""
        return t_quantile(self.freedom, 1.0 - (1.0 - level) / 2.0) * self.error


def t_quantile(freedom: float, probability: float) -> float:
    """Return a quantile of Student's t; degrees of freedom may be fractions."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))


def spread(estimates: Floats) -> Spread:
    """Return the spread of a figure from what it is without each one of its clusters.

    Args:
        estimates: The figure without the first cluster, without the second, and so on: two at
            least.

    Source: the delete-one jackknife, and Satterthwaite's degrees of freedom 2 V^2 / var(V), where
    the variance of V is that of the squared deviations it sums.
    """
    count = len(estimates)
    squares = (estimates - estimates.mean()) ** 2
    total = float(squares.sum())
    if total <= 0.0:
        return Spread(0.0, count - 1.0)
    noise = float((squares**2).sum()) - total**2 / count
    freedom = 2.0 * total**2 / noise if noise > 0.0 else math.inf
    error = math.sqrt((count - 1) / count * total)
    return Spread(error, min(max(freedom, 1.0), count - 1.0))


def clopper_pearson(hits: float, total: float, level: float = LEVEL) -> tuple[float, float]:
    """Return the exact binomial interval; hits and total may be fractions (effective sizes).

    Source: Clopper and Pearson (1934), in its form by quantiles of the beta distribution.
    """
    from scipy.special import betaincinv

    tail = (1.0 - level) / 2.0
    low = float(betaincinv(hits, total - hits + 1.0, tail)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1.0, total - hits, 1.0 - tail)) if hits < total else 1.0
    return low, high


def design_effect(numerators: ArrayLike, denominators: ArrayLike) -> float | None:
    """Return by how much clustering inflates the variance of a share (Kish's design effect).

    None where it cannot be told: fewer than two clusters, or a share of 0 or 1.
    """
    top, bottom = _used(*_columns(numerators, denominators))
    total = float(bottom.sum())
    if len(top) < 2 or not 0.0 < top.sum() < total:
        return None
    rate = float(top.sum()) / total
    return max(spread(_without_each(top, bottom)).error ** 2 * total / (rate * (1.0 - rate)), 1e-9)


def effective_size(numerators: Floats, denominators: Floats) -> float:
    """Return the number of independent observations that clustered ones are worth.

    It is their number over the design effect, made smaller where the latter rests on few clusters
    (Korn and Graubard's factor, with our degrees of freedom). Where the ratio is 0 or 1 the
    variance says nothing, and each cluster is taken to be of one mind (Kish's sum of sizes squared
    over the sum of squared sizes), the most careful assumption. Clusters of one observation each
    are independent observations.
    """
    top, bottom = _used(numerators, denominators)
    total = float(bottom.sum())
    if len(top) == 1:
        return 1.0
    if bottom.max() <= 1.0:
        return total
    effect = design_effect(top, bottom)
    if effect is None:
        return total**2 / float((bottom**2).sum())
    size = total / max(effect, 1.0)
    if total > 1.0:
        tail = 1.0 - (1.0 - LEVEL) / 2.0
        freedom = spread(_without_each(top, bottom)).freedom
        size *= min(t_quantile(total - 1.0, tail) / t_quantile(freedom, tail), 1.0) ** 2
    return max(size, 1.0)


def proportion(numerators: ArrayLike, denominators: ArrayLike) -> Estimate:
    """Estimate a share: sum of numerators over sum of denominators, one entry a cluster.

    Every numerator lies between 0 and its denominator. With fewer than five clusters that hold a
    hit, or fewer than five that hold a miss, the interval is exact, so it is never [0, 0].
    """
    top, bottom = _columns(numerators, denominators)
    if bottom.sum() == 0:
        return NOTHING
    method: Method = "exact" if _is_thin(top, bottom) else "robust"
    return _estimate(top, bottom, _share_ends(top, bottom, LEVEL), method)


def mean(numerators: ArrayLike, denominators: ArrayLike) -> Estimate:
    """Estimate an unbounded mean: sum over sum, one entry a cluster.

    The interval is on the log scale where no numerator is negative.
    """
    top, bottom = _used(*_columns(numerators, denominators))
    if len(top) == 0:
        return NOTHING
    value = float(top.sum() / bottom.sum())
    if len(top) < 2:
        return _estimate(top, bottom, (None, None), "none")
    parts = _without_each(top, bottom)
    if top.min() >= 0.0 and parts.min() > 0.0:
        return _estimate(top, bottom, _around(value, spread(np.log(parts)).reach(), True), "robust")
    return _estimate(top, bottom, _around(value, spread(parts).reach(), False), "robust")


def paired(
    before: tuple[ArrayLike, ArrayLike],
    after: tuple[ArrayLike, ArrayLike],
    change: Change,
    *,
    bounded: bool = True,
) -> Estimate:
    """Compare two ratios over the same clusters; leaving out a cluster leaves it out of both.

    Args:
        before: Numerators and denominators of the first model, one entry a cluster.
        after: The same of the second model, clusters in the same order.
        change: ``cut`` is 1 - after/before, ``ratio`` after/before, ``difference`` after - before.
            The first two have their intervals on the log scale.
        bounded: Both ratios are shares. Where one of them has too few clusters, the interval joins
            their two own ones (each at 97.5 %, so that both hold with 95 %): careful rather than
            short.
    """
    first, second = _columns(*before), _columns(*after)
    if first[1].sum() == 0 or second[1].sum() == 0:
        return NOTHING
    old, new = (float(top.sum() / bottom.sum()) for top, bottom in (first, second))
    if old == 0.0 and change != "difference":
        return NOTHING
    value = new - old if change == "difference" else new / old
    method: Method = "robust"
    if bounded and (_is_thin(*first) or _is_thin(*second)):
        ends, method = _joined(first, second, change), "exact"
    else:
        ends = _paired_ends(value, first, second, change)
        method = "robust" if ends != (None, None) else "none"
    if change == "cut":
        value, ends = 1.0 - value, (_one_minus(ends[1]), _one_minus(ends[0]))
    top, bottom = second
    return Estimate(value, *ends, float(top.sum()), float(bottom.sum()), len(top), method)


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
    """Map an estimate by an increasing function, such as the exponential.

    An end that no number can hold is None: nothing is known beyond it.
    """

    def mapped(end: float | None) -> float | None:
        try:
            return None if end is None else function(end)
        except OverflowError:
            return None

    value, low, high = (mapped(end) for end in (estimate.value, estimate.low, estimate.high))
    return Estimate(
        value, low, high, estimate.hits, estimate.total, estimate.clusters, estimate.method
    )


def _columns(numerators: ArrayLike, denominators: ArrayLike) -> tuple[Floats, Floats]:
    return np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)


def _used(numerators: Floats, denominators: Floats) -> tuple[Floats, Floats]:
    """Leave out clusters in which there was nothing to count."""
    used = denominators > 0
    return numerators[used], denominators[used]


def _without_each(numerators: Floats, denominators: Floats) -> Floats:
    """Return the ratio without the first cluster, without the second, and so on."""
    tops, bottoms = numerators.sum() - numerators, denominators.sum() - denominators
    ratio: Floats = np.full(tops.shape, np.nan)
    np.divide(tops, bottoms, out=ratio, where=bottoms > 0)
    return ratio


def _is_thin(numerators: Floats, denominators: Floats) -> bool:
    hits = np.count_nonzero(numerators > 0)
    misses = np.count_nonzero(denominators - numerators > 1e-12)
    return bool(min(hits, misses) < FEW_CLUSTERS)


def _share_ends(numerators: Floats, denominators: Floats, level: float) -> tuple[float, float]:
    top, bottom = _used(numerators, denominators)
    rate = float(top.sum() / bottom.sum())
    if _is_thin(top, bottom):
        size = effective_size(top, bottom)
        return clopper_pearson(rate * size, size, level)
    reach = spread(_without_each(top, bottom)).reach(level) / (rate * (1.0 - rate))
    centre = math.log(rate / (1.0 - rate))
    return _share_of(centre - reach), _share_of(centre + reach)


def _share_of(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(min(-logit, 700.0)))


def _around(value: float, reach: float, by_factor: bool) -> tuple[float, float]:
    if by_factor:
        return value * math.exp(-reach), value * math.exp(min(reach, 700.0))
    return value - reach, value + reach


def _paired_ends(
    value: float, before: tuple[Floats, Floats], after: tuple[Floats, Floats], change: Change
) -> Ends:
    taking_part = (before[1] > 0) | (after[1] > 0)
    old, new = (_without_each(t[taking_part], b[taking_part]) for t, b in (before, after))
    if len(old) < 2 or not (np.isfinite(old).all() and np.isfinite(new).all()):
        return None, None
    if change == "difference":
        return _around(value, spread(new - old).reach(), False)
    if old.min() <= 0.0 or new.min() <= 0.0:
        return None, None
    return _around(value, spread(np.log(new / old)).reach(), True)


def _joined(before: tuple[Floats, Floats], after: tuple[Floats, Floats], change: Change) -> Ends:
    level = 1.0 - (1.0 - LEVEL) / 2.0
    (low_b, high_b), (low_a, high_a) = _share_ends(*before, level), _share_ends(*after, level)
    if change == "difference":
        return low_a - high_b, high_a - low_b
    return low_a / high_b, high_a / low_b if low_b > 0 else None


def _one_minus(value: float | None) -> float | None:
    return None if value is None else 1.0 - value


def _estimate(top: Floats, bottom: Floats, ends: Ends, method: Method) -> Estimate:
    value = float(top.sum() / bottom.sum())
    count = int(np.count_nonzero(bottom))
    return Estimate(value, *ends, float(top.sum()), float(bottom.sum()), count, method)
