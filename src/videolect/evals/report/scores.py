"""What a report says of scores and lengths beside its figures: leaks, calibration, how they are spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from videolect.dataset.rows.row import Row
from videolect.evals.blind.baselines import BLIND_REWARDS, READER
from videolect.evals.measures import reward
from videolect.evals.plots.pen import Svg
from videolect.evals.plots.scores import Curve, calibration, lengths, spread
from videolect.evals.predictions import Predictions
from videolect.evals.report.tables import Column, Entry, Matrix, Table, table
from videolect.metrics import ranking
from videolect.metrics.intervals import Difference

_PAIRS = "reward_pairwise_half_tie"
"""The figure that tells what leaks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Leak:
    """What is got right without looking."""

    table: Table
    beside: tuple[tuple[Entry, Difference, bool], ...]
    """Each system less the classifier that reads the text only, and whether it is surely better."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibrated:
    """What a system's P(Yes) is worth."""

    entry: Entry
    ece: float
    brier: float
    n: int
    spread: Svg


@dataclass(frozen=True, kw_only=True, slots=True)
class Lengths:
    """How long a system's texts are."""

    entry: Entry
    task: str
    median_words: float
    median_ratio: float
    empty: int
    n: int
    plot: Svg


def leak(entries: Sequence[Entry], found: Sequence[Matrix]) -> Leak | None:
    """The floors that only read beside the systems, and from the matrices how far each is above the classifier."""
    blind = [entry for entry in entries if entry.kind == "floor" and entry.name in BLIND_REWARDS]
    systems = [entry for entry in entries if entry.kind == "system" and "yes_no" in entry.measured]
    if not blind or not systems:
        return None
    scopes = list(dict.fromkeys(scope for entry in systems for scope in entry.scores))
    columns = [(scope, _PAIRS, Column(title=scope, says="", digits=1)) for scope in scopes]
    differences = _above_reader(found)
    beside = tuple(
        (each, differences[each.name], differences[each.name].low > 0) for each in systems if each.name in differences
    )
    return Leak(
        table=table("Pairs in which the final caption scores higher, ties half", [*blind, *systems], columns),
        beside=beside,
    )


def _above_reader(found: Sequence[Matrix]) -> dict[str, Difference]:
    """System -> its accuracy in pairs less that of the classifier that reads only."""
    matrix = next((each for each in found if each.figure == _PAIRS), None)
    at = [] if matrix is None else [n for n, e in enumerate(matrix.others) if e.key == ("floor", READER)]
    if matrix is None or not at:
        return {}
    return {entry.name: cell[0] for entry, cells in matrix.lines if (cell := cells[at[0]]) is not None}


def calibrated(
    entries: Sequence[Entry], rows: Sequence[Row], of: Mapping[str, Predictions]
) -> tuple[tuple[Calibrated, ...], Svg | None]:
    """Of every system that gave P(Yes); and all of them in one plot."""
    found = _calibrated(entries, rows, of)
    return tuple(each for each, _ in found), calibration([curve for _, curve in found]) if found else None


def _calibrated(
    entries: Sequence[Entry], rows: Sequence[Row], of: Mapping[str, Predictions]
) -> list[tuple[Calibrated, Curve]]:
    found = []
    for entry in entries:
        if entry.kind != "system" or "yes_no" not in entry.measured:
            continue
        yes = of[entry.name].yes
        scores = np.array([yes[row.row_id] for row in rows if row.row_id in yes], float)
        right = np.array([row.target == "Yes" for row in rows if row.row_id in yes], np.bool_)
        told = ranking.calibration(scores, right)
        pairs = reward.pairs_of([row for row in rows if row.row_id in yes])
        finals, drafts = [yes[pair.final.row_id] for pair in pairs], [yes[pair.draft.row_id] for pair in pairs]
        made = Calibrated(
            entry=entry, ece=told.ece, brier=told.brier, n=told.n,
            spread=spread(entry.name, entry.tone, np.array(finals, float), np.array(drafts, float)),
        )  # fmt: skip
        found.append(
            (made, Curve(label=entry.name, tone=entry.tone, said=told.said, found=told.found, counts=told.counts))
        )
    return found


def lengths_of(
    entries: Sequence[Entry], items: Mapping[str, Sequence[Row]], of: Mapping[str, Predictions]
) -> list[Lengths]:  # fmt: skip
    """Of every system that wrote captions or critiques; of critiques those of flawed captions."""
    found = []
    for task in ("caption", "critique"):
        for entry in entries:
            if entry.kind != "system" or task not in entry.measured:
                continue
            texts = of[entry.name].texts
            rows = [row for row in items[task] if row.row_id in texts and row.what != "final"]
            wrote = np.array([len(texts[row.row_id].split()) for row in rows], float)
            wanted = np.array([max(1, len(row.target.split())) for row in rows], float)
            if not len(rows):
                continue
            found.append(
                Lengths(
                    entry=entry, task=task, median_words=float(np.median(wrote)),
                    median_ratio=float(np.median(wrote / wanted)), empty=int((wrote == 0).sum()), n=len(rows),
                    plot=lengths(entry.name, entry.tone, wrote / wanted),
                )
            )  # fmt: skip
    return found
