"""Where the films of clips lie, for whatever shows them: files of their own, a workspace, or a campaign of it.

One rule for all who look (training, ``eval run``, the pictures of a report, primitives), so that a model is measured on
the frames that it learned from.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from videolect.cli.options import workspace_of
from videolect.dataset.rows.formats import path_of
from videolect.dataset.rows.row import RowClip
from videolect.errors import BadInput, CannotRead, NotFound
from videolect.oversight.clip_names import clips_of_campaign
from videolect.record.clip import Clip
from videolect.video.probe import Probed, probe
from videolect.wiring import Workspace
from videolect.writing.looks import Stretch

Find = Callable[[RowClip], Stretch]
"""Where a clip is. NotFound where its film is not at hand, CannotRead where it is no film or another."""

_APART_S = 0.25
"""A clip that was cut out or encoded again may be longer or shorter by this."""


@contextmanager
def films_of(asked: argparse.Namespace) -> Iterator[Find]:
    """In files (``--videos``), else in the workspace, which is open as long as the block runs."""
    if asked.videos is not None:
        yield in_files(asked.videos)
        return
    with workspace_of(asked) as workspace:
        yield in_workspace(workspace)


def in_workspace(workspace: Workspace) -> Find:
    """The clip's part of a film of the workspace."""

    def find(clip: RowClip) -> Stretch:
        if clip.video_hash is None or clip.start_pts is None or clip.end_pts is None:
            raise NotFound(f"The clip {clip.video_id} names no film.", mend="Say where it lies: --videos PATH.")
        probed = _film(workspace, clip.video_hash)
        return _lent(workspace, probed, *_frames(clip.start_pts, clip.end_pts, probed))

    return find


def in_campaign(workspace: Workspace, campaign: str) -> Find:
    """Clips of a campaign of the workspace, by their names there."""
    clips = clips_of_campaign(workspace.desk.ledger, campaign)

    def find(clip: RowClip) -> Stretch:
        known: Clip | None = clips.get(clip.video_id)
        if known is None:
            raise NotFound(
                f"The campaign {campaign} has no clip {clip.video_id[:80]!r}.", mend="Name the tasks' campaign."
            )
        return _lent(workspace, _film(workspace, known.video_hash), known.start_frame, known.end_frame)

    return find


def _film(workspace: Workspace, video_hash: str) -> Probed:
    probed = workspace.known_video(video_hash)
    if probed is None:
        raise NotFound(f"The video {video_hash[:12]} is not in this workspace.", mend="Import the file again.")
    return probed


def _lent(workspace: Workspace, probed: Probed, start: int, end: int) -> Stretch:
    name = probed.video.hash
    return Stretch(lend=lambda: workspace.storage.local(name), probed=probed, start=start, end=end)


def in_files(template: str) -> Find:
    """Clips as files of their own, ``clips/{video_id}.mp4``; or whole films, out of which a clip's part is shown.
    BadInput for a template that names one file for all clips, or what a clip has not."""
    if "{" not in template:
        raise BadInput(
            f"--videos {template[:80]} names one file for all clips.",
            mend="Name each by its row, as clips/{video_id}.mp4; {video_hash} and {source_id} may stand there too.",
        )
    if set("{}") & set(re.sub(r"\{[^{}]*\}", "", template)):
        raise BadInput(f"--videos {template[:80]} has a brace too many.", mend="Write it as clips/{video_id}.mp4.")
    path_of(template, RowClip(source_id="", video_id=""))  # a name that no clip has is told before any is looked for
    known: dict[Path, Probed] = {}

    def find(clip: RowClip) -> Stretch:
        path = Path(path_of(template, clip))
        if not path.is_file():
            raise NotFound(f"There is no film {path}.", mend="Check --videos.")
        if path not in known:
            known[path] = probe(path)
        probed = known[path]
        start, end = _part(clip, path, probed)
        return Stretch(lend=lambda: nullcontext(path), probed=probed, start=start, end=end)

    return find


def _part(clip: RowClip, path: Path, probed: Probed) -> tuple[int, int | None]:
    """The clip's frames in this file: its part where the file is the very film that was described, else all of it.
    CannotRead where the file cannot be the clip, since it is longer or shorter."""
    if clip.start_pts is None or clip.end_pts is None or clip.time_base is None:
        return 0, None
    if clip.video_hash == probed.video.hash:
        return _frames(clip.start_pts, clip.end_pts, probed)
    meant = (clip.end_pts - clip.start_pts) * float(clip.time_base)
    if abs(probed.video.duration_s - meant) > _APART_S:
        raise CannotRead(
            f"{path} lasts {probed.video.duration_s:.2f} s and the row's clip {meant:.2f} s: it is another.",
            mend="Name the row's own clip, or the film that it is a part of.",
        )
    return 0, None


def _frames(start_pts: int, end_pts: int, probed: Probed) -> tuple[int, int]:
    return probed.timeline.first_from(start_pts), probed.timeline.first_from(end_pts)
