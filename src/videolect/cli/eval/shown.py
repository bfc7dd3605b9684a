"""How figures are shown to people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def with_interval(figure: Mapping[str, Any] | None, digits: int = 2, *, width: int = 0, sign: str = "") -> str:
    """``12.34 [10.01, 14.20]`` for a person, of ``Estimate.as_json``; of items of one source there is no interval.

    ``width``: of the value. ``sign``: ``+`` for differences.
    """
    if figure is None or figure["value"] is None:
        return "-".rjust(width)
    value = f"{figure['value']:{sign}.{digits}f}".rjust(width)
    if figure["low"] is None or figure["high"] is None:
        return f"{value} [no interval]"
    return f"{value} [{figure['low']:{sign}.{digits}f}, {figure['high']:{sign}.{digits}f}]"


def counted(figure: Mapping[str, Any]) -> str:
    """With how many items it is of."""
    return with_interval(figure, width=8) + ("" if figure["value"] is None else f"  n={figure['n']}")
