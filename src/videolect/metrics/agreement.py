"""How far people agree, by chance taken off: percent agreement, Cohen's kappa, Krippendorff's alpha."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from numbers import Real
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput
from videolect.metrics.bleu import Floats

Level = Literal["nominal", "ordinal", "interval"]
"""What the difference of two values means: only that they differ; how many ranks lie between; how far apart."""

Weights = Literal["none", "quadratic"]

Values = Sequence[Hashable] | NDArray[Any]


def percent_agreement(a: Values, b: Values) -> float:
    """Share of items with equal values, 0..1."""
    pairs = _pairs(a, b)
    return sum(bool(one == other) for one, other in pairs) / len(pairs)


def cohen_kappa(a: Values, b: Values, weights: Weights = "none", categories: Sequence[Hashable] | None = None) -> float:
    """Cohen 1960; quadratic weights (Cohen 1968) are for ordered values such as ratings 1-5: 4 against 5 is near.

    The weight of two values is the squared distance of their places in ``categories``; without these, in the sorted
    values that occur (so name all five ratings if one may be missing, and words always: raises BadInput for words that
    nobody put in order). NaN where chance alone would agree always.
    """
    if weights not in get_args(Weights):
        raise BadInput(f"There are no weights {weights!r}.", mend=f"Name one of {', '.join(get_args(Weights))}.")
    pairs = _pairs(a, b)
    if categories is None and weights == "quadratic":
        _only_numbers((value for pair in pairs for value in pair), "Name the categories in their order.")
    order = (
        list(categories) if categories is not None else sorted({value for pair in pairs for value in pair}, key=_key)
    )
    place = {value: at for at, value in enumerate(order)}
    strange = next((value for pair in pairs for value in pair if value not in place), None)
    if strange is not None:
        raise BadInput(f"{strange!r} is none of the categories.", mend="Name all values that occur.")
    table = np.zeros((len(order), len(order)))
    for one, other in pairs:
        table[place[one], place[other]] += 1
    rank = np.arange(len(order))
    apart = (rank[:, None] - rank) ** 2 if weights == "quadratic" else rank[:, None] != rank
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / len(pairs)
    chance = float((apart * expected).sum())
    return 1 - float((apart * table).sum()) / chance if chance else float("nan")


def krippendorff_alpha(ratings: Sequence[Values], level: Level = "nominal") -> float:
    """Krippendorff 2011; 1 = all agree, 0 = as by chance. ratings: [raters][items], None or NaN where one gave none.

    Items with fewer than two values are left out. NaN where all values are equal: then there is nothing to tell apart.
    Raises BadInput for words at another level than nominal: the alphabet is not their order.
    """
    if level not in get_args(Level):
        raise BadInput(f"There is no level {level!r}.", mend=f"Name one of {', '.join(get_args(Level))}.")
    table = [_plain(row) for row in ratings]
    if len({len(row) for row in table}) > 1:
        raise BadInput("The raters have values of different numbers of items.", mend="Put None where one gave none.")
    units = [[value for value in unit if not _missing(value)] for unit in zip(*table, strict=True)]
    if level != "nominal":
        _only_numbers((value for unit in units for value in unit), "Give numbers, such as the place in their order.")
    units = [unit for unit in units if len(unit) > 1]
    values = sorted({value for unit in units for value in unit}, key=_key)
    if len(values) < 2:
        return float("nan")
    coincidences = _coincidences(units, {value: at for at, value in enumerate(values)})
    totals = coincidences.sum(axis=0)
    apart = _apart(values, totals, level)
    expected = (np.outer(totals, totals) - np.diag(totals)) / (totals.sum() - 1)
    return 1 - float((coincidences * apart).sum()) / float((expected * apart).sum())


def _coincidences(units: list[list[Any]], place: dict[Any, int]) -> Floats:
    """How often two values meet in one item, each item weighing as many as it has values. [values, values]"""
    table = np.zeros((len(place), len(place)))
    for unit in units:
        counts = np.bincount([place[value] for value in unit], minlength=len(place)).astype(np.float64)
        table += (np.outer(counts, counts) - np.diag(counts)) / (len(unit) - 1)
    return table


def _apart(values: list[Any], totals: Floats, level: Level) -> Floats:
    """Squared difference of two values."""
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "interval":
        number = np.array(values, np.float64)
    else:
        number = np.cumsum(totals) - totals / 2  # the ranks between two values, with half of each end
    squared: Floats = (number[:, None] - number) ** 2
    return squared


def _pairs(a: Values, b: Values) -> list[tuple[Any, Any]]:
    if len(a) != len(b) or not len(a):
        raise BadInput(f"{len(a)} values stand against {len(b)}.", mend="Give both raters' values of the same items.")
    pairs = list(zip(_plain(a), _plain(b), strict=True))
    missing = next((at for at, pair in enumerate(pairs) if _missing(pair[0]) or _missing(pair[1])), None)
    if missing is not None:
        mend = "Leave the item out, or use krippendorff_alpha, which knows missing values."
        raise BadInput(f"A value of item {missing} is missing.", mend=mend)
    return pairs


def _only_numbers(values: Iterable[Any], mend: str) -> None:
    word = next((value for value in values if not isinstance(value, Real)), None)
    if word is not None:
        raise BadInput(f"{word!r} is no number, so how far it is from another value is not known.", mend=mend)


def _plain(values: Values) -> list[Any]:
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


def _missing(value: object) -> bool:
    return value is None or value != value


def _key(value: Any) -> tuple[str, Any]:
    """Sorts numbers by size and all else by its words, so that values of several types have an order too."""
    return ("", value) if isinstance(value, Real) else (type(value).__name__, str(value))
