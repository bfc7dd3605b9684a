"""From measures of items to figures with intervals, per aspect and pooled.

A measure keeps for each item numbers that may be added; its figure is a function of their sums. So an interval is a
bootstrap over sources (items that were cut from one film hang together) from sums, and two systems are compared on the
same items with the same draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from videolect.dataset.rows.row import Row
from videolect.errors import BadInput
from videolect.metrics.intervals import Difference, Estimate, bootstrap, divided, paired, ratio

Floats = NDArray[np.float64]
Figure = Callable[[Any], Any]
"""Sums [..., k] -> figures [...]."""

POOLED = "pooled"
RESAMPLES = 1000

Scores = Mapping[str, Mapping[str, Estimate]]
"""Scope (an aspect, or ``pooled``) -> name of the figure -> the figure with its interval."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Measure:
    """One figure of merit and what it needs to know of each item."""

    name: str
    stats: Floats
    """[items, k]: numbers that are added; of items that do not belong to it all are 0."""
    figure: Figure
    used: NDArray[np.bool_]
    """[items]: which of them belong to it."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Measured:
    """The measures of one system on one list of items."""

    measures: tuple[Measure, ...]
    aspects: tuple[str, ...]
    """Of each item."""
    groups: tuple[str, ...]
    """Source of each item."""
    ids: tuple[str, ...]
    """Of each item, so that two systems are compared on the same."""

    @staticmethod
    def of(rows: Sequence[Row], measures: Iterable[Measure]) -> Measured:
        """Measures whose items are these rows, in order."""
        return Measured(
            measures=tuple(measures), aspects=tuple(row.aspect for row in rows),
            groups=tuple(row.source_id for row in rows), ids=tuple(row.row_id for row in rows),
        )  # fmt: skip


def mean(
    name: str, values: Sequence[float] | Floats, used: NDArray[np.bool_] | None = None, figure: Figure = ratio
) -> Measure:
    """The mean of numbers over the items that have one; NaN has none. ``figure``: ``percent(ratio)`` of shares."""
    numbers = np.asarray(values, float)
    use = ~np.isnan(numbers) if used is None else used & ~np.isnan(numbers)
    stats = np.stack([np.where(use, numbers, 0.0), use.astype(float)], axis=1)
    return Measure(name=name, stats=stats, figure=figure, used=use)


def percent(figure: Figure) -> Figure:
    """A figure from 0 to 1 as one from 0 to 100."""
    return lambda sums: 100 * figure(sums)


def f1(sums: Any) -> Any:
    """Of sums (found and right, found, true)."""
    return divided(2 * sums[..., 0], sums[..., 1] + sums[..., 2])


def scores_of(measured: Measured, *, resamples: int = RESAMPLES, seed: int = 0) -> dict[str, dict[str, Estimate]]:
    """Every measure in every scope in which it has items; in whatever order these stand."""
    found: dict[str, dict[str, Estimate]] = {}
    order = _order(measured.groups, measured.ids)
    aspects, groups = np.array(measured.aspects), np.array(measured.groups)
    for scope, where in _scopes(aspects):
        for measure in measured.measures:
            use = order[(measure.used & where)[order]]
            if len(use):
                estimate = bootstrap(
                    measure.stats[use], groups[use].tolist(), measure.figure, resamples=resamples, seed=seed
                )
                found.setdefault(scope, {})[measure.name] = estimate
    return found


def compared(
    one: Measured, other: Measured, *, resamples: int = RESAMPLES, seed: int = 0, only_pooled: bool = False
) -> dict[str, dict[str, Difference]]:
    """The first less the second on the items that both answered, measure by measure."""
    here, there = ({name: at for at, name in enumerate(each.ids)} for each in (one, other))
    both = [one.ids[at] for at in _order(one.groups, one.ids) if one.ids[at] in there]
    if not both:
        raise BadInput("The two systems answered no item in common.", mend="Compare systems on the same rows.")
    mine, theirs = np.array([here[name] for name in both]), np.array([there[name] for name in both])
    of_theirs = {measure.name: measure for measure in other.measures}
    aspects, groups = np.array(one.aspects)[mine], np.array(one.groups)[mine]
    found: dict[str, dict[str, Difference]] = {}
    for scope, where in _scopes(aspects)[: 1 if only_pooled else None]:
        for measure in one.measures:
            beside = of_theirs.get(measure.name)
            if beside is None:
                continue
            use = where & (measure.used[mine] | beside.used[theirs])
            if use.any():
                found.setdefault(scope, {})[measure.name] = paired(
                    measure.stats[mine][use], beside.stats[theirs][use], groups[use].tolist(), measure.figure,
                    resamples=resamples, seed=seed,
                )  # fmt: skip
    return found


def _order(groups: Sequence[str], ids: Sequence[str]) -> NDArray[np.intp]:
    """The items by source and name: which sources a resample holds hangs on the order in which they come."""
    return np.array(sorted(range(len(ids)), key=lambda at: (groups[at], ids[at])), np.intp)


def _scopes(aspects: NDArray[Any]) -> list[tuple[str, NDArray[np.bool_]]]:
    every = np.ones(len(aspects), np.bool_)
    return [(POOLED, every), *((str(name), aspects == name) for name in dict.fromkeys(aspects.tolist()))]


def as_json(
    scores: Mapping[str, Mapping[str, Estimate]], digits: int = 6
) -> dict[str, dict[str, dict[str, float | int | None]]]:
    """Scope -> figure -> ``Estimate.as_json``."""
    return {scope: {name: each.as_json(digits) for name, each in figures.items()} for scope, figures in scores.items()}
