"""``videolect demo``: a workspace, clips, two people, a campaign and the pages, in one command.

``--script`` plays annotator and reviewer through the HTTP interface to the end and prints the triples.
"""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from videolect.cli.demo_script import Play, http_caller
from videolect.cli.desk import add_serving, drafting, listening, serve
from videolect.cli.options import choice_of, workspace_of
from videolect.cli.stage import need_numba
from videolect.errors import BadInput, CannotRead, perhaps
from videolect.files import names_in, write_secret
from videolect.record.acts.labels import Answer
from videolect.record.clip import Video
from videolect.wiring import Workspace

CAMPAIGN = "demo"
PEOPLE = {"ann": ("Ann", ("annotator",)), "rev": ("Rev", ("reviewer", "lead"))}
SIGN_INS = "demo-sign-ins.json"
PLANTED = 2
"""Errors that the demo's writer plants in each draft, declared, so that there is something to criticise."""

CLIPS: tuple[tuple[str, int, dict[str, Answer]], ...] = (
    (
        "across-the-square", 1,
        {
            "is_tracking": True, "tracking_shot_types": ("side",), "steadiness": "very_smooth", "shot_type": "human",
        },
    ),
    (
        "around-somebody-who-waves", 8,
        {"camera_arc": "clockwise", "play": "wave", "steadiness": "very_smooth", "shot_size_start": "medium_full"},
    ),
)  # fmt: skip
"""What is rendered where no film is named: a name, a seed, and the wish for which it was chosen."""


def add_parser(nouns: Any) -> None:
    """The noun."""
    demo = nouns.add_parser("demo", help="try the whole loop on a film of yours, or on clips that are rendered for it")
    demo.add_argument("--video", type=Path, action="append", default=[], metavar="FILE", help="may be given again")
    demo.add_argument("--script", action="store_true", help="play both people to the end and print the triples")
    add_serving(demo)
    demo.set_defaults(run=run, render=_render)


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


def people_of(workspace: Workspace) -> dict[str, str]:
    """The two accounts, with passwords made for this workspace and kept in a file that only its owner reads."""
    path = workspace.root / SIGN_INS
    passwords: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    for person, (name, roles) in PEOPLE.items():
        if person not in passwords:
            passwords[person] = secrets.token_urlsafe(9)
            write_secret(path, json.dumps(passwords))
        if workspace.accounts.get(person) is None:
            workspace.invite(person, name=name, roles=roles, password=passwords[person])
    return passwords


def prepare(workspace: Workspace, films: list[Path]) -> tuple[list[Video], dict[str, dict[str, Answer]]]:
    """Films in, campaign open. Also the true label answers by video hash, where the films were rendered here."""
    truth: dict[str, dict[str, Answer]] = {}
    if films:
        videos, refused, _ = workspace.intake.take_in(films)
        for each in refused:
            print(f"Refused {each.path}: {each.why} {each.mend}", file=sys.stderr)
        if not videos:
            raise CannotRead("None of the films could be imported.", mend="Name another with --video.")
        for video in videos:
            print(f"{video.file_name} is in: {video.frames} frames, {video.duration_s:.1f} s.", file=sys.stderr)
    else:
        videos, truth = rendered(workspace)
    # One's own film comes first in the queue, before clips that an earlier demo rendered.
    workspace.intake.open_tasks(CAMPAIGN, videos, priority=1 if films else 0)
    return videos, truth


def rendered(workspace: Workspace) -> tuple[list[Video], dict[str, dict[str, Answer]]]:
    """A few staged clips, rendered on the spot, with their true label records."""
    need_numba("Or give a film of yours: --video FILE.")
    from videolect.stage.clips import clip_of, render
    from videolect.stage.format import Format

    truth = {}
    videos = []
    usual = {aspect.id for aspect in workspace.spec.aspects if aspect.by_default}
    with tempfile.TemporaryDirectory(prefix="videolect-demo-") as folder:
        for name, seed, wish in CLIPS:
            path = Path(folder) / f"{name}.mp4"
            print(f"Rendering {name} ...", file=sys.stderr)
            clip = clip_of(wish, seed, Format(size=(480, 270), fps=24, frames=96))
            render(clip, path)
            (video,), refused, _ = workspace.intake.take_in([path])
            assert not refused  # what was rendered a moment ago can be read
            videos.append(video)
            asked = {
                field.id for field in workspace.spec.fields if usual & set(field.mentioned_in) or not field.mentioned_in
            }
            record = clip.truth(workspace.spec).record
            truth[video.hash] = {name: answer for name, answer in record.items() if name in asked}
    return videos, truth


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


@contextmanager
def served(workspace: Workspace, *, drafts: bool = True) -> Iterator[str]:
    """A real server on a free port, as long as the block runs; its address. ``drafts``: whether it drafts too."""
    import uvicorn

    with listening("127.0.0.1", 0) as sock:
        server = uvicorn.Server(uvicorn.Config(workspace.app(), log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True, name="server")
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise CannotRead("The server did not start.", mend="Look at the messages above.")
            time.sleep(0.02)
        try:
            with drafting(workspace) if drafts else nullcontext():
                yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


def _render(answer: dict[str, Any]) -> str:
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
