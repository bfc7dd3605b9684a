"""Black bars around the picture, found from a handful of frames spread over the film.

A line (a row or a column) belongs to a bar when it is black in *every* frame, save for the few pixels of a logo or a
subtitle; and a bar ends sharply, from one line to the next, where a dark scene fades. Black is level: dark parts of a
picture lie some grey levels above it here and there. So a single dark scene adds nothing, and a film that is dark
throughout has no bars.

    finder = BarFinder()
    for luma in some_frames:            # about 16, spread over the film; [h, w] uint8, whole range or 16 to 235
        finder.see(luma)
    finder.bars()                       # Bars(top=60, bottom=60, left=0, right=0), or None

Given frames at coded size, bars are exact to 2 pixels. What is accumulated are two small tables, so a child process
that decodes may hand over ``finder.rows`` and ``finder.columns`` instead of pictures: ``bars_from(rows, columns)``.

Not found: bars that are not black (white, or a blurred copy of the picture), and bars that part of the film lacks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LIT = 14
"""Grey levels above the black of the frame's border from which on a pixel counts as lit. Coding noise in bars: 3."""

DARKEST_BORDER = 24
"""No border brighter than this is taken for black: 16 is the black of most films, the rest is their noise."""

WRITTEN = 0.35
"""Share of a bar's line that a logo or a subtitle may light up. Letters ink a third of the line that they fill."""

LEAST = 0.01
"""Bars thinner than this share of the picture's side are none: many films have a dark line or two at an edge."""

MURK = 2.0
"""Grey levels above black, on average over the pixels of a line that are not lit. Measured after heavy coding (CRF 40):
below 1 in bars, above 3 in the darkest parts of pictures."""

_BODY = 80
"""Percentile of the lines that stands for the picture: an upright picture in a wide frame fills a third of them."""

_FEWEST_LIT = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Bars:
    """Widths of black bars, in pixels of the frames that were seen (coded, not turned)."""

    top: int
    bottom: int
    left: int
    right: int

    def as_json(self) -> dict[str, int]:
        """As ``video probe`` tells them."""
        return {"top": self.top, "bottom": self.bottom, "left": self.left, "right": self.right}


class BarFinder:
    """Sees frames of one size, one by one, and keeps two small tables."""

    def __init__(self) -> None:
        self.rows: NDArray[np.float64] = np.zeros((2, 0))
        """[2, height] for each row the largest share of lit pixels that it had in any frame, 0..1; and the mean of its
        other pixels over all frames, in grey levels above the frame's black."""
        self.columns: NDArray[np.float64] = np.zeros((2, 0))
        """[2, width] the same for columns."""
        self.frames = 0

    def see(self, luma: NDArray[np.uint8]) -> None:
        """One frame, [height, width]. Frames of another size than the first are passed over."""
        height, width = luma.shape
        if not self.rows.size:
            self.rows, self.columns = np.zeros((2, height)), np.zeros((2, width))
        if (height, width) != (self.rows.shape[1], self.columns.shape[1]):
            return
        self.frames += 1
        border = min(float(np.median(line)) for line in (luma[0], luma[-1], luma[:, 0], luma[:, -1]))
        black = round(min(border, DARKEST_BORDER))
        lit = luma > black + LIT
        above = np.where(lit, np.uint8(0), np.maximum(luma, np.uint8(black)) - np.uint8(black))
        for table, axis in ((self.rows, 1), (self.columns, 0)):
            count = lit.sum(axis=axis)
            dark = np.maximum(luma.shape[axis] - count, 1)
            np.maximum(table[0], count / luma.shape[axis], out=table[0])
            table[1] += (above.sum(axis=axis, dtype=np.int64) / dark - table[1]) / self.frames

    def bars(self) -> Bars | None:
        """The bars that all frames so far have in common; None: there are none, or nothing but dark was seen."""
        return bars_from(self.rows, self.columns)


def find_bars(lumas: Iterable[NDArray[np.uint8]]) -> Bars | None:
    """Bars that all these frames have, each [height, width]."""
    finder = BarFinder()
    for luma in lumas:
        finder.see(luma)
    return finder.bars()


def bars_from(rows: NDArray[np.float64], columns: NDArray[np.float64]) -> Bars | None:
    """Bars by what a ``BarFinder`` accumulated, its ``rows`` and ``columns``."""
    if not rows.size or not columns.size:
        return None
    (top, bottom), (left, right) = _ends(rows), _ends(columns)
    if top == bottom == left == right == 0:
        return None
    return Bars(top=top, bottom=bottom, left=left, right=right)


def _ends(table: NDArray[np.float64]) -> tuple[int, int]:
    """Widths of the bars before and after the picture, along one direction."""
    shares, murk = table
    body = float(np.percentile(shares, _BODY))
    if body < _FEWEST_LIT:
        return 0, 0
    # Bars of the other direction keep shares low: what counts is relative.
    (before, dark_before), (after, dark_after) = _end(shares / body, murk), _end(shares[::-1] / body, murk[::-1])
    # A bar beside a dark part of the picture has no sharp end: where the other side has one, the picture is centred.
    if not before and after <= dark_before:
        before = after
    elif not after and before <= dark_after:
        after = before
    least = max(2, round(LEAST * len(shares)))
    return (before if before >= least else 0), (after if after >= least else 0)


def _end(shares: NDArray[np.float64], murk: NDArray[np.float64]) -> tuple[int, int]:
    """How many lines are black before the picture begins sharply, else 0; and how many are black, sharply or not."""
    # Coding, and scaling, blur the last line or two of a bar; heavy coding smears up to a block of eight.
    blur, smear = (2, 8) if len(shares) >= 240 else (1, 3)
    start = int(np.argmax((shares > WRITTEN) | (murk > MURK)))
    lit = int(np.argmax(shares > WRITTEN))
    for edge in (lit, start):
        if blur < edge <= start + smear and _jump(shares, edge, blur) >= 0.3:
            return edge, start
    # The picture begins dark: a step of a few grey levels, where a fade would go on rising.
    if start > blur:
        step, further = _jump(murk, start, blur), _jump(murk, start + 2 * blur + 2, blur)
        if step >= 0.75 * MURK and step >= 2 * further:
            return start, start
    return 0, start


def _jump(table: NDArray[np.float64], line: int, blur: int) -> float:
    """By how much the table rises around this line."""
    after = table[line : line + blur + 1]
    return float(after.max() - table[line - blur - 1]) if len(after) else 0.0
