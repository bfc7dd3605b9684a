"""AUC and average precision of many resamples at once, items weighted by how often a resample holds them.

    draws = group_draws(len(sources), 1000)                        # videolect.metrics.intervals
    roc_auc_draws(scores, labels, draws[:, source_of_item])

Each row of weights stands for the list of items in which every item occurs that often; the figure is the one that
``ranking`` gives of that list, without writing it out: a thousand resamples cost a few sums.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from videolect.metrics.bleu import Floats
from videolect.metrics.intervals import divided


def roc_auc_draws(scores: ArrayLike, labels: ArrayLike, weights: ArrayLike) -> Floats:
    """[items], [items], [resamples, items] -> [resamples]; NaN where a resample holds one kind only."""
    first, last, positive, held = _ordered(scores, labels, weights, ascending=True)
    negatives = np.cumsum(held * ~positive, axis=1)
    up_to = negatives[:, last]
    below = np.where(first > 0, negatives[:, np.maximum(first - 1, 0)], 0.0)
    beaten = (held * positive * (below + up_to) / 2).sum(axis=1)
    return divided(beaten, (held * positive).sum(axis=1) * (held * ~positive).sum(axis=1))


def average_precision_draws(scores: ArrayLike, labels: ArrayLike, weights: ArrayLike) -> Floats:
    """[items], [items], [resamples, items] -> [resamples]; NaN where a resample holds no positive."""
    _, last, positive, held = _ordered(scores, labels, weights, ascending=False)
    found, seen = np.cumsum(held * positive, axis=1)[:, last], np.cumsum(held, axis=1)[:, last]
    precision = np.nan_to_num(divided(found, seen))
    return divided((held * positive * precision).sum(axis=1), (held * positive).sum(axis=1))


def _ordered(
    scores: ArrayLike, labels: ArrayLike, weights: ArrayLike, *, ascending: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_], Floats]:
    """In the order of the scores: where each one's ties begin and end, its label, its weights."""
    values = np.asarray(scores, np.float64)
    order = np.argsort(values if ascending else -values, kind="stable")
    ranked = values[order]
    new = np.append(True, ranked[1:] != ranked[:-1])
    block = np.cumsum(new) - 1
    starts = np.flatnonzero(new)
    ends = np.append(starts[1:], len(ranked)) - 1
    held: Floats = np.asarray(weights, np.float64)[:, order]
    return starts[block], ends[block], np.asarray(labels, np.bool_)[order], held
