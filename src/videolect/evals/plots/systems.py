"""Plots of systems beside each other: values with their intervals, floors and ceilings as lines through them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from videolect.evals.plots.pen import Svg, box, cut, drawing, escape, line, mark, number, text, tick_words, ticks

Kind = Literal["system", "floor", "ceiling"]


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
