"""How good a reward is: P(Yes) of final captions beside that of the drafts that they mended.

Which of several readings of "accuracy" a paper used is often unsaid, so all stand side by side: each sample at 0.5;
pair by pair with ties wrong, and with half credit for ties, and how many ties there are; the area under the ROC curve.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from videolect.dataset.rows.row import Row
from videolect.evals.measures.scores import Measure, Measured, mean, percent
from videolect.metrics.intervals import ratio

FIGURES: Mapping[str, str] = {
    "pairwise_half_tie": "pairs in which the final caption scores higher, ties half; 0-100",
    "pairwise_strict": "pairs in which the final caption scores higher, ties wrong; 0-100",
    "tie_rate": "pairs that score the same; 0-100",
    "at_half": "samples on the right side of 0.5, 0.5 itself half; 0-100",
    "auc": "area under the ROC curve within aspects, from the pairs of all finals and drafts; 0-100",
    "yes_rate": "samples scored above 0.5; 0-100",
    "brier": "mean squared error of P(Yes)",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A draft and the final caption of one triple."""

    triple_id: str
    source_id: str
    aspect: str
    final: Row
    draft: Row


def pairs_of(rows: Sequence[Row]) -> list[Pair]:
    """The Yes/No rows that come in pairs, in order."""
    finals = {row.triple_id: row for row in rows if row.what == "final"}
    return [
        Pair(row.triple_id, row.source_id, row.aspect, finals[row.triple_id], row)
        for row in rows
        if row.what == "draft" and row.triple_id in finals
    ]


def measure(rows: Sequence[Row], yes: Mapping[str, float], *, probabilities: bool = True) -> Measured:
    """Yes/No rows against P(Yes). ``probabilities``: whether 0.5 means anything; of a length it does not."""
    rows = [row for row in rows if row.row_id in yes]
    score = np.array([yes[row.row_id] for row in rows], float)
    right = np.array([row.target == "Yes" for row in rows], np.bool_)
    place = {row.row_id: at for at, row in enumerate(rows)}
    found = _pairwise(rows, yes, place)
    if probabilities:
        found += [
            mean("at_half", np.where(score == 0.5, 0.5, (score > 0.5) == right), figure=percent(ratio)),
            mean("yes_rate", (score > 0.5).astype(float), figure=percent(ratio)),
            mean("brier", (score - right) ** 2),
        ]
    found.append(_auc(rows, score, right))
    return Measured.of(rows, found)


def _pairwise(rows: Sequence[Row], yes: Mapping[str, float], place: Mapping[str, int]) -> list[Measure]:
    """Pairs are counted where the draft's row stands."""
    used = np.zeros(len(rows), np.bool_)
    wins, ties = np.zeros(len(rows)), np.zeros(len(rows))
    for pair in pairs_of(rows):
        at = place[pair.draft.row_id]
        better, worse = yes[pair.final.row_id], yes[pair.draft.row_id]
        used[at], wins[at], ties[at] = True, better > worse, better == worse
    return [
        mean("pairwise_half_tie", wins + ties / 2, used, figure=percent(ratio)),
        mean("pairwise_strict", wins, used, figure=percent(ratio)),
        mean("tie_rate", ties, used, figure=percent(ratio)),
    ]


def _auc(rows: Sequence[Row], score: Any, right: Any) -> Measure:
    """The area within each aspect, weighed by its final captions.

    For a draw of sources it is taken to first order: each final caption brings the share of the drafts that it beats,
    each draft the share of the finals that beat it (the structural components of DeLong et al. 1988), so that both
    sides vary with the draw and the sums may be added.
    """
    stats = np.zeros((len(rows), 5))  # share beaten, finals, share beating, drafts, area of the aspect
    used = np.zeros(len(rows), np.bool_)
    aspects = np.array([row.aspect for row in rows])
    for aspect in dict.fromkeys(aspects.tolist()):
        finals, drafts = (np.flatnonzero((aspects == aspect) & side) for side in (right, ~right))
        if len(finals) and len(drafts):
            beaten = _shares(score[finals], score[drafts])
            # A draft counts for as many finals as there are for each, so that both means are the same area.
            weight = len(finals) / len(drafts)
            stats[finals, 0], stats[finals, 1], stats[finals, 4] = beaten, 1, beaten.mean()
            stats[drafts, 2], stats[drafts, 3] = weight * (1 - _shares(score[drafts], score[finals])), weight
            used[finals], used[drafts] = True, True
    return Measure(name="auc", stats=stats, figure=_area, used=used)


def _shares(of: Any, others: Any) -> Any:
    """For each number the share of the others that it is above, ties half."""
    order = np.sort(others)
    return (np.searchsorted(order, of, "left") + np.searchsorted(order, of, "right")) / 2 / len(order)


def _area(sums: Any) -> Any:
    finals, drafts = np.asarray(sums[..., 1], float), np.asarray(sums[..., 3], float)
    both = (finals > 0) & (drafts > 0)
    safe_f, safe_d = np.where(both, finals, 1), np.where(both, drafts, 1)
    area = sums[..., 0] / safe_f + sums[..., 2] / safe_d - sums[..., 4] / safe_f
    return np.where(both, 100 * np.clip(area, 0, 1), np.nan)
