"""``videolect eval compare``: one system less another, on the same items."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from videolect.cli.eval.options import add_benchmark, add_figures, benchmark_of
from videolect.cli.eval.shown import with_interval
from videolect.errors import BadInput
from videolect.evals.measures.names import full_name
from videolect.evals.measures.scores import compared
from videolect.evals.measures.system import measure_all
from videolect.evals.predictions import of_common, read_predictions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    add_benchmark(parser)
    parser.add_argument("one", type=Path, metavar="ONE", help="a file of predictions")
    parser.add_argument("other", type=Path, metavar="OTHER", help="another")
    parser.add_argument("--partial", action="store_true", help="compare what both answered")
    add_figures(parser)


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """The first system less the second on the items that both answered, with paired intervals over sources."""
    benchmark = benchmark_of(asked)
    both = [
        read_predictions(path, benchmark.items, asked.part, partial=asked.partial) for path in (asked.one, asked.other)
    ]
    one, other = (
        measure_all(each, benchmark.items, benchmark.known, full=not asked.quick) for each in of_common(*both)
    )
    tasks = [task for task in one if task in other]
    if not tasks:
        raise BadInput("The two files answer no item in common.", mend="Compare answers to the same items.")
    found: dict[str, dict[str, Any]] = {}
    for task in tasks:
        for scope, figures in compared(one[task], other[task], resamples=asked.resamples).items():
            for name, each in figures.items():
                found.setdefault(scope, {})[full_name(task, name)] = each.as_json()
    return 0, {**found, "one": both[0].system, "other": both[1].system, "part": asked.part,
               "partial": any(each.partial for each in both)}  # fmt: skip


def render(answer: dict[str, Any]) -> str:
    """The pooled differences."""
    lines = [f"{answer['one']} less {answer['other']} on {answer['part']}"]
    for name, each in answer["pooled"].items():
        p = "" if each["p"] is None else f"  p={each['p']:.3f}"
        lines.append(f"  {name:32} {with_interval(each, 3, width=8, sign='+')}{p}")
    return "\n".join(lines)
