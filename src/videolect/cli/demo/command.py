"""``videolect demo``: the pages over a prepared workspace, or a script that plays both people."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from videolect.cli.demo.prepared import CAMPAIGN, PEOPLE, PLANTED, people_of, prepare
from videolect.cli.demo.script import Play, http_caller
from videolect.cli.options import choice_of, workspace_of
from videolect.cli.serving import add_serving, serve, served
from videolect.errors import BadInput, perhaps
from videolect.files import names_in
from videolect.wiring import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.add_argument("--video", type=Path, action="append", default=[], metavar="FILE", help="may be given again")
    parser.add_argument("--script", action="store_true", help="play both people to the end and print the triples")
    add_serving(parser)


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Serve the demo; with ``--script`` play it."""
    if missing := [path for path in asked.video if not path.exists()]:
        near = perhaps(missing[0].name, names_in(missing[0].parent), "Name a film that exists: --video FILE.")
        raise BadInput(f"{missing[0]} is not there.", mend=near)
    if asked.script:
        return 0, play(asked)
    workspace = workspace_of(asked, create=True, writes=True, plant=PLANTED)
    passwords = people_of(workspace)
    prepare(workspace, asked.video)
    signs = "\n".join(f"    {person:5} {password:18} {PEOPLE[person][1][0]}" for person, password in passwords.items())
    greeting = f"Sign in as (person, password, role):\n{signs}\nStop with Ctrl-C; the work stays in {workspace.root}."
    serve(workspace, host=asked.host, port=asked.port, greeting=greeting)
    return 0, {}


def play(asked: argparse.Namespace) -> dict[str, Any]:
    """The whole loop over HTTP against a real server, in a new workspace: the one that is named, or one that is removed
    afterwards."""
    if asked.workspace is not None and asked.workspace.is_dir() and any(asked.workspace.iterdir()):
        raise BadInput(f"{asked.workspace} is not empty.", mend="Name a new folder: the script begins at the start.")
    folder = Path(tempfile.mkdtemp(prefix="videolect-script-"))
    try:
        workspace = Workspace.create(asked.workspace or folder / "workspace", writer=choice_of(asked, plant=PLANTED))
        passwords = people_of(workspace)
        videos, truth = prepare(workspace, asked.video[:1])
        with served(workspace) as address:
            script = Play(http_caller(address), campaign=CAMPAIGN, passwords=passwords, tell=_tell)
            answer = script.to_the_end(truth.get(videos[0].hash))
        workspace.close()
        return answer
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def render(answer: dict[str, Any]) -> str:
    """For people."""
    if not answer:
        return ""
    lines = [f"{answer['settled']} of {answer['tasks']} tasks are settled."]
    for triple in answer["triples"]:
        lines += [
            "",
            f"{triple['video_id']} / {triple['aspect']}: {triple['kind']}, {triple['verdict']}",
            f"  pre-caption  {triple['pre_caption']}",
            f"  critique     {triple['critique']}",
            f"  post-caption {triple['post_caption']}",
        ]
    return "\n".join(lines)
