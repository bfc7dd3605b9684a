"""``videolect data splits`` and ``data rows``: triples into parts, and into rows to train and measure with."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from videolect import __version__
from videolect.cli import data_same_films
from videolect.cli.spec_option import add_spec, spec_of
from videolect.dataset.rows.filters import USABLE, Filter, filtered
from videolect.dataset.rows.folder import contamination_of, origin_of, write_rows
from videolect.dataset.rows.formats import FORMATS
from videolect.dataset.rows.row import CONTEXTS, PERFECT, TASKS, RowRule
from videolect.dataset.rows.splits import SplitRule, counts, joined, shares_of
from videolect.dataset.triple_files import read_triples
from videolect.errors import BadInput, CannotRead
from videolect.files import whole_file
from videolect.record.critique import SENTINEL
from videolect.training.other_trainers import commands


def add_verbs(verbs: Any) -> None:
    """Add both verbs to the subparsers of ``data``."""
    splits = verbs.add_parser("splits", help="which source falls into which part", description=run_splits.__doc__)
    _add_split(splits)
    splits.add_argument("--out", type=Path, required=True, metavar="FILE.csv", help="source_id, part")
    data_same_films.add_options(splits)
    splits.set_defaults(run=run_splits, render=_render_splits)

    rows = verbs.add_parser("rows", help="rows to train and measure with", description=run_rows.__doc__)
    _add_split(rows)
    rows.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    rows.add_argument("--format", choices=[*FORMATS], default="ours", help="for whom; default: ours")
    rows.add_argument(
        "--recipe", metavar="RECIPE",
        help="whose values the command for ms-swift or LLaMA-Factory has; default: the paper's for these tasks",
    )  # fmt: skip
    rows.add_argument("--task", action="append", choices=TASKS, help="only this one; may be given again")
    rows.add_argument(
        "--perfect", choices=PERFECT, default="all",
        help="what a perfect draft gives: all (a sentinel and a Yes besides its caption) or caption; default: all",
    )  # fmt: skip
    rows.add_argument(
        "--context", choices=CONTEXTS, default="none",
        help="captions of other aspects in a caption's prompt; default: none",
    )  # fmt: skip
    rows.add_argument("--sentinel", default=SENTINEL, metavar="TEXT", help=f"default: {SENTINEL}")
    rows.add_argument(
        "--videos", default="videos/{video_id}.mp4", metavar="PATH",
        help="where trainers find a clip; {video_id}, {video_hash}, {source_id} stand for the row's",
    )  # fmt: skip
    add_spec(rows)
    rows.set_defaults(run=run_rows, render=_render_rows)


def _add_split(parser: argparse.ArgumentParser) -> None:
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


def run_splits(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Write the part of each source, and say what of one part stands in another; 1 where a source or its film does."""
    split = split_of(asked)
    triples, lineage = filtered(read_triples(asked.triples), filters_of(asked))
    parts = {triple.source_id: split.part_of(triple.source_id) for triple in triples}
    looked = data_same_films.same_films(asked, triples)
    films, told = looked if looked is not None else (None, None)
    found = contamination_of(triples, split, films)
    _write_csv(asked.out, [("source_id", "part"), *sorted(parts.items())])
    if films is not None and asked.pairs is not None:
        _write_csv(asked.pairs, films.pairs)
    answer: dict[str, Any] = {
        "path": str(asked.out),
        "sources": counts(parts.values()),
        "triples": counts(parts[triple.source_id] for triple in triples),
        "split": split.as_json(),
        "lineage": [step.as_json() for step in lineage],
        "contamination": found.as_json(),
    }
    if told is not None:
        parted = [
            {**pair, "parts": [split.part_of(pair["one"]), split.part_of(pair["other"])]} for pair in told["pairs"]
        ]
        answer["films"] = {**told, "pairs": parted}
    return (0 if found.clean else 1), answer


def _write_csv(path: Path, rows: Iterable[tuple[str, str]]) -> None:
    """The file is there whole or as it was."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    with whole_file(path) as partial:
        partial.write_text(text.getvalue(), encoding="utf-8", newline="\n")


def _render_splits(answer: dict[str, Any]) -> str:
    told = [f"{answer['path']}:"]
    told += [
        f"  {part}: {n} sources, {answer['triples'].get(part, 0)} triples" for part, n in answer["sources"].items()
    ]
    told += [*_lineage(answer["lineage"]), _contamination(answer["contamination"])]
    return "\n".join(told + (data_same_films.render(answer["films"]) if "films" in answer else []))


def run_rows(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
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


def _render_rows(answer: dict[str, Any]) -> str:
    told = [f"{answer['rows']} rows are in {answer['path']}:"]
    for part, of in answer["counts"].items():
        by_task = ", ".join(f"{task} {count}" for task, count in of["by_task"].items())
        told.append(f"  {part}: {by_task} ({of['sources']} sources)")
    runs = [f"  run it: {one['run'].replace('DIR', answer['path'])}" for one in answer.get("commands", {}).values()]
    return "\n".join([*told, *runs, *_lineage(answer["lineage"]), _contamination(answer["contamination"])])


def _lineage(lineage: list[dict[str, Any]]) -> list[str]:
    return [
        f"  {step['filter']} left out {step['before'] - step['after']} of {step['before']}"
        + (f", such as {step['left_out'][0]['triple_id']}: {step['left_out'][0]['why']}" if step["left_out"] else "")
        for step in lineage
        if step["before"] != step["after"]
    ]


def _contamination(found: dict[str, Any]) -> str:
    sources = len(found["sources_in_several_parts"])
    return (
        f"  {sources} sources stand in several parts; {found['near_texts']} pairs of texts of different parts are "
        f"nearly the same, {found['same_texts']} of them equal."
    )
