"""How triples are filtered and divided: ``data splits`` and ``data rows`` take and tell the same."""

from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path
from typing import Any

from videolect.dataset.rows.filters import USABLE, Filter
from videolect.dataset.rows.splits import SplitRule, joined, shares_of
from videolect.errors import BadInput, CannotRead


def add_split(parser: argparse.ArgumentParser) -> None:
    """The triples, and how they are divided."""
    parser.add_argument("triples", type=Path, metavar="TRIPLES", help=".parquet or .jsonl of data triples")
    parser.add_argument(
        "--share", action="append", metavar="NAME=SHARE", help="parts; default: train=0.8 dev=0.1 test=0.1"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="mixes the sources; default: 0")
    parser.add_argument(
        "--join", type=Path, metavar="FILE.csv", help="pairs of sources that show the same, so that they share a part"
    )
    parser.add_argument(
        "--filter", action="append", metavar="F",
        help=f"only triples that pass, instead of {', '.join(USABLE)}; may be given again; 'none' for all",
    )  # fmt: skip


def split_of(asked: argparse.Namespace) -> SplitRule:
    """The rule that the command line names."""
    given = {"shares": shares_of(asked.share)} if asked.share else {}
    return SplitRule(seed=asked.seed, joined=joined(_pairs(asked.join)) if asked.join else {}, **given)


def filters_of(asked: argparse.Namespace) -> list[Filter]:
    """The filters that the command line names."""
    named = USABLE if asked.filter is None else [name for name in asked.filter if name != "none"]
    return [Filter.of(name) for name in named]


def _pairs(path: Path) -> list[tuple[str, str]]:
    try:
        found = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CannotRead(f"{path} is no CSV: {str(error)[:120]}.", mend="Give a file of two columns.") from None
    if wrong := [row for row in found if row and (len(row) != 2 or not all(cell.strip() for cell in row))]:
        raise BadInput(f"{path.name} has the row {wrong[0]}.", mend="Write two sources a row: one,other.")
    return [(row[0].strip(), row[1].strip()) for row in found if row]


def lineage_lines(lineage: list[dict[str, Any]]) -> list[str]:
    """What each filter left out, for people."""
    return [
        f"  {step['filter']} left out {step['before'] - step['after']} of {step['before']}"
        + (f", such as {step['left_out'][0]['triple_id']}: {step['left_out'][0]['why']}" if step["left_out"] else "")
        for step in lineage
        if step["before"] != step["after"]
    ]


def contamination_line(found: dict[str, Any]) -> str:
    """What of one part stands in another, for people."""
    sources = len(found["sources_in_several_parts"])
    return (
        f"  {sources} sources stand in several parts; {found['near_texts']} pairs of texts of different parts are "
        f"nearly the same, {found['same_texts']} of them equal."
    )
