"""Krippendorff's alpha from sums: the published example, the definition, and its ends."""

from __future__ import annotations

import random
from itertools import permutations

import numpy as np
import pytest

from videolect.errors import BadInput
from videolect.metrics.agreement import alpha_stats, ordinal_alpha

KRIPPENDORFF_2011 = ["111", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "555", "11", "3"]
"""Computing Krippendorff's Alpha-Reliability, section C: what four observers, some of them silent, gave each unit."""


def alpha(units: list[list[int]]) -> float:
    return float(ordinal_alpha(alpha_stats(units, range(1, 6)).sum(axis=0), 5))


def test_alpha_of_the_published_example():
    assert alpha([[int(value) for value in unit] for unit in KRIPPENDORFF_2011]) == pytest.approx(0.815, abs=5e-4)


@pytest.mark.parametrize("seed", range(20))
def test_alpha_is_observed_over_expected_disagreement(seed: int):
    """1 - D_o / D_e, pair by pair: each unit's pairs weigh 1 / (m - 1), and all values that meet are paired at will."""
    draw = random.Random(seed)
    units = [[draw.choice([1, 2, 3, 5]) for _ in range(draw.randint(0, 4))] for _ in range(30)]
    met = [value for unit in units if len(unit) > 1 for value in unit]

    def apart(one: int, other: int) -> float:
        low, high = sorted((one, other))
        between = sum(low <= value <= high for value in met) - (met.count(low) + met.count(high)) / 2
        return between**2 if low != high else 0.0

    observed = sum(apart(*pair) / (len(unit) - 1) for unit in units if len(unit) > 1 for pair in permutations(unit, 2))
    expected = sum(apart(*pair) for pair in permutations(met, 2)) / (len(met) - 1)
    assert alpha(units) == pytest.approx(1 - observed / expected, abs=1e-12)


def test_alpha_at_its_ends():
    assert alpha([[1, 1], [2, 2], [5, 5]]) == 1
    assert alpha([[1, 2], [2, 1]]) < 0
    assert np.isnan(alpha([[1, 1], [1, 1]]))
    assert np.isnan(alpha([[1], [2]]))
    with pytest.raises(BadInput, match="6 is none"):
        alpha([[6, 1]])
