"""Where the films of rows lie that a command trains with: files of their own, or a workspace."""

from __future__ import annotations

import argparse
import re
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from videolect.errors import BadInput, CannotRead

if TYPE_CHECKING:
    from videolect.dataset.rows.row import Row
    from videolect.training.inputs import Find, Stretch
    from videolect.video.probe import Probed


def find_of(asked: argparse.Namespace) -> Find:
    """Where a row's clip lies: a file of its own, or the workspace's film and a part of it."""
    if asked.videos is not None:
        return _in_files(asked.videos)
    from videolect.cli.desk import workspace_of
    from videolect.training.inputs import Stretch

    workspace = workspace_of(asked)

    def in_workspace(row: Row) -> Stretch | None:
        if row.video_hash is None or row.start_pts is None or row.end_pts is None:
            return None
        probed = workspace.known_video(row.video_hash)
        if probed is None:
            return None
        start, end = (probed.timeline.first_from(pts) for pts in (row.start_pts, row.end_pts))
        name = row.video_hash
        return Stretch(lend=lambda: workspace.shown(name), probed=probed, start=start, end=end)

    return in_workspace


def _in_files(template: str) -> Find:
    from videolect.dataset.rows.formats import path_of
    from videolect.training.inputs import Stretch
    from videolect.video.probe import probe

    if "{" not in template:
        raise BadInput(
            f"--videos {template[:80]} names one file for the clips of all rows.",
            mend="Name each by its row, as clips/{video_id}.mp4; {video_hash} and {source_id} may stand there too.",
        )
    if set("{}") & set(re.sub(r"\{[^{}]*\}", "", template)):
        raise BadInput(f"--videos {template[:80]} has a brace too many.", mend="Write it as clips/{video_id}.mp4.")
    known: dict[Path, Probed] = {}

    def in_file(row: Row) -> Stretch | None:
        path = Path(path_of(template, row))
        if not path.is_file():
            return None
        if path not in known:
            known[path] = probe(path)
        probed = known[path]
        start, end = _part(row, path, probed)
        return Stretch(lend=lambda: nullcontext((path, probed)), probed=probed, start=start, end=end)

    return in_file


_APART_S = 0.25
"""A clip that was cut out or encoded again may be longer or shorter by this."""


def _part(row: Row, path: Path, probed: Probed) -> tuple[int, int | None]:
    """The row's frames in this file: its part where the file is the very film that was described, else all of it.
    CannotRead where the file cannot be the row's clip, since it is longer or shorter."""
    if row.start_pts is None or row.end_pts is None or row.time_base is None:
        return 0, None
    if row.video_hash == probed.video.hash:
        return probed.timeline.first_from(row.start_pts), probed.timeline.first_from(row.end_pts)
    meant = (row.end_pts - row.start_pts) * float(row.time_base)
    if abs(probed.video.duration_s - meant) > _APART_S:
        raise CannotRead(
            f"{path} lasts {probed.video.duration_s:.2f} s and the row's clip {meant:.2f} s: it is another.",
            mend="Name the row's own clip, or the film that it is a part of.",
        )
    return 0, None
