"""``videolect eval report``: files of predictions as one page and a leaderboard."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from videolect.cli.eval.options import add_benchmark, add_figures, benchmark_of
from videolect.cli.find_films import Find, films_of
from videolect.cli.progress import say
from videolect.dataset.rows.row import Row, RowClip
from videolect.errors import BadInput, VideolectError
from videolect.evals.report import leaderboard
from videolect.evals.report.collect import Wishes, board_lines, collect
from videolect.evals.report.examples import Thumbnail
from videolect.evals.report.page import page
from videolect.evals.report.thumbnails import strip
from videolect.files import lock, write_whole
from videolect.record.checks import check_text

MOST_EXAMPLES = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    add_benchmark(parser)
    parser.add_argument(
        "predictions", type=Path, nargs="+", metavar="PREDICTIONS", help="of eval run, or anybody's; one system each"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.html", help="the page")
    parser.add_argument(
        "--leaderboard", type=Path, metavar="FILE.json",
        help="grows by these figures, with a .csv of the same beside it",
    )  # fmt: skip
    parser.add_argument(
        "--set", default="", metavar="NAME", help="what the leaderboard calls these items, where it has others too"
    )
    parser.add_argument(
        "--videos", metavar="PATH",
        help="where clips lie, such as clips/{video_id}.mp4, for pictures; default: the workspace's films",
    )  # fmt: skip
    parser.add_argument(
        "--examples", type=int, default=1, metavar="N",
        help="worst, middle and best answers of each aspect; default: 1 of each",
    )  # fmt: skip
    parser.add_argument("--partial", action="store_true", help="report on what is answered; the page says so")
    add_figures(parser)


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Write one page that needs nothing else, with all figures of these systems beside floors, ceilings and each other,
    and examples. Needs no model."""
    benchmark = benchmark_of(asked)
    if not 0 <= asked.examples <= MOST_EXAMPLES:
        raise BadInput(f"--examples is {asked.examples}.", mend=f"Give 0 to {MOST_EXAMPLES}.")
    check_text(asked.set, "The name of the set", limit=80)
    board = asked.leaderboard
    if board is not None and board.suffix == ".csv":
        board = board.with_suffix(".json")
    if board is not None:
        leaderboard.read(board)  # what is no leaderboard is told before the work
    _check_writable(asked, [asked.out, *([] if board is None else [board, board.with_suffix(".csv")])])
    with _thumbnails(asked) as thumbnail:
        wishes = Wishes(
            partial=asked.partial, resamples=asked.resamples, full=not asked.quick, examples=asked.examples,
            thumbnail=thumbnail, say=say(),
        )  # fmt: skip
        report = collect(benchmark, asked.predictions, wishes, now=datetime.now(UTC))
    by_run = [each.predictions.by_run for each in report.answered]
    report = replace(report, commands=tuple(commands(asked, benchmark.manifest, by_run)))
    if board is not None:
        leaderboard.merged(
            leaderboard.read(board), board_lines(report, set=asked.set)
        )  # refused before the page is there
    write_whole(asked.out, page(report))
    if board is not None:
        with _alone(board):  # read again: another report may have added its lines meanwhile
            lines = leaderboard.merged(leaderboard.read(board), board_lines(report, set=asked.set))
            write_whole(board, leaderboard.as_json(lines))
            write_whole(board.with_suffix(".csv"), leaderboard.as_csv(lines))
    return 0, {
        "path": str(asked.out), "leaderboard": None if board is None else str(board),
        "systems": [each.entry.name for each in report.answered],
        "figures": sum(len(block) for each in report.answered for block in each.entry.scores.values()),
        "partial": report.partial,
        "pictures": len({x.clip for shown in report.shown for x in shown.examples if x.picture}),
        "part": asked.part,
    }  # fmt: skip


