"""How well scores order and judge: ROC-AUC, average precision, pairs, thresholds, calibration, rank correlations.

A score that is NaN is an error that names its item: a missing answer must be decided about before, not ranked. A figure
that the data leave open (an AUC without negatives) is NaN. A tie is never a success; what earns half credit says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from videolect.errors import BadInput
from videolect.metrics.bleu import Floats

Truths = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pairwise:
    """How often the good one of two scored higher."""

    strict: float
    """Share of pairs where it did; a tie is wrong."""
    half_tie: float
    """The same with half credit for a tie: what chance gives is 0.5 here, and less under ``strict``."""
    tie_rate: float
    n: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """What P(Yes) is worth as a probability."""

    edges: Floats
    """[bins + 1], of equal width; a bin holds its lower edge, the last one both."""
    counts: NDArray[np.int64]
    """[bins]"""
    said: Floats
    """[bins] mean probability; NaN in an empty bin."""
    found: Floats
    """[bins] share of items that are true; NaN in an empty bin."""
    ece: float
    """Expected calibration error: mean of |said - found|, weighted by counts."""
    brier: float
    """Mean squared distance of the probability from what is true."""
    n: int


def roc_auc(scores: ArrayLike, labels: ArrayLike) -> float:
    """Chance that a positive scores above a negative, a tie counting half. NaN where one kind is missing."""
    values, positive = _scored(scores, labels)
    up = int(positive.sum())
    down = len(positive) - up
    if not up or not down:
        return float("nan")
    return float((mid_ranks(values)[positive].sum() - up * (up + 1) / 2) / (up * down))


def average_precision(scores: ArrayLike, labels: ArrayLike) -> float:
    """Sum over thresholds of (recall gained) x precision, equal scores at one threshold, as scikit-learn defines it.

    Not interpolated. NaN without positives, where scikit-learn says 0.
    """
    values, positive = _scored(scores, labels)
    if not positive.any():
        return float("nan")
    order = np.argsort(-values, kind="stable")
    ranked = values[order]
    last = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(values) - 1)  # no difference: -inf equals -inf
    found = np.cumsum(positive[order])[last]
    precision = found / (last + 1)
    return float((np.diff(found, prepend=0) * precision).sum() / found[-1])


def pairwise(good: ArrayLike, bad: ArrayLike) -> Pairwise:
    """Accuracy of good > bad over pairs. good, bad: [pairs]"""
    wins, ties, n = (float(count) for count in pairwise_stats(good, bad).sum(axis=0))
    if not n:
        raise BadInput("There are no pairs.", mend="Give the scores of at least one.")
    return Pairwise(strict=wins / n, half_tie=(wins + ties / 2) / n, tie_rate=ties / n, n=int(n))


def pairwise_stats(good: ArrayLike, bad: ArrayLike) -> Floats:
    """Won, tied, and a one for each pair, for the bootstrap. [pairs] -> [pairs, 3]"""
    one, other = _numbers(good, "good"), _numbers(bad, "bad")
    _same_length(one, other)
    return np.stack([one > other, one == other, np.ones(len(one))], axis=1).astype(np.float64)


def threshold_stats(scores: ArrayLike, labels: ArrayLike, threshold: float = 0.5) -> Truths:
    """Whether each item is judged right. [items]"""
    values, positive = _scored(scores, labels)
    return np.where(positive, values > threshold, values < threshold)


def calibration(probabilities: ArrayLike, labels: ArrayLike, bins: int = 10) -> Calibration:
    """Reliability in bins of equal width, expected calibration error (Guo et al. 2017) and Brier score."""
    values, positive = _scored(probabilities, labels)
    outside = np.flatnonzero((values < 0) | (values > 1))
    if len(outside):
        mend = "Give probabilities between 0 and 1."
        raise BadInput(f"Item {outside[0]} has the probability {values[outside[0]]}.", mend=mend)
    if bins < 1:
        raise BadInput(f"{bins} bins are none.", mend="Ask for at least one; 10 is usual.")
    edges = np.arange(bins + 1) / bins  # not linspace: its 0.3 and 0.7 lie above those that people write
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    there = counts > 0
    said, found = (
        np.divide(np.bincount(place, weights=of, minlength=bins), counts, out=np.full(bins, np.nan), where=there)
        for of in (values, positive.astype(np.float64))
    )
    ece = float((counts * np.nan_to_num(np.abs(said - found))).sum() / len(values))
    brier = float(((values - positive) ** 2).mean())
    return Calibration(edges=edges, counts=counts, said=said, found=found, ece=ece, brier=brier, n=len(values))


# ------------------------------------------------------------------------------------------------------- two by two


def retrieval_stats(scores: ArrayLike) -> Truths:
    """Text, image and group score of each pair. [pairs, 2, 2] -> [pairs, 3]"""
    table = _squares(scores)
    text = (table[:, 0, 0] > table[:, 0, 1]) & (table[:, 1, 1] > table[:, 1, 0])
    image = (table[:, 0, 0] > table[:, 1, 0]) & (table[:, 1, 1] > table[:, 0, 1])
    return np.stack([text, image, text & image], axis=1)


def vqa_stats(scores: ArrayLike, threshold: float = 0.5) -> Truths:
    """Whether each answer is right. [pairs, 2 videos, 2 questions] -> the same"""
    table = _squares(scores)
    yes: Truths = np.eye(2, dtype=np.bool_)
    return np.where(yes, table > threshold, table < threshold)


# -------------------------------------------------------------------------------------------------- rank correlations


def mid_ranks(values: Floats) -> Floats:
    """Ranks from 1; equal values share the mean of theirs. [items]"""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return ranks


def spearman(a: ArrayLike, b: ArrayLike) -> float:
    """Pearson's correlation of mid-ranks, -1..1. NaN where one side is constant."""
    one, other = _two_sides(a, b)
    ranks = [mid_ranks(side) - (len(side) + 1) / 2 for side in (one, other)]
    spread = float(np.sqrt((ranks[0] ** 2).sum() * (ranks[1] ** 2).sum()))
    return float((ranks[0] * ranks[1]).sum()) / spread if spread else float("nan")


