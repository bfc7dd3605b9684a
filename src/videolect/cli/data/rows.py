"""``videolect data rows``: triples as rows to train and measure with."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

from videolect import __version__
from videolect.cli.data.parts import add_split, contamination_line, filters_of, lineage_lines, split_of
from videolect.cli.spec_option import add_spec, spec_of
from videolect.dataset.rows.filters import filtered
from videolect.dataset.rows.folder import contamination_of, origin_of, write_rows
from videolect.dataset.rows.formats import FORMATS
from videolect.dataset.rows.row import CONTEXTS, PERFECT, TASKS, RowRule
from videolect.dataset.triple_files import read_triples
from videolect.record.critique import SENTINEL
from videolect.training.other_trainers import commands


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    add_split(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    parser.add_argument("--format", choices=[*FORMATS], default="ours", help="for whom; default: ours")
    parser.add_argument(
        "--recipe", metavar="RECIPE",
        help="whose values the command for ms-swift or LLaMA-Factory has; default: the paper's for these tasks",
    )  # fmt: skip
    parser.add_argument("--task", action="append", choices=TASKS, help="only this one; may be given again")
    parser.add_argument(
        "--perfect", choices=PERFECT, default="all",
        help="what a perfect draft gives: all (a sentinel and a Yes besides its caption) or caption; default: all",
    )  # fmt: skip
    parser.add_argument(
        "--context", choices=CONTEXTS, default="none",
        help="captions of other aspects in a caption's prompt; default: none",
    )  # fmt: skip
    parser.add_argument("--sentinel", default=SENTINEL, metavar="TEXT", help=f"default: {SENTINEL}")
    parser.add_argument(
        "--videos", default="videos/{video_id}.mp4", metavar="PATH",
        help="where trainers find a clip; {video_id}, {video_hash}, {source_id} stand for the row's",
    )  # fmt: skip
    add_spec(parser)


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Write rows by part and task, with a manifest of what they were made of and a datasheet."""
    rule = RowRule(
        spec=spec_of(asked), split=split_of(asked), tasks=tuple(asked.task or TASKS), perfect=asked.perfect,
        context=asked.context, sentinel=asked.sentinel,
    )  # fmt: skip
    everything = list(read_triples(asked.triples))
    triples, lineage = filtered(everything, filters_of(asked))
    manifest = write_rows(
        asked.out, triples, rule, format=asked.format, template=asked.videos,
        origin=origin_of(asked.triples, everything), lineage=lineage,
        contamination=contamination_of(triples, rule.split), code=f"videolect {__version__}",
        commands=partial(commands, recipe=asked.recipe),
    )  # fmt: skip
    return 0, {"path": str(asked.out), "rows": sum(f["rows"] for f in manifest["files"].values()), **manifest}


def render(answer: dict[str, Any]) -> str:
    """For people."""
    told = [f"{answer['rows']} rows are in {answer['path']}:"]
    for part, of in answer["counts"].items():
        by_task = ", ".join(f"{task} {count}" for task, count in of["by_task"].items())
        told.append(f"  {part}: {by_task} ({of['sources']} sources)")
    runs = [f"  run it: {one['run'].replace('DIR', answer['path'])}" for one in answer.get("commands", {}).values()]
    return "\n".join([*told, *runs, *lineage_lines(answer["lineage"]), contamination_line(answer["contamination"])])
