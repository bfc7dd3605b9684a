"""What several verbs of ``eval`` share: the rows, the part, how figures are made, progress."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from videolect.errors import BadInput
from videolect.record.checks import check_name


def add_benchmark(parser: argparse.ArgumentParser) -> None:
    """The rows and the part."""
    parser.add_argument("rows", type=Path, metavar="ROWS", help="a folder of data rows")
    parser.add_argument("--part", default="test", metavar="P", help="of the rows; default: test")
    parser.add_argument(
        "--states", type=Path, metavar="FILE", help="of the clips, as eval primitives reads them: score claims as well"
    )


def add_figures(parser: argparse.ArgumentParser) -> None:
    """How figures are made."""
    parser.add_argument("--resamples", type=int, default=1000, metavar="N", help="for intervals; default: 1000")
    parser.add_argument("--quick", action="store_true", help="leave out what takes long: ROUGE-L, CIDEr, points, loop")


def benchmark_of(asked: argparse.Namespace) -> Any:
    """The rows that the command line names."""
    from videolect.evals.benchmark import Benchmark

    check_name(asked.part, "The part")
    if getattr(asked, "resamples", 1) < 1:
        raise BadInput(f"--resamples is {asked.resamples}.", mend="Give 1 or more.")
    benchmark = Benchmark.read(asked.rows, asked.part)
    if getattr(asked, "states", None) is None:
        return benchmark
    from videolect.evals.states import read_known
    from videolect.language.spec import load_spec

    return replace(benchmark, known=read_known(asked.states, load_spec()))


def say() -> Callable[[str], None] | None:
    """Progress for a person who waits."""
    return (lambda words: print(words, file=sys.stderr)) if sys.stderr.isatty() else None


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
