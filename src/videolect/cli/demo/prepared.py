"""What a demo begins with: two people, films of theirs or clips that are rendered, an open campaign."""

from __future__ import annotations

import json
import secrets
import sys
import tempfile
from pathlib import Path

from videolect.cli.renderer import need_numba
from videolect.errors import CannotRead
from videolect.files import write_secret
from videolect.record.acts.labels import Answer
from videolect.record.clip import Video
from videolect.stage.format import Format
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
    from videolect.stage.clips import clip_of, render  # needs the extra

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
