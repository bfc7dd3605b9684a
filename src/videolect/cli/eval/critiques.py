"""``videolect eval critiques``: what kinds of critique are worth."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from videolect.cli.eval.options import add_benchmark, benchmark_of
from videolect.dataset.authors.triples import authors_variants, read_authors
from videolect.dataset.triple_files import read_triples
from videolect.errors import BadInput, CannotRead
from videolect.evals.measures import variants

_COLUMNS = {
    "flawed_bleu4": "BLEU-4", "points_precision": "P", "points_recall": "R", "points_f1": "F1",
    "constructive": "constr.", "loop_nearer": "nearer", "loop_farther": "farther", "loop_gain": "gain",
    "recorded_nearer": "rec. nearer", "recorded_gain": "rec. gain", "recorded_bleu4": "rec. BLEU",
}  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    add_benchmark(parser)
    parser.add_argument(
        "--from-authors", type=Path, metavar="DIR", help="the seven variants of the paper's authors, and their ablation"
    )
    parser.add_argument(
        "--variant", action="append", default=[], metavar="NAME=FILE",
        help="corrupted triples of data corrupt; may be given again",
    )  # fmt: skip
    parser.add_argument(
        "--without", type=Path, metavar="FILE", help="leave out the sources that this file names, one a line"
    )
    parser.add_argument("--resamples", type=int, default=1000, metavar="N", help="for intervals; default: 1000")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Measure kinds of critique of the same drafts: likeness to the experts', points, constructiveness, and the closed
    loop. With the authors' variants each figure's rank correlation with their training results stands beside it."""
    benchmark = benchmark_of(asked)
    rows = benchmark.items.get("critique", ())
    if not rows:
        raise BadInput(f"The part {asked.part} has no critique rows.", mend="Make rows with the task critique.")
    if not asked.variant and asked.from_authors is None:
        raise BadInput("No variant is named.", mend="Give --from-authors DIR or --variant NAME=FILE.")
    if asked.without is not None:
        without = _names(asked.without)
        rows = [row for row in rows if row.source_id not in without]
    if not rows:
        raise BadInput(f"No critique of {asked.part} is of another source.", mend="Leave fewer out.")
    found = []
    if asked.from_authors is not None:
        found += variants.of_authors(authors_variants(asked.from_authors), read_authors(asked.from_authors).triples)
    for given in asked.variant:
        name, _, path = given.partition("=")
        if not name or not path:
            raise BadInput(f"--variant is {given!r}.", mend="Write NAME=FILE.")
        if name in (each.name for each in found):
            raise BadInput(f"Two variants are named {name!r}.", mend="Give one another name.")
        found.append(variants.of_triples(name, read_triples(Path(path))))
    study = variants.study(rows, found, resamples=asked.resamples)
    if not study.figures:
        raise BadInput(f"No variant criticises a draft of {asked.part}.", mend="Give variants of the same triples.")
    return 0, {"part": asked.part, **study.as_json()}


def _names(path: Path) -> set[str]:
    try:
        return {line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()}
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRead(
            f"{path} is no list of sources: {str(error)[:120]}.", mend="Write one source a line."
        ) from None


def _cell(value: float | None, digits: str) -> str:
    return f"{'-' if value is None else format(value, digits):>12}"


def render(answer: dict[str, Any]) -> str:
    """A line a variant, and the rank correlations."""
    lines = [f"{'':28}" + "".join(f"{head:>12}" for head in _COLUMNS.values()) + f"{'n':>7}"]
    for name, figures in answer["variants"].items():
        cells = [_cell(figures.get(of, {}).get("value"), ".1f") for of in _COLUMNS]
        lines.append(f"{name:28}" + "".join(cells) + f"{max(each['n'] for each in figures.values()):7}")
    if answer["ranks"]:
        lines.append(f"Spearman's rank correlation with training, over {len(answer['ranked'])} variants:")
        for outcome in ("caption", "reward", "critique"):
            cells = [_cell(answer["ranks"].get(of, {}).get(outcome), "+.2f") for of in _COLUMNS]
            lines.append(f"{outcome:28}" + "".join(cells))
    return "\n".join(lines)
