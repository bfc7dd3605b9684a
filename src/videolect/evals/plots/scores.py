"""Plots of how scores and lengths are spread: calibration, P(Yes) of right and wrong captions, ratios of lengths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from videolect.evals.plots.pen import Svg, box, drawing, line, mark, number, text

Floats = NDArray[np.float64]
_TENTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
RATIO_EDGES = 2.0 ** np.linspace(-2, 2, 33)
"""From a quarter of the expert's words to four times as many; what lies outside stands in the outermost bars."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """Said and found by bins, of one system."""

    label: str
    tone: int
    said: Floats
    found: Floats
    counts: NDArray[np.int64]


def calibration(curves: Sequence[Curve]) -> Svg:
    """The share of right captions over P(Yes): on the diagonal a score is worth what it says. A larger sign stands for
    more items."""
    size, left, top = 320.0, 52.0, 12.0
    bottom, right = top + size, left + size

    def at(said: float, found: float) -> tuple[float, float]:
        return left + said * size, bottom - found * size

    parts = []
    for tenth in _TENTHS:
        x, y = at(tenth, tenth)
        parts += [line(x, top, x, bottom, "grid"), line(left, y, right, y, "grid")]
        parts += [text(x, bottom + 17, number(tenth), kind="tick", anchor="middle")]
        parts += [text(left - 8, y + 4, number(tenth), kind="tick", anchor="end")]
    parts.append(line(*at(0, 0), *at(1, 1), "diagonal"))
    told = []
    for curve in curves:
        there = np.flatnonzero(curve.counts)
        points = [at(float(curve.said[n]), float(curve.found[n])) for n in there]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{joined}" class="curve tone{curve.tone}"/>')
        most = max(1, int(curve.counts.max(initial=1)))
        for (x, y), n in zip(points, there, strict=True):
            parts.append(mark(curve.tone, x, y, 2.5 + 4 * math.sqrt(float(curve.counts[n]) / most)))
        pairs = ", ".join(f"{number(float(curve.said[n]), 2)}: {number(float(curve.found[n]), 2)}" for n in there)
        told.append(f"{curve.label} {pairs}")
    parts.append(text(left + size / 2, bottom + 38, "P(Yes), mean of its bin", kind="axis", anchor="middle"))
    parts.append(
        f'<text class="axis" text-anchor="middle" transform="translate(14 {top + size / 2:.1f}) rotate(-90)">'
        "captions that are right</text>"
    )
    return drawing(right + 14, bottom + 46, "Calibration", "; ".join(told), parts)


def spread(label: str, tone: int, right: Floats, wrong: Floats, *, bins: int = 20) -> Svg:
    """P(Yes) of final captions upwards, filled, and of drafts downwards, hollow: apart is good."""
    width, left, half, top = 300.0, 10.0, 62.0, 18.0
    span, middle = width - 2 * left, top + half
    up, down = (np.histogram(np.clip(side, 0, 1), bins, (0, 1))[0] / max(1, len(side)) for side in (right, wrong))
    most = max(float(up.max()), float(down.max()), 1e-9)
    step = span / bins
    parts = [text(left, top - 6, f"final captions, n = {len(right)}", kind="small")]
    for n in range(bins):
        x = left + n * step
        parts.append(box(x + 0.5, middle - half * up[n] / most, step - 1, half * up[n] / most, f"bar tone{tone}"))
        parts.append(box(x + 0.5, middle, step - 1, half * down[n] / most, f"hollow tone{tone}"))
    bottom = middle + half
    parts.append(line(left, middle, left + span, middle, "zero"))
    parts.append(line(left + span / 2, top, left + span / 2, bottom, "bound half"))
    parts.append(text(left, bottom + 12, f"drafts, n = {len(wrong)}", kind="small"))
    for value in (0.0, 0.5, 1.0):
        parts.append(text(left + span * value, bottom + 26, number(value), kind="tick", anchor="middle"))
    says = f"Median P(Yes) of finals {_median(right)}, of drafts {_median(wrong)}"
    return drawing(width, bottom + 32, f"P(Yes) of {label}", says, parts)


def lengths(label: str, tone: int, ratios: Floats) -> Svg:
    """How many words for each of the expert's, on a scale where half and double lie equally far from 1."""
    width, left, height, top = 300.0, 10.0, 96.0, 12.0
    span, bottom = width - 2 * left, top + height
    inside = np.clip(ratios, RATIO_EDGES[0], RATIO_EDGES[-1])
    counts = np.histogram(inside, RATIO_EDGES)[0]
    most, step = max(1, int(counts.max(initial=0))), span / (len(RATIO_EDGES) - 1)
    parts = [
        box(left + n * step + 0.5, bottom - height * count / most, step - 1, height * count / most, f"bar tone{tone}")
        for n, count in enumerate(counts.tolist())
    ]
    parts.append(line(left, bottom, left + span, bottom, "zero"))
    parts.append(line(left + span / 2, top - 6, left + span / 2, bottom, "bound half"))
    for power, words in zip(range(-2, 3), ("¼", "½", "1", "2", "4"), strict=True):
        parts.append(text(left + span * (power + 2) / 4, bottom + 16, words, kind="tick", anchor="middle"))
    outside = int(((ratios < RATIO_EDGES[0]) | (ratios > RATIO_EDGES[-1])).sum())
    says = f"Median {_median(ratios)} words for each of the expert's, n = {len(ratios)}, {outside} outside the scale"
    return drawing(width, bottom + 22, f"Lengths of {label}", says, parts)


def _median(values: Floats) -> str:
    return number(float(np.median(values)), 2) if len(values) else "–"
