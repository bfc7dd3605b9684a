"""``videolect eval report``: files of predictions as one page and a leaderboard."""

from __future__ import annotations

import argparse
import json
import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from videolect.cli.eval_options import add_benchmark, add_figures, benchmark_of, say
from videolect.errors import BadInput, VideolectError
from videolect.files import lock, write_whole
from videolect.record.checks import check_text

if TYPE_CHECKING:
    from videolect.dataset.rows.row import Row
    from videolect.evals.examples import Thumbnail
    from videolect.evals.score import Benchmark

MOST_EXAMPLES = 20


def add_verb(verbs: Any) -> None:
    """Add the verb to the subparsers of ``eval``."""
    report = verbs.add_parser("report", help="one page on systems, and a leaderboard", description=run_report.__doc__)
    add_benchmark(report)
    report.add_argument(
        "predictions", type=Path, nargs="+", metavar="PREDICTIONS", help="of eval run, or anybody's; one system each"
    )
    report.add_argument("--out", type=Path, required=True, metavar="FILE.html", help="the page")
    report.add_argument(
        "--leaderboard", type=Path, metavar="FILE.json",
        help="grows by these figures, with a .csv of the same beside it",
    )  # fmt: skip
    report.add_argument(
        "--set", default="", metavar="NAME", help="what the leaderboard calls these items, where it has others too"
    )
    report.add_argument(
        "--videos", metavar="PATH",
        help="where clips lie, such as clips/{video_id}.mp4, for pictures; default: the workspace's films",
    )  # fmt: skip
    report.add_argument(
        "--examples", type=int, default=1, metavar="N",
        help="worst, middle and best answers of each aspect; default: 1 of each",
    )  # fmt: skip
    report.add_argument("--partial", action="store_true", help="report on what is answered; the page says so")
    add_figures(report)
    report.set_defaults(run=run_report, render=_render_report)


def run_report(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Write one page that needs nothing else, with all figures of these systems beside floors, ceilings and each other,
    and examples. Needs no model."""
    from videolect.evals import leaderboard
    from videolect.evals.report import Wishes, board_lines, collect
    from videolect.evals.report_page import page

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
    if asked.videos is not None:
        _check_template(asked.videos, benchmark)
    with _thumbnails(asked) as thumbnail:
        wishes = Wishes(
            partial=asked.partial, resamples=asked.resamples, full=not asked.quick, examples=asked.examples,
            thumbnail=thumbnail, say=say(), commands=tuple(commands(asked, benchmark.manifest)),
        )  # fmt: skip
        report = collect(benchmark, asked.predictions, wishes, now=datetime.now(UTC))
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


def _render_report(answer: dict[str, Any]) -> str:
    told = (
        f"{answer['path']}: {len(answer['systems'])} systems on {answer['part']}, {answer['figures']} figures, "
        f"pictures of {answer['pictures']} clips."
    )
    if answer["partial"]:
        told += " It is PARTIAL: not every item is answered."
    return told + (f" The leaderboard is {answer['leaderboard']}." if answer["leaderboard"] else "")


def commands(asked: argparse.Namespace, manifest: Mapping[str, Any]) -> Iterator[str]:
    """What to type to have the rows and the report again."""
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
    for path in asked.predictions:
        run = ["videolect", "eval", "run", folder, "--part", asked.part, "--writer", "WRITER", "--out", str(path)]
        yield shlex.join(run) if _by_run(path) else f"# {path} was made by other means; its hash stands below"
    again = ["videolect", "eval", "report", folder, *map(str, asked.predictions), "--part", asked.part]
    again += ["--out", str(asked.out), "--resamples", str(asked.resamples), "--examples", str(asked.examples)]
    for name in ("states", "leaderboard", "videos", "set"):
        if getattr(asked, name):
            again += [f"--{name}", str(getattr(asked, name))]
    again += [f"--{name}" for name in ("partial", "quick") if getattr(asked, name)]
    yield shlex.join(again)


def _by_run(path: Path) -> bool:
    """Whether a file was written by eval run: it alone tells the parameters and prompts that it asked with."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            first = json.loads(file.readline())
    except (OSError, ValueError, RecursionError):  # read_predictions says what is wrong with it
        return False
    return isinstance(first, dict) and "parameters" in first and "prompts" in first


# --------------------------------------------------------------------------------------------------------- pictures


@contextmanager
def _thumbnails(asked: argparse.Namespace) -> Iterator[Thumbnail | None]:
    """Small pictures of clips; a film that is not at hand, or cannot be read, leaves its place empty."""
    if asked.examples == 0:
        yield None
    elif asked.videos is not None:
        from videolect.dataset.rows.formats import path_of
        from videolect.evals.thumbnails import strip
        from videolect.video.probe import probe

        def in_file(row: Row) -> bytes | None:
            path = Path(path_of(asked.videos, row))
            return strip(path, probe(path)) if path.is_file() else None

        yield _kept(in_file)
    else:
        with _in_workspace(asked) as thumbnail:
            yield thumbnail


@contextmanager
def _in_workspace(asked: argparse.Namespace) -> Iterator[Thumbnail | None]:
    from videolect.cli.desk import workspace_of
    from videolect.evals.thumbnails import strip

    try:
        workspace = workspace_of(asked)
    except VideolectError:  # rows may be measured where there is no workspace
        yield None
        return

    def of_film(row: Row) -> bytes | None:
        if row.video_hash is None or row.start_pts is None or row.end_pts is None:
            return None
        with workspace.shown(row.video_hash) as (path, probed):
            start, end = (probed.timeline.first_from(pts) for pts in (row.start_pts, row.end_pts))
            return strip(path, probed, start=start, end=end)

    try:
        yield _kept(of_film)
    finally:
        workspace.close()


def _check_template(template: str, benchmark: Benchmark) -> None:
    """A template that names what no row has would leave all pictures out, one by one and in silence."""
    from videolect.dataset.rows.formats import path_of

    path_of(template, next(iter(benchmark.items.values()))[0])


def _kept(make: Callable[[Row], bytes | None]) -> Thumbnail:
    """Each clip is looked at once."""
    known: dict[tuple[Any, ...], bytes | None] = {}

    def thumbnail(row: Row) -> bytes | None:
        clip = (row.video_hash, row.video_id, row.start_pts)
        if clip not in known:
            try:
                known[clip] = make(row)
            except VideolectError:
                known[clip] = None
        return known[clip]

    return thumbnail


# ------------------------------------------------------------------------------------------------------------ files


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
