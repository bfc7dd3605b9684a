"""``videolect data triples``: the settled tasks of a workspace, or of the paper's authors, as triples."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from videolect.cli.data.jobs import check_jobs
from videolect.cli.options import workspace_of
from videolect.dataset.authors.triples import read_authors
from videolect.dataset.triple_files import write_triples
from videolect.dataset.triple_jobs import write_settled
from videolect.errors import BadInput
from videolect.video.imports import usual_jobs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=".parquet or .jsonl")
    parser.add_argument("--campaign", help="only this one")
    parser.add_argument("--jobs", type=int, metavar="N", help="processes, where there are many; default: one per core")
    parser.add_argument(
        "--from-authors", type=Path, metavar="DIR",
        help="convert the triples.parquet of the paper's authors in this folder; needs no workspace",
    )  # fmt: skip
    parser.add_argument(
        "--with-unusable", action="store_true",
        help="with --from-authors: keep settled rows without an effective critique or with words that are not English",
    )  # fmt: skip


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Export."""
    if asked.from_authors is not None:
        if asked.campaign:
            raise BadInput("--campaign is for a workspace.", mend="Leave it out with --from-authors.")
        return _from_authors(asked.from_authors, asked.out, with_unusable=asked.with_unusable)
    check_jobs(asked.jobs)
    if asked.with_unusable:
        raise BadInput("--with-unusable is for the authors' data.", mend="Name their folder: --from-authors DIR.")
    with workspace_of(asked) as workspace:
        if asked.campaign:
            workspace.catalogue.campaign(asked.campaign)
        written = write_settled(
            workspace.ledger,
            workspace.ledger_to_read,
            asked.out,
            campaign=asked.campaign,
            jobs=asked.jobs or usual_jobs(),
        )
    return 0, {"rows": written.rows, "path": str(written.path), "hash": written.hash}


def _from_authors(folder: Path, out: Path, *, with_unusable: bool) -> tuple[int, dict[str, Any]]:
    """Read, convert and write; needs no workspace."""
    found = read_authors(folder, with_unusable=with_unusable)
    written = write_triples(found.triples, out)
    return 0, {
        "rows": written.rows,
        "path": str(written.path),
        "hash": written.hash,
        "defects": dict(found.defects),
        "left_out": dict(found.left_out),
    }


def render(answer: Mapping[str, Any]) -> str:
    """What was written, what is odd about the rows, and what was left out."""
    lines = [f"{answer['rows']} triples are in {answer['path']} ({answer['hash'][:12]})."]
    for title, counts in (("Left out", answer.get("left_out")), ("Defects", answer.get("defects"))):
        if counts:
            lines += [f"{title}:"] + [f"  {name}: {count}" for name, count in counts.items()]
    return "\n".join(lines)
