"""``videolect eval primitives-run``: a model is asked whether it sees what a primitive says."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from videolect.cli.find_films import Find, in_campaign, in_files
from videolect.cli.options import workspace_of
from videolect.cli.progress import Progress
from videolect.dataset.rows.row import RowClip
from videolect.errors import BadInput, NotFound
from videolect.evals.primitives.files import read_tasks
from videolect.evals.primitives.run import Shown
from videolect.evals.primitives.run import run as ask
from videolect.evals.primitives.tasks import TaskSet
from videolect.vlm.base import Film, Wanted
from videolect.wiring import make_backend


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("tasks", type=Path, metavar="TASKS", help="a folder of eval primitives")
    parser.add_argument("--writer", required=True, metavar="W", help="qwen:PATH, chat:URL, memory ... (docs/models.md)")
    seen = parser.add_mutually_exclusive_group(required=True)
    seen.add_argument("--videos", metavar="PATH", help="where clips lie, such as clips/{video_id}.mp4")
    seen.add_argument("--campaign", metavar="NAME", help="clips of this campaign, from the workspace's films")
    seen.add_argument("--blind", action="store_true", help="show nothing: what the questions alone give away")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.jsonl", help="goes on where it stopped")
    parser.add_argument("--system", metavar="NAME", help="what the answers are called; default: the model's name")
    parser.add_argument("--clips", type=int, metavar="N", help="stop after so many clips")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Let a model say how likely Yes is, clip by clip, each film encoded once. A run that was stopped goes on; what
    failed is asked again. Exit code 1 where something is left without an answer."""
    tasks = read_tasks(asked.tasks)
    if asked.videos is not None and "{video_id}" not in asked.videos:
        raise BadInput(f"The path {asked.videos[:80]!r} names no clip.", mend="Write {video_id} where its name stands.")
    with _films(asked) as find:
        backend = make_backend(asked.writer)
        ran = ask(
            tasks, backend, None if find is None else _shown(find, tasks), asked.out,
            system=asked.system or backend.model.id + (" (blind)" if asked.blind else ""), most=asked.clips,
            say=Progress("questions"),
        )  # fmt: skip
    return (1 if ran.answered < ran.asked else 0), {"path": str(asked.out), **asdict(ran)}


@contextmanager
def _films(asked: argparse.Namespace) -> Iterator[Find | None]:
    """None: nothing is shown."""
    if asked.campaign is None:
        yield None if asked.videos is None else in_files(asked.videos)
        return
    with workspace_of(asked) as workspace:
        yield in_campaign(workspace, asked.campaign)


def _shown(find: Find, tasks: TaskSet) -> Shown:
    """The film of a clip by the name that the tasks give it."""

    def shown(clip: str, wanted: Wanted) -> Film:
        if Path(clip).name != clip:
            raise NotFound(f"The clip {clip[:80]!r} is no name of a file.", mend="Name clips without folders.")
        return find(RowClip(video_id=clip, source_id=tasks.sources[clip])).film(wanted)

    return shown


def render(answer: dict[str, Any]) -> str:
    """What came of it."""
    told = (
        f"{answer['answered']} of {answer['asked']} questions are answered in {answer['path']}, {answer['new']} of "
        f"them now in {answer['seconds']:.1f} s; {answer['failed']} failed."
    )
    return told + (f" It stopped: {answer['stopped']}." if answer["stopped"] else "")
