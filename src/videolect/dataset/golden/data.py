"""What the golden figures are computed from: the tables of a folder of the authors' data, each read once, on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from videolect.dataset.authors.defects import annotated, flawed, reviewed, settled
from videolect.dataset.authors.files import RawFile, Row, read_archive, read_table, rows_of
from videolect.dataset.authors.triples import COLUMNS, TRIPLES, Variant, authors_variants

ASPECTS = ("subject", "scene", "motion", "spatial", "camera")
"""In the authors' order."""

Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bleu:
    """A figure that is compared as BLEU is."""

    value: float


class Reference:
    """One folder. NotFound, BadInput and CannotRead come when a table is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def every_row(self) -> list[dict[str, Any]]:
        """All rows of triples.parquet."""
        return rows_of(read_table(self.folder, TRIPLES, COLUMNS), TRIPLES)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """Those that somebody judged; the masks and ``texts`` are over these."""
        return [row for row in self.every_row if annotated(row)]

    @cached_property
    def reviewed(self) -> Mask:
        """With a verdict."""
        return self.where(reviewed)

    @cached_property
    def settled(self) -> Mask:
        """Approved or corrected."""
        return self.where(settled)

    @cached_property
    def flawed(self) -> Mask:
        """Rated below 5."""
        return self.where(flawed)

    @cached_property
    def everything(self) -> Mask:
        """All of ``rows``."""
        return np.ones(len(self.rows), np.bool_)

    def where(self, holds: Callable[[Row], bool]) -> Mask:
        """Of which rows something holds."""
        return np.array([holds(row) for row in self.rows], np.bool_)

    @cached_property
    def _of_aspect(self) -> Mapping[str, Mask]:
        aspects = np.array([str(row["aspect"]) for row in self.rows], np.str_)
        return {aspect: aspects == aspect for aspect in ASPECTS}

    def by_aspect(self, population: Mask) -> Iterator[tuple[str, Mask]]:
        """The population as ``all``, then its part of each aspect."""
        yield "all", population
        for aspect, mask in self._of_aspect.items():
            yield aspect, population & mask

    def texts(self, column: str) -> list[str]:
        """A text of each row; where there is none, the empty one."""
        return [row[column] or "" for row in self.rows]

    def number_of_words(self, column: str) -> Numbers:
        """As ``str.split`` finds them."""
        return np.array([len(text.split()) for text in self.texts(column)], np.float64)

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """The critique variants."""
        return tuple(authors_variants(self.folder))

    @cached_property
    def raw_files(self) -> tuple[RawFile, ...]:
        """The files of the archive."""
        return tuple(read_archive(self.folder))


def share(part: float, whole: float) -> float | None:
    """None of nothing."""
    return float(part) / float(whole) if whole else None


def spread(values: Numbers, *names: str) -> dict[str, float | int | None]:
    """How many, and of these figures each that is named: mean, median, p5, p95, max; linear between two values."""
    found: dict[str, float | int | None] = {"n": len(values)}
    for name in names:
        found[name] = float(_FIGURES[name](values)) if len(values) else None
    return found


_FIGURES: Mapping[str, Callable[[Numbers], Any]] = {
    "mean": np.mean,
    "median": np.median,
    "p5": lambda values: np.percentile(values, 5),
    "p95": lambda values: np.percentile(values, 95),
    "max": np.max,
}


def counted(rows: Sequence[Row], holds: Callable[[Row], bool]) -> int:
    """How many rows something holds of."""
    return sum(map(bool, map(holds, rows)))
