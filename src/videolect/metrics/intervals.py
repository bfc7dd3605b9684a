"""Intervals by the bootstrap over groups: items of one film, or of one source, are not independent of each other.

    counts = bleu_counts(captions, references)
    bootstrap(counts.stats("sacrebleu"), videos, lambda sums: corpus_bleu(sums, "sacrebleu"))
    bootstrap(mean_stats(scores), videos, ratio)

A figure that is a function of sums over items (a mean, corpus BLEU, F1) costs one matrix product for all resamples:
the sums are taken per group once, and a resample only says how often it holds each group. What is no function of sums
(AUC, rank correlations) goes through ``bootstrap_figure``, one call a resample. Efron and Tibshirani 1993, percentiles.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from videolect.errors import BadInput
from videolect.metrics.bleu import Floats
from videolect.metrics.tokens import Integers, numbered

Figure = Callable[[Floats], Floats]
"""Sums [..., k] -> figures [...]; NaN where the figure is not defined."""

RowFigure = Callable[[Integers], float]
"""Numbers of items, some of them more than once -> a figure of these items."""

_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A figure and its percentile interval."""

    value: float
    low: float
    """NaN, as ``high``, where there are fewer than two groups: one group says nothing of others."""
    high: float
    n: int
    """Items."""
    groups: int
    undefined: int = 0
    """Resamples in which the figure is not defined (a ratio of nothing); they are left out of the interval."""

    def as_json(self, digits: int = 6) -> dict[str, Any]:
        """``value``, ``low``, ``high``, ``n``, ``sources``; null for what is no number, which JSON does not have."""
        told = {name: _rounded(getattr(self, name), digits) for name in ("value", "low", "high")}
        return {**told, "n": self.n, "sources": self.groups}


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Figure of a minus figure of b, over the same items and the same resamples."""

    value: float
    low: float
    high: float
    p: float
    """Two-sided: twice the smaller share of resamples whose difference is <= 0 or >= 0, one added to each count.

    At most 1, at least 2 / (resamples + 1). NaN where there are fewer than two groups.
    """
    n: int
    groups: int
    undefined: int = 0

    def as_json(self, digits: int = 6) -> dict[str, Any]:
        """As ``Estimate.as_json``, and ``p``."""
        told = {name: _rounded(getattr(self, name), digits) for name in ("value", "low", "high", "p")}
        return {**told, "n": self.n, "sources": self.groups}


def _rounded(value: float, digits: int) -> float | None:
    return round(float(value), digits) if math.isfinite(value) else None


def bootstrap(
    stats: ArrayLike,
    groups: Sequence[Hashable] | NDArray[Any],
    figure: Figure,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """A figure of sums with its interval. stats: [items, k]; groups: [items], the name of each item's group.

    Equal arguments give equal intervals. Raises BadInput for no items, and for an item whose statistics are not finite
    or whose group is missing (the item is named).
    """
    sums, n = _per_group(stats, groups, "stats")
    drawn = _figures(sums, figure, resamples, seed)
    low, high, undefined = _interval(drawn, len(sums), level)
    value = float(_quietly(figure, sums.sum(axis=0)))
    return Estimate(value=value, low=low, high=high, n=n, groups=len(sums), undefined=undefined)


def paired(
    stats_a: ArrayLike,
    stats_b: ArrayLike,
    groups: Sequence[Hashable] | NDArray[Any],
    figure: Figure,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Difference:
    """How far a is above b, both over the same items. stats_a, stats_b: [items, k]; see ``bootstrap``."""
    sums_a, n = _per_group(stats_a, groups, "stats_a")
    sums_b, _ = _per_group(stats_b, groups, "stats_b")
    drawn = _figures(sums_a, figure, resamples, seed) - _figures(sums_b, figure, resamples, seed)
    value = float(_quietly(figure, sums_a.sum(axis=0))) - float(_quietly(figure, sums_b.sum(axis=0)))
    return _difference(value, drawn, n, len(sums_a), level)


def bootstrap_figure(
    groups: Sequence[Hashable] | NDArray[Any],
    figure: RowFigure,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Any figure of items with its interval: ``bootstrap_figure(videos, lambda rows: roc_auc(p[rows], yes[rows]))``.

    The groups of a resample are those that ``bootstrap`` draws from the same seed.
    """
    number, count = _numbers(groups)
    drawn = np.array([figure(rows) for rows in _rows(number, count, resamples, seed)])
    low, high, undefined = _interval(drawn, count, level)
    value = float(figure(np.arange(len(number))))
    return Estimate(value=value, low=low, high=high, n=len(number), groups=count, undefined=undefined)


def group_draws(groups: int, resamples: int = 1000, seed: int = 0) -> Integers:
    """How often each resample holds each group, as ``bootstrap`` draws them from the same seed: [resamples, groups]."""
    if groups < 1:
        raise BadInput("There are no groups to draw from.", mend="Give at least one item.")
    return np.concatenate(list(_draws(groups, resamples, seed)))


