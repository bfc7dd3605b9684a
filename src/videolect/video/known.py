"""Frame rates and picture shapes that have a name. Names are for people; nothing is found by them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from videolect.video.timeline import EVEN_S, Timeline


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownRate:
    """A rate of film or television."""

    name: str
    rate: Fraction
    """Frames a second, exact."""


def _rate(name: str, frames: int, over: int = 1) -> KnownRate:
    return KnownRate(name=name, rate=Fraction(frames, over))


RATES = (
    _rate("23.976", 24000, 1001),
    _rate("24", 24),
    _rate("25", 25),
    _rate("29.97", 30000, 1001),
    _rate("30", 30),
    _rate("47.952", 48000, 1001),
    _rate("48", 48),
    _rate("50", 50),
    _rate("59.94", 60000, 1001),
    _rate("60", 60),
    _rate("100", 100),
    _rate("119.88", 120000, 1001),
    _rate("120", 120),
)

SHAPES = (
    ("9:16", Fraction(9, 16)),
    ("2:3", Fraction(2, 3)),
    ("3:4", Fraction(3, 4)),
    ("4:5", Fraction(4, 5)),
    ("1:1", Fraction(1)),
    ("5:4", Fraction(5, 4)),
    ("4:3", Fraction(4, 3)),
    ("1.375:1", Fraction("1.375")),
    ("3:2", Fraction(3, 2)),
    ("1.66:1", Fraction("1.66")),
    ("16:9", Fraction(16, 9)),
    ("1.85:1", Fraction("1.85")),
    ("2:1", Fraction(2)),
    ("2.20:1", Fraction("2.2")),
    ("2.35:1", Fraction("2.35")),
    ("2.39:1", Fraction("2.39")),
    ("2.76:1", Fraction("2.76")),
)
"""Width to height as shown."""

_SHAPE_WITHIN = Fraction(1, 100)
"""Encoders round sides to multiples of 2, 8 or 16: 854x480 is 16:9, 1920x800 is 2.39:1."""


def known_rate(timeline: Timeline, said: Fraction | None = None) -> KnownRate | None:
    """The only known rate at which every frame lies in its place; None: none, or the film is too short to tell which.

    Where several fit, the one that the file says (``said``), if it is among them.
    """
    fit = fitting_rates(timeline)
    if len(fit) > 1:
        fit = tuple(one for one in fit if one.rate == said)
    return fit[0] if fit else None


def fitting_rates(timeline: Timeline) -> tuple[KnownRate, ...]:
    """The known rates at which every frame lies in its place; in a short film there may be several.

    A place is met within one tick or one millisecond, whichever is more, as for ``variable_rate``.
    """
    steps = timeline.frame_count - 1
    if steps < 1 or timeline.variable_rate:
        return ()
    seconds = (timeline.pts - timeline.pts[0]).astype(np.float64) * float(timeline.time_base)
    allowed = float(max(timeline.time_base, EVEN_S))
    places = np.arange(steps + 1, dtype=np.float64)
    return tuple(one for one in RATES if np.abs(seconds - places / float(one.rate)).max() <= allowed)


def shape_of(
    width: int, height: int, *, sample_aspect_ratio: Fraction = Fraction(1), rotation: int = 0,
    bars: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> Fraction:  # fmt: skip
    """Width to height as shown: of the coded picture less its bars (top, bottom, left, right), pixels as they are."""
    top, bottom, left, right = bars
    shown = Fraction(max(1, width - left - right), max(1, height - top - bottom)) * sample_aspect_ratio
    return 1 / shown if rotation % 180 else shown


def shape_name(shape: Fraction) -> str | None:
    """The nearest known shape within 1 %: ``"16:9"``, ``"2.39:1"``."""
    name, nearest = min(SHAPES, key=lambda one: abs(one[1] - shape) / one[1])
    return name if abs(nearest - shape) <= nearest * _SHAPE_WITHIN else None
