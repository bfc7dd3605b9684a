"""``videolect data splits``: which source falls into which part."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from videolect.cli.data import same_films
from videolect.cli.data.parts import add_split, contamination_line, filters_of, lineage_lines, split_of
from videolect.dataset.rows.filters import filtered
from videolect.dataset.rows.folder import contamination_of
from videolect.dataset.rows.splits import counts
from videolect.dataset.triple_files import read_triples
from videolect.files import whole_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    add_split(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.csv", help="source_id, part")
    same_films.add_options(parser)


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Write the part of each source, and say what of one part stands in another; 1 where a source or its film does."""
    split = split_of(asked)
    triples, lineage = filtered(read_triples(asked.triples), filters_of(asked))
    parts = {triple.source_id: split.part_of(triple.source_id) for triple in triples}
    looked = same_films.same_films(asked, triples)
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


def render(answer: dict[str, Any]) -> str:
    """For people."""
    told = [f"{answer['path']}:"]
    told += [
        f"  {part}: {n} sources, {answer['triples'].get(part, 0)} triples" for part, n in answer["sources"].items()
    ]
    told += [*lineage_lines(answer["lineage"]), contamination_line(answer["contamination"])]
    return "\n".join(told + (same_films.render(answer["films"]) if "films" in answer else []))