# -------------------------------------------------------------------------------------------------------------- input


def _numbers(values: ArrayLike, name: str) -> Floats:
    table = np.asarray(values, np.float64)
    if table.ndim != 1:
        raise BadInput(f"{name} have the shape {table.shape}.", mend="Give one number for each item.")
    return _no_nan(table, name)


def _no_nan(table: Floats, name: str) -> Floats:
    missing = np.argwhere(np.isnan(table))
    if len(missing):
        mend = "Decide about items without an answer before: leave them out, or count them as wrong, and say how many."
        raise BadInput(f"{name} of item {missing[0][0]} are NaN.", mend=mend)
    return table


def _scored(scores: ArrayLike, labels: ArrayLike) -> tuple[Floats, Truths]:
    values, truths = _numbers(scores, "scores"), _numbers(labels, "labels")
    _same_length(values, truths)
    strange = np.flatnonzero((truths != 0) & (truths != 1))
    if len(strange):
        mend = "Give 1 or True, 0 or False."
        raise BadInput(f"Item {strange[0]} has the label {truths[strange[0]]:g}.", mend=mend)
    if not len(values):
        raise BadInput("There are no items to score.", mend="Give at least one.")
    return values, truths == 1


def _two_sides(a: ArrayLike, b: ArrayLike) -> tuple[Floats, Floats]:
    one, other = _numbers(a, "values"), _numbers(b, "values")
    _same_length(one, other)
    if len(one) < 2:
        raise BadInput(f"{len(one)} items have no order.", mend="Give at least two.")
    return one, other


def _same_length(one: NDArray[Any], other: NDArray[Any]) -> None:
    if len(one) != len(other):
        raise BadInput(f"{len(one)} values stand against {len(other)}.", mend="Give both for the same items.")


def _squares(scores: ArrayLike) -> Floats:
    table = np.asarray(scores, np.float64)
    if table.ndim != 3 or table.shape[1:] != (2, 2) or not len(table):
        mend = "Give the scores of one pair or more as [pairs, 2 videos, 2 texts]."
        raise BadInput(f"Scores of shape {table.shape} are no pairs of videos and texts.", mend=mend)
    return _no_nan(table, "scores")