def render(answer: dict[str, Any]) -> str:
    """For people."""
    told = (
        f"{answer['path']}: {len(answer['systems'])} systems on {answer['part']}, {answer['figures']} figures, "
        f"pictures of {answer['pictures']} clips."
    )
    if answer["partial"]:
        told += " It is PARTIAL: not every item is answered."
    return told + (f" The leaderboard is {answer['leaderboard']}." if answer["leaderboard"] else "")


def commands(asked: argparse.Namespace, manifest: Mapping[str, Any], by_run: Sequence[bool]) -> Iterator[str]:
    """What to type to have the rows and the report again. ``by_run``: which of the files eval run wrote."""
    rule, split, folder = manifest["rule"], manifest["split"], str(asked.rows)
    words = ["videolect", "data", "rows", manifest["origin"]["path"], "--out", folder, "--seed", str(split["seed"])]
    for part, share in split["shares"].items():
        words += ["--share", f"{part}={share:g}"]
    for step in manifest["lineage"] or [{"filter": "none"}]:
        words += ["--filter", step["filter"]]
    for task in rule["tasks"]:
        words += ["--task", task]
    words += ["--perfect", rule["perfect"], "--context", rule["context"], "--sentinel", rule["sentinel"]]
    if split["joined"]:
        words += ["--join", "PAIRS.csv"]
    yield shlex.join(words)
    for path, ran in zip(asked.predictions, by_run, strict=True):
        run = ["videolect", "eval", "run", folder, "--part", asked.part, "--writer", "WRITER", "--out", str(path)]
        yield shlex.join(run) if ran else f"# {path} was made by other means; its hash stands below"
    again = ["videolect", "eval", "report", folder, *map(str, asked.predictions), "--part", asked.part]
    again += ["--out", str(asked.out), "--resamples", str(asked.resamples), "--examples", str(asked.examples)]
    for name in ("states", "leaderboard", "videos", "set"):
        if getattr(asked, name):
            again += [f"--{name}", str(getattr(asked, name))]
    again += [f"--{name}" for name in ("partial", "quick") if getattr(asked, name)]
    yield shlex.join(again)


# ------------------------------------------------------------------------------------------------------------- pictures


@contextmanager
def _thumbnails(asked: argparse.Namespace) -> Iterator[Thumbnail | None]:
    """Small pictures of clips; a film that is not at hand, or cannot be read, leaves its place empty."""
    with ExitStack() as open_films:
        find = None
        if asked.examples:
            try:
                find = open_films.enter_context(films_of(asked))
            except VideolectError:  # rows may be measured where there is no workspace
                if asked.videos is not None:
                    raise
        yield None if find is None else _kept(find)


def _kept(find: Find) -> Thumbnail:
    """Each clip is looked at once."""
    known: dict[RowClip, bytes | None] = {}

    def thumbnail(row: Row) -> bytes | None:
        if row.clip not in known:
            try:
                known[row.clip] = strip(find(row.clip))
            except VideolectError:
                known[row.clip] = None
        return known[row.clip]

    return thumbnail


# ---------------------------------------------------------------------------------------------------------------- files


def _check_writable(asked: argparse.Namespace, paths: list[Path]) -> None:
    """Before an hour's work is done; and that no input is overwritten."""
    inputs = {path.resolve() for path in asked.predictions}
    for at, path in enumerate(paths):
        place = path.resolve()
        if place in inputs or asked.rows.resolve() in place.parents or place in {p.resolve() for p in paths[:at]}:
            raise BadInput(f"{path} is read or written by this report already.", mend="Name another file.")
        if path.is_dir() or not path.parent.is_dir():
            raise BadInput(f"{path} cannot be written: there is no such folder, or it is one.", mend="Name a file.")


@contextmanager
def _alone(board: Path) -> Iterator[None]:
    """Others who add to this leaderboard wait. The lock lies on its folder, as the file itself is replaced."""
    handle = os.open(board.parent, os.O_RDONLY)
    try:
        lock(handle)
        yield
    finally:
        os.close(handle)
