"""What several verbs of ``eval`` take: the rows, the part, how figures are made."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from videolect.errors import BadInput
from videolect.evals.benchmark import Benchmark
from videolect.evals.states import read_known
from videolect.language.spec import load_spec
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


def benchmark_of(asked: argparse.Namespace) -> Benchmark:
    """The rows that the command line names."""
    check_name(asked.part, "The part")
    if getattr(asked, "resamples", 1) < 1:
        raise BadInput(f"--resamples is {asked.resamples}.", mend="Give 1 or more.")
    benchmark = Benchmark.read(asked.rows, asked.part)
    if getattr(asked, "states", None) is None:
        return benchmark
    return replace(benchmark, known=read_known(asked.states, load_spec()))
