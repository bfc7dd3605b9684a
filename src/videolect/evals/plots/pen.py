"""Plots as SVG, drawn by hand: strokes, signs and words.

They weigh little, print sharply, and take their colours from the page: colours are classes (``tone1`` ...) that the
page's style defines for light and dark. Every tone has a shape of its own too, so that nothing is told by colour alone.
Each plot has a title and a description that tells its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape as escape_html

from videolect.evals.shown import plain

TONES = 8
"""Colours and shapes; the ninth system takes those of the first again, and its name stands beside it."""


@dataclass(frozen=True, slots=True)
class Svg:
    """A finished drawing: a template writes it as it stands."""

    text: str

    def __html__(self) -> str:
        return self.text


def number(value: float, digits: int = 1) -> str:
    """As a report writes it: no minus before nothing, a dash where there is no number."""
    if not math.isfinite(value):
        return "–"
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


# ------------------------------------------------------------------------------------------------------------- parts


def escape(words: str) -> str:
    """Names as they may stand in a drawing."""
    return escape_html(str(plain(words)))


def drawing(width: float, height: float, title: str, says: str, parts: Iterable[str]) -> Svg:
    """A picture with a name and a description for those who hear the page."""
    return Svg(
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(says)}</desc>{''.join(parts)}</svg>"
    )


def text(x: float, y: float, words: str, *, kind: str = "", anchor: str = "start") -> str:
    """Words at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """A stroke."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def box(x: float, y: float, width: float, height: float, kind: str) -> str:
    """A bar."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0.0, width):.1f}" height="{max(0.0, height):.1f}" class="{kind}"/>'
    )


def mark(tone: int, x: float, y: float, r: float = 4.5) -> str:
    """The sign of a tone: its colour and its shape; of tone 0 a hollow diamond."""
    kind = f"mark tone{tone}"
    if tone == 0:
        return f'<path class="{kind}" d="M{x:.1f} {y - r:.1f}l{r:g} {r:g}l{-r:g} {r:g}l{-r:g} {-r:g}z"/>'
    at = (tone - 1) % 4
    if at == 0:
        return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{r:g}"/>'
    if at == 1:
        return f'<rect class="{kind}" x="{x - r * 0.9:.1f}" y="{y - r * 0.9:.1f}" width="{r * 1.8:.1f}" height="{r * 1.8:.1f}"/>'  # noqa: E501 - one shape
    tip = -1.2 * r if at == 2 else 1.2 * r
    return (
        f'<path class="{kind}" d="M{x:.1f} {y + tip:.1f}L{x + 1.15 * r:.1f} {y - tip * 0.75:.1f}H{x - 1.15 * r:.1f}z"/>'
    )


def swatch(tone: int) -> Svg:
    """The sign of a tone for legends and tables."""
    return Svg(
        f'<svg class="swatch" viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">{mark(tone, 7, 7, 5)}</svg>'
    )


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers that span from ``low`` to ``high``, the first at or below and the last at or above."""
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, 1.0
    if high - low < 1e-9 * max(1.0, abs(low)):
        low, high = low - 0.5, high + 0.5
    rough = (high - low) / (most - 1)
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * each for each in (1, 2, 2.5, 5, 10) if unit * each >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [at * step for at in range(first, last + 1)]


def tick_words(values: Sequence[float]) -> list[str]:
    """Ticks with as many digits as they need, and no more."""
    digits = next((d for d in range(6) if all(abs(round(v, d) - v) < 1e-9 * max(1, abs(v)) for v in values)), 6)
    return [number(value, digits) for value in values]


def cut(words: str, most: int) -> str:
    """A label that fits."""
    return words if len(words) <= most else words[: most - 1] + "…"
