"""Krippendorff's alpha from sums, so that its interval is a bootstrap like that of every mean.

    stats = alpha_stats([[4, 5], [2, 2, 3]], range(1, 6))          # one row for each item
    bootstrap(stats, videos, lambda sums: ordinal_alpha(sums, 5))

Coincidences of items add up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from videolect.errors import BadInput
from videolect.metrics.bleu import Floats
from videolect.metrics.intervals import divided


def alpha_stats(units: Sequence[Sequence[int]], values: Sequence[int]) -> Floats:
    """What each item adds to the coincidences: [items, values * values]. ``values`` in their order.

    A unit holds the values that an item was given; with fewer than two it adds nothing.
    """
    place = {value: at for at, value in enumerate(values)}
    table = np.zeros((len(units), len(place), len(place)))
    for row, unit in zip(table, units, strict=True):
        if strange := [value for value in unit if value not in place]:
            raise BadInput(f"{strange[0]!r} is none of the values.", mend="Name all values that occur.")
        if len(unit) > 1:
            counts = np.bincount([place[value] for value in unit], minlength=len(place)).astype(np.float64)
            row += (np.outer(counts, counts) - np.diag(counts)) / (len(unit) - 1)
    return table.reshape(len(units), -1)


def ordinal_alpha(sums: Floats, values: int) -> Floats:
    """Krippendorff 2011 for ordered values; NaN where all are equal. [..., values * values] -> [...]"""
    met = sums.reshape(*sums.shape[:-1], values, values)
    totals = met.sum(axis=-1)
    ranks = np.cumsum(totals, axis=-1) - totals / 2
    apart = (ranks[..., :, None] - ranks[..., None, :]) ** 2
    by_chance = totals[..., :, None] * totals[..., None, :]  # a value does not meet itself: that is 0 apart anyway
    n = totals.sum(axis=-1)
    found = (met * apart).sum(axis=(-2, -1))
    expected = (by_chance * apart).sum(axis=(-2, -1))
    alpha: Floats = 1 - divided(found * (n - 1), expected)
    return alpha