# ------------------------------------------------------------------------------------------------------ small figures


def mean_stats(values: ArrayLike) -> Floats:
    """Statistics whose ``ratio`` is the mean: each value and a one. [items] -> [items, 2]"""
    column = np.asarray(values, np.float64)
    return np.stack([column, np.ones_like(column)], axis=-1)


def ratio(sums: Floats) -> Floats:
    """First column by the second, NaN where that is 0. [..., 2] -> [...]"""
    return divided(sums[..., 0], sums[..., 1])


def divided(over: ArrayLike, under: ArrayLike) -> Floats:
    """A quotient that is NaN where nothing stands below."""
    top, bottom = np.broadcast_arrays(np.asarray(over, np.float64), np.asarray(under, np.float64))
    quotient: Floats = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0)
    return quotient


# -------------------------------------------------------------------------------------------------------------- inside


def _numbers(groups: Sequence[Hashable] | NDArray[Any]) -> tuple[Integers, int]:
    """Each item's group as a number from 0, and how many groups there are."""
    names = groups.tolist() if isinstance(groups, np.ndarray) else groups
    if not len(names):
        raise BadInput("There are no items, so there is no figure and no interval.", mend="Give at least one item.")
    missing = next((at for at, name in enumerate(names) if name is None or name != name), None)
    if missing is not None:
        mend = "Name the film of each item; items that share nothing have a group each."
        raise BadInput(f"Item {missing} has no group but {names[missing]}.", mend=mend)
    number, known = numbered(names)
    return number, len(known)


def _per_group(stats: ArrayLike, groups: Sequence[Hashable] | NDArray[Any], name: str) -> tuple[Floats, int]:
    """Sums per group [groups, k], and the number of items."""
    table = np.asarray(stats, np.float64)
    number, count = _numbers(groups)
    if table.ndim != 2 or len(table) != len(number):
        raise BadInput(
            f"{name} of shape {table.shape} do not go with the groups of {len(number)} items.",
            mend="Give one row of statistics, and one group, for each item.",
        )
    wrong = np.flatnonzero(~np.isfinite(table).all(axis=1))
    if len(wrong):
        what = "NaN" if np.isnan(table[wrong[0]]).any() else "infinite"
        mend = "Leave out items without a value, and say how many."
        raise BadInput(f"{name} of item {wrong[0]} are {what}.", mend=mend)
    sums = np.zeros((count, table.shape[1]))
    np.add.at(sums, number, table)
    return sums, len(table)


def _draws(groups: int, resamples: int, seed: int) -> Iterator[Integers]:
    """How often each group is drawn: [some resamples, groups], until all are there. The same however they are cut."""
    if resamples < 1:
        raise BadInput(f"{resamples} resamples are none.", mend="Ask for at least one; 1000 is usual.")
    draw = np.random.default_rng(seed)
    at_once = max(1, _CELLS_AT_ONCE // groups)
    for done in range(0, resamples, at_once):
        size = min(at_once, resamples - done)
        yield draw.multinomial(groups, np.full(groups, 1 / groups), size=size)


def _figures(sums: Floats, figure: Figure, resamples: int, seed: int) -> Floats:
    """The figure of each resample. [groups, k] -> [resamples]"""
    found = [_quietly(figure, draws.astype(np.float64) @ sums) for draws in _draws(len(sums), resamples, seed)]
    return np.concatenate(found)


def _rows(number: Integers, groups: int, resamples: int, seed: int) -> Iterator[Integers]:
    """The items of each resample."""
    order = np.argsort(number, kind="stable")
    bounds = np.searchsorted(number[order], np.arange(groups + 1))
    members = [order[start:end] for start, end in pairwise(bounds.tolist())]
    for draws in _draws(groups, resamples, seed):
        for times in draws:
            yield np.concatenate([members[group] for group in np.repeat(np.arange(groups), times)])


def _quietly(figure: Figure, sums: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(figure(sums), np.float64)


def _interval(drawn: Floats, groups: int, level: float) -> tuple[float, float, int]:
    """Low, high, and how many resamples have no figure."""
    if not 0 < level < 1:
        raise BadInput(f"{level} is no level of an interval.", mend="Give one between 0 and 1, such as 0.95.")
    there = drawn[~np.isnan(drawn)]
    undefined = len(drawn) - len(there)
    if groups < 2 or not len(there):
        return float("nan"), float("nan"), undefined
    low, high = np.quantile(there, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high), undefined


def _difference(value: float, drawn: Floats, n: int, groups: int, level: float) -> Difference:
    low, high, undefined = _interval(drawn, groups, level)
    there = drawn[~np.isnan(drawn)]
    p = float("nan")
    if groups >= 2 and len(there):
        smaller = min(np.count_nonzero(there <= 0), np.count_nonzero(there >= 0))
        p = min(1.0, 2 * (smaller + 1) / (len(there) + 1))
    return Difference(value=value, low=low, high=high, p=p, n=n, groups=groups, undefined=undefined)
