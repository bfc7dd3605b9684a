"""Plots of a report as SVG, drawn by hand: they weigh little, print sharply, and take their colours from the page.

Colours are classes (``tone1`` ...) that the page's style defines for light and dark; every tone has a shape of its own
too, so that nothing is told by colour alone. Each plot has a title and a description that tells its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape as escape_html
from typing import Literal

from videolect.evals.shown import plain

TONES = 8
"""Colours and shapes; the ninth system takes those of the first again, and its name stands beside it."""
Kind = Literal["system", "floor", "ceiling"]


@dataclass(frozen=True, slots=True)
class Svg:
    """A finished drawing: a template writes it as it stands."""

    text: str

    def __html__(self) -> str:
        return self.text


@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    """A value with its interval, by name."""

    label: str
    kind: Kind
    tone: int
    """1 to ``TONES`` of a system, 0 of what stands beside it."""
    value: float
    low: float
    high: float


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


# ------------------------------------------------------------------------------------------------------------- plots


def intervals(title: str, dots: Sequence[Dot], *, digits: int = 1, width: float = 476) -> Svg:
    """Dots with whiskers, one line each; floors are dashed lines through the plot, ceilings dotted ones."""
    numbers = [x for dot in dots for x in (dot.value, dot.low, dot.high) if math.isfinite(x)]
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    marks = ticks(low if low < 0 or low > 0.35 * high else 0.0, high, 5)
    left, right, step, top = 200.0, 44.0, 24.0, 8.0
    bottom = top + step * len(dots)

    def x(value: float) -> float:
        return left + (value - marks[0]) / (marks[-1] - marks[0]) * (width - left - right)

    parts = [line(x(at), top, x(at), bottom, "grid") for at in marks]
    parts += [
        text(x(at), bottom + 16, words, kind="tick", anchor="middle")
        for at, words in zip(marks, tick_words(marks), strict=True)
    ]
    for dot in dots:
        if dot.kind != "system" and math.isfinite(dot.value):
            parts.append(line(x(dot.value), top, x(dot.value), bottom, f"bound {dot.kind}"))
    for row, dot in enumerate(dots):
        y = top + step * (row + 0.5)
        parts.append(f"<g><title>{escape(dot.label)}</title>")
        parts.append(text(left - 12, y + 4, cut(dot.label, 31), kind=f"label {dot.kind}", anchor="end"))
        if math.isfinite(dot.low) and math.isfinite(dot.high):
            parts.append(line(x(dot.low), y, x(dot.high), y, f"whisker tone{dot.tone}"))
            parts += [line(x(end), y - 4, x(end), y + 4, f"whisker tone{dot.tone}") for end in (dot.low, dot.high)]
        if math.isfinite(dot.value):
            parts.append(mark(dot.tone, x(dot.value), y))
        parts += [text(width - right + 14, y + 4, number(dot.value, digits), kind=f"value {dot.kind}"), "</g>"]
    return drawing(width, bottom + 24, title, _told(dots, digits), parts)


def _told(dots: Sequence[Dot], digits: int) -> str:
    return "; ".join(
        f"{dot.label} ({dot.kind}) {number(dot.value, digits)}, {number(dot.low, digits)} to {number(dot.high, digits)}"
        for dot in dots
    )


def bars(title: str, groups: Sequence[tuple[str, Sequence[Dot]]], *, digits: int = 1, width: float = 476) -> Svg:
    """Bars from 0 with whiskers, group by group; the floors and ceilings of a group are strokes across its bars."""
    numbers = [0.0, *(x for _, dots in groups for d in dots for x in (d.value, d.low, d.high) if math.isfinite(x))]
    marks = ticks(min(numbers), max(numbers))
    left, right, top, thick, gap = 66.0, 40.0, 8.0, 13.0, 14.0

    def x(value: float) -> float:
        return left + (value - marks[0]) / (marks[-1] - marks[0]) * (width - left - right)

    inside: list[str] = []
    y = top
    for name, dots in groups:
        systems = [dot for dot in dots if dot.kind == "system" and math.isfinite(dot.value)]
        height = thick * max(1, len(systems))
        inside.append(text(left - 10, y + height / 2 + 4, name, kind="label", anchor="end"))
        for row, dot in enumerate(systems):
            at = y + thick * row
            inside.append(f"<g><title>{escape(f'{name}: {dot.label} {number(dot.value, digits)}')}</title>")
            begin, end = sorted((x(0), x(dot.value)))
            inside.append(box(begin, at + 1.5, end - begin, thick - 3, f"bar tone{dot.tone}"))
            if math.isfinite(dot.low) and math.isfinite(dot.high):
                inside.append(line(x(dot.low), at + thick / 2, x(dot.high), at + thick / 2, "whisker dark"))
            inside += [text(width - right + 10, at + thick / 2 + 4, number(dot.value, digits), kind="small"), "</g>"]
        for dot in dots:
            if dot.kind != "system" and math.isfinite(dot.value):
                inside.append(f"<g><title>{escape(f'{name}: {dot.label} {number(dot.value, digits)}')}</title>")
                inside += [line(x(dot.value), y - 3, x(dot.value), y + height + 3, f"bound {dot.kind}"), "</g>"]
        y += height + gap
    bottom = y - gap + 6
    grid = [line(x(at), top - 4, x(at), bottom, "grid") for at in marks]
    grid += [
        text(x(at), bottom + 16, words, kind="tick", anchor="middle")
        for at, words in zip(marks, tick_words(marks), strict=True)
    ]
    says = " ".join(f"{name}: {_told(dots, digits)}." for name, dots in groups)
    return drawing(width, bottom + 24, title, says, [*grid, *inside])
