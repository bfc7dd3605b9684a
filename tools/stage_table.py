"""The table of the stage's numbers for docs/stage.md, from ``videolect.stage.truth.numbers``; ``--check`` compares."""

from __future__ import annotations

import sys
from pathlib import Path

from videolect.stage.truth import numbers
from videolect.stage.truth.numbers import BIG, Band, Scale

PAGE = Path(__file__).parents[1] / "docs" / "stage.md"
BEGIN, END = "<!-- numbers -->", "<!-- end of numbers -->"


def table() -> str:
    """A row for each band and scale."""
    rows = ["| name | in | no, or the ranges | yes |", "|---|---|---|---|"]
    for name, value in vars(numbers).items():
        label = name.lower().replace("_", " ")
        if isinstance(value, Band):
            rows.append(f"| {label} | {value.unit} | up to {value.no:g} | from {value.yes:g} |")
        elif isinstance(value, Scale):
            words = ", ".join(f"{word} {_span(low, high)}" for word, low, high in value.ranges)
            rows.append(f"| {label} | {value.unit} | {words} | |")
    return "\n".join(rows)


def _span(low: float, high: float) -> str:
    if low <= -BIG:
        return f"up to {high:g}"
    return f"from {low:g}" if high >= BIG else f"{low:g} to {high:g}"


def page_with(text: str) -> str:
    """The page with today's table between its marks."""
    before, rest = text.split(BEGIN, 1)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END, 1)[1]}"


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    if "--check" in sys.argv[1:]:
        sys.exit(0 if page_with(text) == text else "docs/stage.md has other numbers: run python tools/stage_table.py")
    PAGE.write_text(page_with(text), encoding="utf-8")
