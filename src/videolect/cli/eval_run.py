"""``videolect eval run``: a model answers the items of a benchmark."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from videolect.cli.writer_options import add_writer, choice_of
from videolect.errors import BadInput, NotFound

if TYPE_CHECKING:
    from videolect.dataset.rows.row import Row
    from videolect.video.probe import Probed


def add_verb(verbs: Any) -> None:
    """Add the verb to the subparsers of ``eval``."""
    run = verbs.add_parser("run", help="let a model answer the items", description=run_run.__doc__)
    run.add_argument("rows", type=Path, metavar="ROWS", help="a folder of data rows")
    run.add_argument("--part", default="test", metavar="P", help="of the rows; default: test")
    run.add_argument("--task", action="append", choices=("caption", "critique", "yes_no"), help="only this one")
    add_writer(run, "answers")
    run.add_argument("--seed", type=int, default=0, metavar="S", help="of the draws")
    run.add_argument("--out", type=Path, required=True, metavar="FILE.jsonl", help="goes on where it stopped")
    run.add_argument("--system", metavar="NAME", help="what the answers are called; default: the model's name")
    run.add_argument(
        "--videos", metavar="PATH",
        help="where clips lie as files of their own, such as clips/{video_id}.mp4; default: the workspace's films",
    )  # fmt: skip
    run.add_argument("--clips", type=int, metavar="N", help="stop after so many clips")
    run.set_defaults(run=run_run, render=render_run)


def run_run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Let a model answer the items, clip by clip, each film encoded once. A run that was stopped goes on; what failed
    is tried again. Exit code 1 where items are left without an answer."""
    from dataclasses import asdict

    from videolect.evals.predictions import ANSWERED
    from videolect.evals.run import run
    from videolect.evals.score import Benchmark
    from videolect.wiring import make_backend

    if asked.clips is not None and asked.clips < 1:
        raise BadInput(f"--clips is {asked.clips}.", mend="Give 1 or more.")
    benchmark = Benchmark.read(asked.rows, asked.part)
    tasks = list(dict.fromkeys(asked.task or (task for task in ANSWERED if task in benchmark.items)))
    if not tasks:
        raise BadInput(f"The part {asked.part} has no items that a model answers.", mend="Make rows of other tasks.")
    if asked.writer == "labels":
        raise BadInput("The labels writer is no model.", mend="Give --writer qwen:PATH, chat:URL, replay:FILE ...")
    choice = choice_of(asked, seed=asked.seed)
    shown = _shown(asked, next(iter(benchmark.items.values()))[0])
    backend = make_backend(choice.name)
    ran = run(
        benchmark, tasks, backend, shown, asked.out, system=asked.system or backend.model.id, how=choice.how,
        accept_cut=choice.accept_cut, most=asked.clips, say=_say if sys.stderr.isatty() else None,
    )  # fmt: skip
    if ran.new and sys.stderr.isatty():
        print(file=sys.stderr)  # the line of progress ends
    left = ran.answered < ran.items
    return (1 if left else 0), {"path": str(asked.out), **asdict(ran)}


def render_run(answer: dict[str, Any]) -> str:
    """What came of it."""
    told = (
        f"{answer['answered']} of {answer['items']} items are answered in {answer['path']}, {answer['new']} of them "
        f"now in {answer['seconds']:.1f} s; {answer['failed']} failed."
    )
    return told + (f" It stopped: {answer['stopped']}." if answer["stopped"] else "")


def _say(done: int, count: int, money: float) -> None:
    spent = f", {money:.4f} spent" if money else ""
    print(f"\r{done} of {count}{spent}", end="", file=sys.stderr)


def _shown(asked: argparse.Namespace, any_row: Row) -> Any:
    """How a row's film is found: a file of its own, or the workspace's film and the clip's part of it."""
    from videolect.video.probe import probe
    from videolect.writing.looks import film_of

    if asked.videos is not None:
        from videolect.dataset.rows.formats import path_of

        path_of(asked.videos, any_row)  # a template that names no part of a row is told before any row is asked
        kept: dict[Path, Probed] = {}

        def in_file(row: Row, wanted: Any) -> Any:
            path = Path(path_of(asked.videos, row))
            if not path.is_file():
                raise NotFound(f"There is no film {path}.", mend="Check --videos.")
            if path not in kept:
                kept.clear()
                kept[path] = probe(path)
            return film_of(path, kept[path], wanted)

        return in_file
    from videolect.cli.desk import workspace_of
    from videolect.wiring import WriterChoice

    # A workspace has a writer of its own, which nobody asks here: without this the model would be loaded twice.
    workspace = workspace_of(asked, writer=WriterChoice())

    def in_workspace(row: Row, wanted: Any) -> Any:
        if row.video_hash is None or row.start_pts is None or row.end_pts is None:
            raise NotFound(f"The row {row.row_id} names no film.", mend="Say where its clip lies: --videos PATH.")
        with workspace.shown(row.video_hash) as (path, probed):
            start, end = (probed.timeline.first_from(pts) for pts in (row.start_pts, row.end_pts))
            return film_of(path, probed, wanted, start=start, end=end)

    return in_workspace
