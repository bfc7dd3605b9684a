"""``videolect eval run``: a model answers the items of a benchmark."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from videolect.cli.find_films import films_of
from videolect.cli.options import add_writer, choice_of
from videolect.cli.progress import Progress
from videolect.errors import BadInput
from videolect.evals.benchmark import Benchmark
from videolect.evals.predictions import ANSWERED
from videolect.evals.run import run as answer_items
from videolect.wiring import make_backend


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("rows", type=Path, metavar="ROWS", help="a folder of data rows")
    parser.add_argument("--part", default="test", metavar="P", help="of the rows; default: test")
    parser.add_argument("--task", action="append", choices=("caption", "critique", "yes_no"), help="only this one")
    add_writer(parser, "answers", models=True)
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the draws")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.jsonl", help="goes on where it stopped")
    parser.add_argument("--system", metavar="NAME", help="what the answers are called; default: the model's name")
    parser.add_argument(
        "--videos", metavar="PATH",
        help="where clips lie, or the films they are parts of, such as clips/{video_id}.mp4; default: the workspace's",
    )  # fmt: skip
    parser.add_argument("--clips", type=int, metavar="N", help="stop after so many clips")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Let a model answer the items, clip by clip, each film encoded once. A run that was stopped goes on; what failed
    is tried again. Exit code 1 where items are left without an answer."""
    if asked.clips is not None and asked.clips < 1:
        raise BadInput(f"--clips is {asked.clips}.", mend="Give 1 or more.")
    benchmark = Benchmark.read(asked.rows, asked.part)
    tasks = list(dict.fromkeys(asked.task or (task for task in ANSWERED if task in benchmark.items)))
    if not tasks:
        raise BadInput(f"The part {asked.part} has no items that a model answers.", mend="Make rows of other tasks.")
    if asked.writer == "labels":
        raise BadInput("The labels writer is no model.", mend="Give --writer qwen:PATH, chat:URL, replay:FILE ...")
    choice = choice_of(asked, seed=asked.seed)
    with films_of(asked) as find:
        backend = make_backend(choice.name)
        ran = answer_items(
            benchmark, tasks, backend, lambda row, wanted: find(row.clip).film(wanted), asked.out,
            system=asked.system or backend.model.id, how=choice.how, accept_cut=choice.accept_cut, most=asked.clips,
            say=_told(),
        )  # fmt: skip
    left = ran.answered < ran.items
    return (1 if left else 0), {"path": str(asked.out), **asdict(ran)}


def _told() -> Callable[[int, int, float], None]:
    progress = Progress("items")
    return lambda done, count, money: progress(done, count, f"{money:.4f} spent" if money else "")


def render(answer: dict[str, Any]) -> str:
    """What came of it."""
    told = (
        f"{answer['answered']} of {answer['items']} items are answered in {answer['path']}, {answer['new']} of them "
        f"now in {answer['seconds']:.1f} s; {answer['failed']} failed."
    )
    return told + (f" It stopped: {answer['stopped']}." if answer["stopped"] else "")
